import { allOrError, forEach } from '../../../store/bulk.js';
import type { Secret, Store } from '../../../index.js';
import { quote } from '../../../text/printable.js';
import { writeError, writeOut } from '../../io/streams.js';
import { formatCredentials, garbledNames } from './formats.js';
import { withTable, type CredstashRun } from './open.js';
import { isWildcard, wildcardTest } from './wildcard.js';

/** `get`: prints one value, its bytes as they are; or all that a wildcard matches, in a format. */
export async function get(run: CredstashRun): Promise<void> {
  const { args, around } = run;
  const credential = args.text('credential') ?? '';
  if (isWildcard(credential)) {
    await writeOut(await formatted(run, wildcardTest(credential)));
    return;
  }
  const secret = await withTable(run, ({ store }) =>
    store.get(credential, { version: versionOf(run), signal: around.signal }),
  );
  const end = args.has('noline') ? '' : '\n';
  await writeOut(Buffer.concat([secret.bytes(), Buffer.from(end)]));
}

/** `getall`: prints all of the table, in a format, and a line feed; or fails, where the original hangs. */
export async function getAll(run: CredstashRun): Promise<void> {
  await writeOut(`${await formatted(run, () => true)}\n`);
}

async function formatted(run: CredstashRun, matches: (name: string) => boolean): Promise<string> {
  const { args, around } = run;
  const secrets = await withTable(run, async ({ store }) => {
    const names: string[] = [];
    for await (const { name } of store.list({ signal: around.signal })) if (matches(name)) names.push(name);
    return readAll(store, names, run);
  });
  const values = new Map([...secrets].map(([name, secret]) => [name, secret.text()]));
  const format = args.text('format') ?? 'json';
  const garbled = garbledNames(format, values);
  if (garbled.length > 0) {
    const which = garbled.map(quote).join(', ');
    writeError(`note: a quote in ${which} will be misread: lazy export --format dotenv escapes\n`);
  }
  return formatCredentials(format, values);
}

async function readAll(
  store: Store,
  names: readonly string[],
  run: CredstashRun,
): Promise<ReadonlyMap<string, Secret>> {
  const { signal } = run.around;
  const version = versionOf(run);
  if (version === undefined) return store.getMany(names, { signal });
  return allOrError(await forEach(names, (name) => store.get(name, { version, signal })), 'read');
}

function versionOf({ args }: CredstashRun): string | undefined {
  const version = args.text('version') ?? '';
  return version === '' ? undefined : version;
}
