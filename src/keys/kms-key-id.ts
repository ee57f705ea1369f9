// arn:partition:kms:region:account:key/ID or …:alias/NAME (AWS Service Authorization Reference, KMS).
const ARN = /^arn:[^:]+:kms:([^:]+):[^:]+:((?:key|alias)\/.+)$/u;

interface KmsKeyId {
  /** An ARN's own. */
  readonly region: string | undefined;
  /** `alias/acme`, or a bare key id. */
  readonly id: string;
  readonly alias: boolean;
}

function parse(text: string): KmsKeyId {
  const [, region, resource] = ARN.exec(text) ?? [];
  const id = (resource ?? text).replace(/^key\//u, '');
  return { region, id, alias: id.startsWith('alias/') };
}

/** The region that a key's ARN names; undefined for an alias or a bare id. */
export function arnRegion(key: string): string | undefined {
  return parse(key).region;
}

/**
 * How likely the `configured` key (alias, id or ARN; reached in `region`) is the one that `hint`, an
 * ARN from a record, names: 0 it is, 1 perhaps, 2 unlikely. Key ids are unique and the copies of a
 * multi-Region key (`mrk-…`) share theirs, so regions need not agree.
 */
export function rankKey(configured: string, hint: string, region: string | undefined): 0 | 1 | 2 {
  if (configured === hint) return 0;
  const ours = parse(configured);
  const theirs = parse(hint);
  if (!ours.alias) return ours.id === theirs.id ? 0 : 2;
  const place = ours.region ?? region;
  return place === undefined || theirs.region === undefined || place === theirs.region ? 1 : 2;
}

/**
 * Whether KMS's own word for the key that it used, an ARN, agrees with the `configured` one: a key's ARN is
 * that very one, an alias's ARN is of the same region and account, a bare id the last part of it. The name of
 * an alias says nothing.
 */
export function agrees(configured: string, answered: string): boolean {
  const ours = parse(configured);
  if (ours.region === undefined)
    return ours.alias || answered === ours.id || answered.endsWith(`:key/${ours.id}`);
  if (!ours.alias) return configured === answered;
  const place = (arn: string): string => arn.split(':', 5).join(':');
  return place(configured) === place(answered);
}
