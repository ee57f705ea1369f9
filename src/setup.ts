import type { Trace } from './aws/requests.js';
import type { LoadedConfig } from './config.js';
import { LazycredError } from './errors.js';
import { printable } from './text/printable.js';
import type { SetupReport, SetupRun, SetupStep } from './setup/steps.js';
import { keyKind } from './kinds/keys.js';
import { storeKind } from './kinds/stores.js';

export { cloudFormation } from './setup/cloudformation.js';
export { terraform } from './setup/terraform.js';
export type { Trace } from './aws/requests.js';
export type { SetupReport, SetupStep } from './setup/steps.js';

/** Options of {@link setUp}. */
export interface SetUpOptions {
  /** Say what would be done, and make no request that writes. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Tags for whatever is made; their names must not begin with `lazycred:` or `aws:`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * Told what is about to be made, once everything was looked at and before anything is made; what it throws
   * ends the set-up with nothing made. Not called where nothing is missing, nor with `dryRun`.
   */
  readonly beforeMaking?: ((planned: readonly SetupStep[]) => Promise<void>) | undefined;
  /** Asked for the code of an MFA device, as `openStore` asks. */
  readonly mfaCode?: ((serial: string) => Promise<string>) | undefined;
  /** Told each request to AWS when it ended, as `openStore` tells them. */
  readonly trace?: Trace | undefined;
}

/**
 * Makes what the configured store needs and isn't there: bucket, table, KMS keys with their alias,
 * folder. Changes nothing that exists: what lacks a safeguard is reported with the command that adds
 * it. Looks at everything before it makes anything. Killed at any point and run again, it goes on
 * where it stopped; two at once end with the same. `decryptKeys` are not looked at. On a server that is not
 * AWS's, writers then race for records that are removed, to see that its conditional writes are atomic.
 *
 * Takes as long as AWS does (a table some seconds to minutes): the configuration's `timeout` does not
 * count here, `signal` does.
 *
 * @throws ERR_ACCESS `not allowed to s3:CreateBucket on bucket acme`, always naming the permission;
 *   ERR_CONFLICT when the bucket's name is another account's; ERR_CONFIG when a key id or ARN names
 *   no key, or the table has other keys; ERR_USAGE for bad `tags`; ERR_UNSUPPORTED `3 of 16 racing writers
 *   were told that they made the record`; ERR_UNAVAILABLE
 * @example
 * const { steps } = await setUp(await loadConfig({ cwd, env }), { dryRun: true });
 * for (const { action, what, detail, cost } of steps) console.log(action, what, detail, cost);
 */
export async function setUp(config: LoadedConfig, o: SetUpOptions = {}): Promise<SetupReport> {
  const { settings } = config;
  const { dryRun = false, signal, tags = {}, trace } = o;
  checkTags(tags);
  signal?.throwIfAborted();
  // The keys first: a store whose key is missing can't be used.
  const opening = { ...settings, mfaCode: o.mfaCode, trace, shared: new Map() };
  const opened = await Promise.all([
    ...settings.keys.map((key) => keyKind(key).setUp(key, opening)),
    storeKind(settings.store).setUp(settings.store, opening),
  ]);
  const runAll = async (run: SetupRun): Promise<SetupStep[]> => {
    const steps: SetupStep[] = [];
    for (const part of opened) steps.push(...(await part.run(run)));
    return steps;
  };
  try {
    const planned = await runAll({ dryRun: true, tags, signal });
    if (dryRun) return { steps: planned };
    const nothing = planned.every((step) => step.action === 'none');
    if (!nothing) await o.beforeMaking?.(planned);
    const steps = nothing ? planned : await runAll({ dryRun: false, tags, signal });
    const untried = await Promise.all(opened.map(async (part) => (await part.probe?.(signal)) ?? []));
    return { steps: [...steps, ...untried.flat()] };
  } finally {
    for (const part of opened) part.close();
  }
}

function checkTags(tags: Readonly<Record<string, string>>): void {
  for (const key of Object.keys(tags)) {
    if (!/^(?:lazycred|aws):/iu.test(key)) continue;
    throw new LazycredError('ERR_USAGE', `the tag "${printable(key)}" has a reserved prefix`, {
      hint: 'choose names that do not begin with lazycred: or aws:',
    });
  }
}
