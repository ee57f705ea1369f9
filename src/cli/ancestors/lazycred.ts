import { loadConfig, type LoadedConfig } from '../../config.js';
import { openStore } from '../../connect.js';
import type { Store } from '../../index.js';
import { printable, quote } from '../../text/printable.js';
import { DEFAULT_MAX_VALUE_BYTES } from '../../record.js';
import { refuseReplaced, usage } from '../arguments/parse.js';
import { pathOf, readFileUpTo } from '../io/files.js';
import type { FrontEnd, Surrounding } from './front-end.js';
import { LAZYCRED_HINTS } from './lazycred/hints.js';
import { withHintsIn } from './hints.js';
import { askMfaCode } from '../io/mfa-code.js';
import { caution } from '../io/caution.js';
import { FailureWithStatus } from '../io/failure.js';
import { writeError, writeOut } from '../io/streams.js';
import { readStdin } from '../io/stdin.js';
import { botoProfile } from './python/boto-profile.js';

// LazyCred 0.2.3's own words, as it prints them.
const USAGE = `Usage:
\tlazycred <operation> <operand> [file]

Operations:
\tget - get the credentials stored under a key
\t      identified by [operand]
\tput - put the credentials from the standard
\t      input or [file] under a key identified by [operand]

`;

/**
 * LazyCred's command line: `get NAME`, `put NAME [FILE]`, words beyond these passed over. Unlike the
 * original's, a failure is never exit 0, which cost its users secrets.
 */
export const frontEnd: FrontEnd = {
  run: async (args, around) => {
    try {
      await withHintsIn(LAZYCRED_HINTS, () => run(args, around));
    } catch (e) {
      throw new FailureWithStatus(1, e);
    }
  },
};

async function run(args: readonly string[], around: Surrounding): Promise<void> {
  const [operation, name, file] = args;
  if (operation === '-h' || operation === '--help') return writeOut(USAGE);
  if (operation === undefined || name === undefined) {
    await writeOut(USAGE);
    throw usage('an operation and the name of a secret are needed');
  }
  refuseReplaced(name);
  switch (operation) {
    case 'get':
      return withStore(around, (store) => get(store, name, around));
    case 'put': {
      const value = await valueOf(file, around);
      return withStore(around, async (store, { projectKey }) => {
        await store.put(name, value, { signal: around.signal });
        // The original says nothing. Whose key a project's file names shows nowhere else, though.
        const what = projectKey === undefined ? undefined : storedLine(name, store);
        caution('lazycred', (line) => writeError(`${printable(line)}\n`), what);
      });
    }
    default:
      // The original says so on stdout, where a script would take the message for the secret.
      throw usage(`unrecognized operation ${quote(operation)}`, 'lazycred has get and put');
  }
}

// The original prints nothing at all for an empty value, and a line break behind every other one.
async function get(store: Store, name: string, { signal }: Surrounding): Promise<void> {
  const value = (await store.get(name, { signal })).bytes();
  if (value.length > 0) await writeOut(Buffer.concat([value, Buffer.from('\n')]));
}

function valueOf(file: string | undefined, { cwd, signal }: Surrounding): Promise<Uint8Array> {
  return file === undefined
    ? readStdin(signal, DEFAULT_MAX_VALUE_BYTES, 'lazycred put NAME FILE reads a file')
    : readFileUpTo(pathOf(file, cwd), DEFAULT_MAX_VALUE_BYTES);
}

function storedLine(name: string, { location, keyLabels }: Store): string {
  return `stored ${quote(name)} in ${location} under ${keyLabels.join(', ')}`;
}

async function withStore(
  around: Surrounding,
  use: (store: Store, config: LoadedConfig) => Promise<void>,
): Promise<void> {
  const inline = { format: 'lazycred', profile: botoProfile(around.env) } as const;
  const config = await loadConfig({ ...around, inline, ancestor: 'lazycred' });
  const store = await openStore(config, { mfaCode: (serial) => askMfaCode(serial, around.signal) });
  try {
    await use(store, config);
  } finally {
    await store.close();
  }
}
