import { KEY_KINDS, keyKind, type KeySpec } from '../kinds/keys.js';
import type { Base } from '../text/paths.js';
import { unfit } from '../text/unfit.js';

/** Reads one key: `kms:alias/…`, `kms:<id>`, `kms:arn:…` (the last two forms also bare), `local:[FILE]`, `passphrase:[FILE]`. */
export function parseKey(text: string, base: Base): KeySpec {
  for (const kind of KEY_KINDS) {
    const spec = kind.parse(text, base);
    if (spec !== undefined) return spec;
  }
  // The text is not shown: somebody may have put the key itself here.
  const hint = KEY_KINDS.map((k) => k.hintFor(text)).find((h) => h !== undefined);
  return unfit(`not a key (${orList(KEY_KINDS.flatMap((k) => k.forms))})`, hint);
}

/** A key as a setting spells it: `kms:alias/acme`; the opposite of {@link parseKey}. */
export function showKey(key: KeySpec): string {
  return keyKind(key).show(key);
}

/** What a key may look like, one example of each kind: `kms:alias/NAME, local: or passphrase:`. */
export function keyForms(): string {
  return orList(KEY_KINDS.map((k) => k.forms[0]));
}

/** Whether a key says that the store is not one of this machine alone. */
export function isRemote(key: KeySpec): boolean {
  return keyKind(key).isRemote;
}

/** Whether the user may have to be asked for a passphrase before the key can be used. */
export function isAsked(key: KeySpec): boolean {
  return keyKind(key).isAsked;
}

function orList(forms: readonly string[]): string {
  return `${forms.slice(0, -1).join(', ')} or ${forms.at(-1) ?? ''}`;
}
