import { LazycredError } from '../../errors.js';
import type { KeyKind } from '../kind.js';
import { keyFilePart, parseKeyFile } from './files.js';

/** A key derived from a passphrase and a salt in a file. */
export interface PassphraseSpec {
  readonly kind: 'passphrase';
  readonly saltFile: string;
  readonly label?: string;
}

/** A passphrase, asked for or given. */
export const passphrase: KeyKind<PassphraseSpec> = {
  kind: 'passphrase',
  forms: ['passphrase:'],
  isRemote: false,
  isAsked: true,
  parse(text, base) {
    const found = parseKeyFile(text, 'passphrase', 'passphrase.salt', base);
    if (found === undefined) return undefined;
    const { path, ...label } = found;
    return { kind: 'passphrase', saltFile: path, ...label };
  },
  hintFor: () => undefined,
  show: ({ saltFile }) => `passphrase:${saltFile}`,
  opener: ({ passphrase: asked = noPassphrase }) => ({
    async open({ saltFile, label }) {
      const { PassphraseKey } = await import('../../keys/passphrase.js');
      return new PassphraseKey({ passphrase: asked, saltFile, label });
    },
  }),
  setUp: ({ saltFile }) => Promise.resolve(keyFilePart('salt of the passphrase', saltFile, 'not secret')),
  awsParts: () => undefined,
};

function noPassphrase(): Promise<string> {
  const hint = 'set LAZYCRED_PASSPHRASE, or give openStore a passphrase function';
  return Promise.reject(
    new LazycredError('ERR_CONFIG', 'the key is a passphrase, and none was given', { hint }),
  );
}
