import { constants } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import type { Store } from '../../index.js';
import { findReferences } from '../../references/resolve.js';
import { quote } from '../../text/printable.js';
import type { CommandArguments } from '../arguments/options.js';
import { usage } from '../arguments/parse.js';
import type { Command } from '../command.js';
import { endAs, startChild, type Child, type End } from '../exec/child.js';
import { makeEnvironment, type Variable } from '../exec/environment.js';
import { fetchAll, type FetchedValues, type WantedSources } from '../exec/fetch.js';
import { masksOf } from '../exec/masks.js';
import { findProgram } from '../exec/program.js';
import { redacting } from '../exec/redacting.js';
import { envFileSources, sourcesOf } from '../exec/sources.js';
import { runWatched, type WatchSpec } from '../exec/watch.js';
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
  return endAs(end);
}

function pathsIn(folder: PrivateFolder, { files }: FetchedValues): Variable[] {
  return files.map(({ name }) => ({ name, value: Buffer.from(join(folder.path, name)) }));
}

/** What the command line, the configuration and the environment name. @throws ERR_USAGE for nothing at all */
async function wantedSources(args: CommandArguments, session: Session): Promise<WantedSources> {
  const last = sourcesOf('env', args);
  const files = sourcesOf('file', args);
  const prefixes = args.all('prefix');
  const envFiles = [...args.all('env-file'), ...args.all('dotenv')];
  const ofFiles = await envFileSources(envFiles, session.cwd);
  const resolve = listOf(args, 'resolve') ?? (await session.config()).settings.resolve ?? [];
  const keep = new Set(listOf(args, 'keep'));
  const { references, unasked } = findReferences(session.env, resolve);
  const kept = unasked.filter((name) => !keep.has(name));
  if (kept.length > 0) {
    session.talk(
      `note: ${kept.join(', ')} holds a reference and stays as it is: --resolve ${kept.join(',')}`,
    );
  }
  const ofEnvironment = [...references].map(([variable, from]) => ({ variable, from }));
  const isNothing = [last, files, prefixes, envFiles, resolve].every((list) => list.length === 0);
  if (isNothing) {
    throw usage(
      'nothing says which secrets CMD gets',
      'lazy exec -p PREFIX -- CMD, or --env, --file, --dotenv, --resolve',
    );
  }
  return {
    first: [...ofEnvironment, ...ofFiles],
    prefixes,
    last,
    files,
    allowEmpty: args.has('allow-empty'),
  };
}

async function startWith(args: CommandArguments, values: FetchedValues, session: Session): Promise<Child> {
  const { env, replaced } = makeEnvironment({
    inherited: session.env,
    pristine: args.has('pristine'),
    keep: listOf(args, 'keep') ?? [],
    variables: values.variables,
  });
  if (replaced.length > 0)
    session.talk(`note: replaced in the environment: ${replaced.join(', ')} (--keep leaves it)`);
  const [name = ''] = args.operands;
  const program = await findProgram(name, env, session.cwd);
  if (process.pid === 1) {
    session.talk(
      'note: lazy is the first process here and cannot reap orphans: docker run --init, or tini, does',
    );
  }
  session.signal.throwIfAborted();
  const spec = { program, command: args.operands, env, ownGroup: args.has('watch') };
  if (!args.has('redact')) return startChild({ ...spec, stdio: 'inherit' });
  const { patterns, tooShort } = masksOf(values.secrets);
  if (tooShort.length > 0) session.talk(`note: too short to be masked: ${tooShort.map(quote).join(', ')}`);
  const child = await startChild({ ...spec, stdio: ['inherit', 'pipe', 'pipe'] });
  const { stdout, stderr } = child.process;
  const outputs = [
    ...(stdout === null ? [] : [redacting(stdout, process.stdout, patterns)]),
    ...(stderr === null ? [] : [redacting(stderr, process.stderr, patterns)]),
  ];
  const ended = child.ended.then(async (end) => {
    await Promise.all(outputs.map((output) => output.drain()));
    return end;
  });
  return { ...child, ended };
}

function watchTimes(args: CommandArguments): Pick<WatchSpec, 'everyMs' | 'graceMs' | 'signal'> {
  return {
    everyMs: timeOf(args, 'interval', '30s'),
    graceMs: timeOf(args, 'grace', '10s'),
    signal: signalOf(args),
  };
}

function timeOf(args: CommandArguments, option: string, standard: string): number {
  const text = args.text(option) ?? standard;
  const [, digits, unit = 's'] = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m)?$/u.exec(text) ?? [];
  const ms = Number(digits) * ({ ms: 1, s: 1_000, m: 60_000 }[unit] ?? Number.NaN);
  if (ms >= 1 && ms <= 86_400_000) return ms;
  throw usage(`--${option} is ${quote(text)}, not a time`, `--${option} 30s, 500ms, 2m`);
}

function signalOf(args: CommandArguments): NodeJS.Signals | undefined {
  const text = args.text('watch-signal');
  if (text === undefined) return undefined;
  const name = `SIG${text.toUpperCase().replace(/^SIG/u, '')}`;
  if (name in constants.signals) return name as NodeJS.Signals;
  throw usage(`--watch-signal is ${quote(text)}, not a signal`, '--watch-signal HUP');
}

function listOf(args: CommandArguments, option: string): string[] | undefined {
  return args
    .text(option)
    ?.split(',')
    .map((text) => text.trim());
}

function failStatus(args: CommandArguments): number | undefined {
  const text = args.text('fail-status');
  if (text === undefined) return undefined;
  const status = Number(text);
  if (/^[0-9]{1,3}$/u.test(text) && status >= 1 && status <= 255) return status;
  throw usage(`--fail-status is ${quote(text)}, not a number from 1 to 255`);
}
