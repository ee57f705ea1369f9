import { keyRegion } from '../../aws/regions.js';
import type { openKms } from '../../aws/clients.js';
import { quote } from '../../text/printable.js';
import { unfit } from '../../text/unfit.js';
import type { KeyKind } from '../kind.js';

/** A key of AWS KMS. */
export interface KmsSpec {
  readonly kind: 'kms';
  /** As KMS takes it: `alias/acme`, an id, or an ARN of either. */
  readonly key: string;
  /** The region in an ARN, which wins over all others. */
  readonly region?: string;
}

// KMS API reference, CreateAlias and "Key identifiers": alias names, key ids (multi-Region ones begin
// with mrk-), ARNs of either.
const ALIAS = /^alias\/[A-Za-z0-9/_-]{1,250}$/u;
const ID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/iu;
const ARN =
  /^arn:aws[a-z-]{0,20}:kms:([a-z0-9-]{1,63}):[0-9]{12}:(?:key\/[A-Za-z0-9-]{1,128}|alias\/[A-Za-z0-9/_-]{1,250})$/u;
const SCHEME = 'kms:';

/** A key of AWS KMS, by alias, id or ARN. */
export const kms: KeyKind<KmsSpec> = {
  kind: 'kms',
  forms: ['kms:alias/NAME', 'kms:ARN'],
  isRemote: true,
  isAsked: false,
  parse(text) {
    if (text.startsWith(SCHEME)) return parse(text.slice(SCHEME.length));
    return text.startsWith('alias/') || text.startsWith('arn:') ? parse(text) : undefined;
  },
  hintFor: (text) => (ID.test(text) ? 'put kms: before the id of a KMS key' : undefined),
  show: ({ key }) => `${SCHEME}${key}`,
  opener(o) {
    // Keys of one region share a client.
    const clients = new Map<string, ReturnType<typeof openKms>>();
    return {
      async open({ key, region: own }) {
        const wanted = keyRegion(o, own) ?? '';
        const opened =
          clients.get(wanted) ?? import('../../aws/clients.js').then((m) => m.openKms(o, { own }));
        clients.set(wanted, opened);
        const [{ AwsKmsKey }, { client, region }] = await Promise.all([
          import('../../keys/aws-kms.js'),
          opened,
        ]);
        return new AwsKmsKey({ client, key, region });
      },
    };
  },
  async setUp({ key, region: own }, o) {
    const [{ setUpKmsKey }, clients] = await Promise.all([
      import('../../setup/kms-key.js'),
      import('../../aws/clients.js'),
    ]);
    const [{ client, region }, once] = await Promise.all([
      clients.openKms(o, { own }),
      clients.openKms(o, { own, once: true }),
    ]);
    return {
      run: (run) => setUpKmsKey({ ...run, client, once: once.client, key, region }),
      close: () => {
        client.destroy();
        once.client.destroy();
      },
    };
  },
  awsParts({ key }, o) {
    // A template is for one set of settings, whose alias is made in the region of KMS.
    return key.startsWith('alias/')
      ? { alias: { name: key, region: keyRegion(o, undefined) } }
      : { existing: key };
  },
};

/** Reads LazyCred's `key_alias`: an alias without `alias/`. */
export function parseKeyAlias(text: string): KmsSpec {
  if (text.startsWith('alias/')) unfit('LazyCred\'s key_alias goes without "alias/"');
  return parse(`alias/${text}`);
}

/** Reads cloudchain's `keyalias`: an alias with `alias/`, or what else KMS takes for a key. */
export function parseKeyId(text: string): KmsSpec {
  const alias = `alias/${text}`;
  if (!text.startsWith('alias/') && !ID.test(text) && ALIAS.test(alias)) {
    unfit(`${quote(text)} is not an alias, id or ARN of a KMS key`, `for an alias write ${alias}`);
  }
  return parse(text);
}

function parse(key: string): KmsSpec {
  const region = ARN.exec(key)?.[1];
  if (region !== undefined) return { kind: 'kms', key, region };
  if (ALIAS.test(key) || ID.test(key)) return { kind: 'kms', key };
  if (key.startsWith('arn:')) unfit(`${quote(key)} is not the ARN of a KMS key or alias`);
  const hint = ALIAS.test(`alias/${key}`) ? `for an alias write kms:alias/${key}` : undefined;
  return unfit(`${quote(key)} is not an alias, id or ARN of a KMS key`, hint);
}
