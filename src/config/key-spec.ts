import { join } from 'node:path';
import { quote } from '../text/printable.js';
import { pathFrom, type Base } from './paths.js';
import { unfit } from './problems.js';
import type { KeySpec } from './settings.js';

// KMS API reference, CreateAlias and "Key identifiers": alias names, key ids (multi-Region ones begin
// with mrk-), ARNs of either.
const ALIAS = /^alias\/[A-Za-z0-9/_-]{1,250}$/u;
const ID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/iu;
const ARN =
  /^arn:aws[a-z-]{0,20}:kms:([a-z0-9-]{1,63}):[0-9]{12}:(?:key\/[A-Za-z0-9-]{1,128}|alias\/[A-Za-z0-9/_-]{1,250})$/u;

const FORMS = 'kms:alias/NAME, kms:ARN, local: or passphrase:';
const LOCAL_KEY_FILE = 'local.key';
const SALT_FILE = 'passphrase.salt';

/** Reads one key: `kms:alias/…`, `kms:<id>`, `kms:arn:…` (the last two forms also bare), `local:[FILE]`, `passphrase:[FILE]`. */
export function parseKey(text: string, base: Base): KeySpec {
  if (text.startsWith('kms:')) return parseKmsKey(text.slice('kms:'.length));
  if (text.startsWith('alias/') || text.startsWith('arn:')) return parseKmsKey(text);
  // Without the colon, too: in YAML, text that ends in one needs quotes.
  if (text === 'local' || text === 'passphrase') return parseKey(`${text}:`, base);
  if (text.startsWith('local:')) {
    const file = fileOf(text, LOCAL_KEY_FILE, base);
    return { kind: 'local', file, ...labelOf(text, file) };
  }
  if (text.startsWith('passphrase:')) {
    const saltFile = fileOf(text, SALT_FILE, base);
    return { kind: 'passphrase', saltFile, ...labelOf(text, saltFile) };
  }
  // Not shown: somebody may have put the key itself here.
  return unfit(`not a key (${FORMS})`, ID.test(text) ? 'put kms: before the id of a KMS key' : undefined);
}

/** Reads LazyCred's `key_alias`: an alias without `alias/`. */
export function parseKeyAlias(text: string): KeySpec {
  if (text.startsWith('alias/')) unfit('LazyCred\'s key_alias goes without "alias/"');
  return parseKmsKey(`alias/${text}`);
}

/** Reads cloudchain's `keyalias`: an alias with `alias/`, or what else KMS takes for a key. */
export function parseKeyId(text: string): KeySpec {
  const alias = `alias/${text}`;
  if (!text.startsWith('alias/') && !ID.test(text) && ALIAS.test(alias)) {
    unfit(`${quote(text)} is not an alias, id or ARN of a KMS key`, `for an alias write ${alias}`);
  }
  return parseKmsKey(text);
}

function parseKmsKey(key: string): KeySpec {
  const region = ARN.exec(key)?.[1];
  if (region !== undefined) return { kind: 'kms', key, region };
  if (ALIAS.test(key) || ID.test(key)) return { kind: 'kms', key };
  if (key.startsWith('arn:')) unfit(`${quote(key)} is not the ARN of a KMS key or alias`);
  const hint = ALIAS.test(`alias/${key}`) ? `for an alias write kms:alias/${key}` : undefined;
  return unfit(`${quote(key)} is not an alias, id or ARN of a KMS key`, hint);
}

// A file that a checkout brings must not look like one's own in what put says.
function labelOf(text: string, file: string): { label?: string } {
  const at = text.indexOf(':') + 1;
  return text.length === at ? {} : { label: text.slice(0, at) + file };
}

function fileOf(text: string, byDefault: string, base: Base): string {
  const path = text.slice(text.indexOf(':') + 1);
  return path === '' ? join(base.data(), byDefault) : pathFrom(path, base);
}

/** A key as a setting spells it: `kms:alias/acme`; the opposite of {@link parseKey}. */
export function showKey(key: KeySpec): string {
  switch (key.kind) {
    case 'kms':
      return `kms:${key.key}`;
    case 'local':
      return `local:${key.file}`;
    case 'passphrase':
      return `passphrase:${key.saltFile}`;
  }
}
