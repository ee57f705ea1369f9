/** One thing that a store needs, and what set-up did (or would do) about it. */
export interface SetupStep {
  /** `bucket acme-secrets`, `versioning of bucket acme-secrets`, `key kms:alias/acme`. */
  readonly what: string;
  /** `change` only finishes what an interrupted set-up of ours had begun; `none` leaves it as it is. */
  readonly action: 'make' | 'change' | 'none';
  /** One line: what it will be or is; where a safeguard is missing, the command that would add it. */
  readonly detail: string;
  /** What it costs to keep, with the prices' region and date; '' for nothing, and for what is there already. */
  readonly cost: string;
}

/** What {@link setUp} did, or with `dryRun` would do, in the order in which it is done. */
export interface SetupReport {
  readonly steps: readonly SetupStep[];
}

/** How the parts of a set-up are run. */
export interface SetupRun {
  /** Look only: no request that writes. */
  readonly dryRun: boolean;
  /** For whatever is made, beside our own `lazycred:` tags. */
  readonly tags: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** One thing to set up, with the clients that this takes. */
export interface SetupPart {
  run(run: SetupRun): Promise<SetupStep[]>;
  /**
   * Tries, after all parts have run, what can only be seen by writing; what it wrote is removed. Undefined
   * where there is nothing to try.
   *
   * @returns what could not be tried
   */
  readonly probe?: ((signal: AbortSignal | undefined) => Promise<SetupStep[]>) | undefined;
  close(): void;
}

/**
 * The tag that a bucket or table carries from the request that makes it: `unfinished` until all
 * safeguards are on, `done` ever after. Only what is `unfinished` is ever completed, so that nothing
 * that somebody else made, or changed later on purpose, is touched.
 */
export const STATE_TAG = 'lazycred:setup';
export const UNFINISHED = 'unfinished';
export const DONE = 'done';

/** On a KMS key: the alias that it was made for, by which a key that was left without one is found again. */
export const ALIAS_TAG = 'lazycred:alias';

/** What a KMS key made by us says of itself in AWS's console. */
export const KEY_DESCRIPTION = 'Wraps the data keys of lazycred';

/** Tags as AWS's APIs take them. */
export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** The value of a tag in a list as AWS's APIs give it. */
export function tagOf(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
  key: string,
): string | undefined {
  // The last, should a service list a tag that was written anew beside the old one, as moto does.
  return tags?.findLast((tag) => tag.Key === key)?.Value;
}
