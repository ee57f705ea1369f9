import { join } from 'node:path';
import { isatty } from 'node:tty';
import type { Store } from '../../index.js';
import { quote } from '../../text/printable.js';
import type { CommandArguments } from '../arguments/options.js';
import { usage } from '../arguments/parse.js';
import type { Command } from '../command.js';
import { endAs, type Child, type End } from '../exec/child.js';
import type { Variable } from '../exec/environment.js';
import { fetchAll, type FetchedValues } from '../exec/fetch.js';
import { startWith } from '../exec/start.js';
import { failStatus, watchTimes } from '../exec/times.js';
import { wantedSources } from '../exec/wanted.js';
import { runWatched } from '../exec/watch.js';
import { FailureWithStatus } from '../io/failure.js';
import { makePrivateFolder, sweepPrivateFolders, type PrivateFolder } from '../io/private-folder.js';
import type { Session } from '../session.js';
import { ALLOW_EMPTY } from '../steps/nothing-found.js';

const WHICH = 'What CMD gets:';
const REST = 'What else CMD has:';
const WATCH = 'New versions:';
const OUTPUT = 'Its output:';

export const command: Command = {
  usage: 'exec CMD [ARG]…',
  about: `Runs CMD with secrets as environment variables, or as files. Everything is fetched first, and
CMD is not started if anything is missing. Its exit status is CMD's; of lazy's own failures see
--fail-status.

Of two sources of one variable the later counts: the environment, --resolve, --dotenv,
--prefix, --env and --file. What is replaced in the environment is named on stderr.

SECRET is NAME, NAME#FIELD (of a JSON value), or a reference lazy://NAME?v=N#FIELD with NAME
percent-encoded. LAZYCRED_PASSPHRASE is never handed on.`,
  options: [
    {
      name: 'prefix',
      letter: 'p',
      takes: 'PREFIX',
      about: 'every secret below PREFIX: prod/db-user is DB_USER under prod/',
      group: WHICH,
      many: true,
    },
    {
      name: 'env',
      letter: 'e',
      takes: 'VAR=SECRET',
      about: 'one secret in the variable VAR',
      group: WHICH,
      many: true,
    },
    {
      name: 'file',
      takes: 'VAR=SECRET',
      about: 'in a file of mode 0600 that is gone afterwards; VAR is its path',
      group: WHICH,
      many: true,
    },
    {
      name: 'dotenv',
      takes: 'FILE',
      about: 'a dotenv file, whose values may be references',
      group: WHICH,
      many: true,
    },
    {
      name: 'env-file',
      takes: 'FILE',
      about: 'as --dotenv; but Node reads it, too, and does what NODE_OPTIONS in it says',
      group: WHICH,
      many: true,
    },
    {
      name: 'resolve',
      takes: 'VAR,…',
      about: 'variables of the environment that are references (globs)',
      group: WHICH,
    },
    ALLOW_EMPTY,
    { name: 'pristine', about: 'nothing of the environment but PATH and TERM', group: REST },
    {
      name: 'keep',
      takes: 'VAR,…',
      about: 'variables of the environment that stay as they are',
      group: REST,
    },
    {
      name: 'watch',
      about: 'restart CMD when a value is another; it gets a process group of its own',
      group: WATCH,
    },
    { name: 'interval', takes: 'TIME', about: 'look so often, give or take a tenth (30s)', group: WATCH },
    { name: 'grace', takes: 'TIME', about: 'between SIGTERM and SIGKILL (10s)', group: WATCH },
    {
      name: 'watch-signal',
      takes: 'SIG',
      about: 'write the files of --file anew and send CMD this, instead of a restart',
      group: WATCH,
    },
    {
      name: 'redact',
      about: 'mask the values in CMD’s output: catches accidents, not a CMD that means to leak',
      group: OUTPUT,
    },
    { name: 'force', about: 'with --redact on a terminal, which CMD then no longer sees', group: OUTPUT },
    { name: 'fail-status', takes: 'N', about: 'exit status of lazy’s own failures (2 to 9)', group: OUTPUT },
  ],
  examples: [
    ['lazy exec -p prod/ -- node server.js', 'all below prod/ as variables'],
    ['lazy exec -e PGPASSWORD=prod/db#password -- psql', 'one field of one secret'],
    ['lazy exec --file KEY_FILE=tls/key -- nginx', 'as a file'],
    ["DB=lazy://prod/db lazy exec --resolve 'DB*' -- env", 'a reference in the environment'],
  ],
  operands: [1, Infinity],
  endsAtOperand: true,
  run: async (args, session) => {
    const own = failStatus(args);
    try {
      return await exec(args, session);
    } catch (e) {
      if (own === undefined || e instanceof FailureWithStatus) throw e;
      throw new FailureWithStatus(own, e);
    }
  },
};

async function exec(args: CommandArguments, session: Session): Promise<number> {
  // What is wrong with the line is said before anything is fetched.
  watchTimes(args);
  const alone = ['interval', 'grace', 'watch-signal'].find((option) => args.has(option));
  if (alone !== undefined && !args.has('watch')) {
    throw usage(`--${alone} goes with --watch`, 'add --watch, or leave it out');
  }
  if (args.has('redact') && !args.has('force') && (isatty(1) || isatty(2))) {
    throw usage(
      '--redact takes the terminal away from CMD: its colours, prompts and pagers',
      'redirect its output, or add --force',
    );
  }
  const wanted = await wantedSources(args, session);
  const [name = ''] = args.operands;
  session.doing = `run ${quote(name)}`;
  const opened: { store?: Store } = {};
  const open = async (): Promise<Store> => (opened.store ??= await session.open('opens'));
  const fetch = (): Promise<FetchedValues> => fetchAll(wanted, open, session);
  const first = await fetch();
  await sweepPrivateFolders(session.env);
  const folder = first.files.length === 0 ? undefined : await makePrivateFolder(session.env);
  const start = async (values: FetchedValues): Promise<Child> => {
    const paths = folder === undefined ? [] : pathsIn(folder, values);
    return startWith(args, { ...values, variables: [...values.variables, ...paths] }, session);
  };
  const rewrite = async (values: FetchedValues): Promise<void> => {
    for (const { name: variable, value } of values.files) await folder?.write(variable, value);
  };
  let end: End;
  try {
    await rewrite(first);
    const { store } = opened;
    if (args.has('watch') && store !== undefined) {
      end = await runWatched({ store, ...watchTimes(args), start, fetch, rewrite }, first, session);
    } else {
      // Sockets and keys are not needed while CMD runs.
      await session.close();
      end = await (await start(first)).ended;
    }
  } finally {
    await folder?.remove();
  }
  const status = await endAs(end);
  await session.close();
  // At once: in Node's own slower end signals have their default effect again, QUIT's core dump too.
  return process.exit(status);
}

function pathsIn(folder: PrivateFolder, { files }: FetchedValues): Variable[] {
  return files.map(({ name }) => ({ name, value: Buffer.from(join(folder.path, name)) }));
}
