import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { decryptBytes, derive, encryptBytes, openNative, sealNative } from '../src/codec/native.js';
import { figure, perSecond, printTable } from './measure.js';

const SIZES: readonly (readonly [string, number])[] = [
  ['100 B', 100],
  ['4 KB', 4 * 1024],
  ['256 KB', 256 * 1024],
];
const ROUND_MS = 60;

const NAME = 'prod/db_credentials';
const WHAT = { name: NAME, version: '1', context: { store: 'bench' }, created: '2026-01-01T00:00:00.000Z' };

/** AES-256-GCM as Node has it, nothing around it: what sealing can't be faster than. */
function bareSeal(key: Uint8Array, nonce: Uint8Array, value: Uint8Array): [Buffer, Buffer] {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const out = cipher.update(value);
  cipher.final();
  return [out, cipher.getAuthTag()];
}

function bareOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, tag: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(tag);
  const out = decipher.update(sealed);
  decipher.final();
  return out;
}

/**
 * Seal and open of bytes (derivation, commitment, encryption under the header; before base64 and JSON) against
 * bare AES-256-GCM, and of the whole record. The key provider is left out: it costs a request.
 */
export async function benchCodec(): Promise<void> {
  const rows: string[][] = [];
  for (const [label, size] of SIZES) {
    const value = randomBytes(size);
    const dataKey = randomBytes(32);
    const [salt, nonce] = [randomBytes(32), randomBytes(12)];
    const keys = [
      { provider: 'aws-kms', id: 'arn:aws:kms:us-east-1:111122223333:key/bench', wrapped: 'AQID' },
    ];
    const fields = sealNative(WHAT, value, dataKey, keys);
    const header = Buffer.from(fields['header'] ?? '');
    const sealed = encryptBytes(derive(dataKey, salt), header, value);
    const [bare, tag] = bareSeal(dataKey, nonce, value);
    const expected = { name: NAME, version: '1', context: WHAT.context };
    const unwrap = (): Promise<Uint8Array> => Promise.resolve(Buffer.from(dataKey));

    const add = async (what: string, calls: readonly (() => unknown)[]): Promise<void> => {
      const [a = NaN, b = NaN, w = NaN] = await perSecond(calls, ROUND_MS);
      rows.push([
        `${what} ${label}`,
        figure(a),
        figure(b),
        (b / a).toFixed(2),
        figure(w),
        (w / a).toFixed(2),
      ]);
    };
    await add('seal', [
      () => bareSeal(dataKey, nonce, value),
      () => encryptBytes(derive(dataKey, salt), header, value),
      () => sealNative(WHAT, value, dataKey, keys),
    ]);
    await add('open', [
      () => bareOpen(dataKey, nonce, bare, tag),
      () => decryptBytes(derive(dataKey, salt), header, sealed),
      () => openNative(fields, expected, unwrap),
    ]);
  }
  printTable(
    'Codec: calls a second; aim: bytes >= 0.6 of bare AES-GCM at 256 KB',
    ['', 'bare AES-GCM', 'bytes', 'ratio', 'whole record', 'ratio'],
    rows,
  );
}
