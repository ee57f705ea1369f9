import { isGlob, parseGlob } from '../../text/glob.js';
import { githubEnvFile, writeMaskedEnv } from '../steps/github-env.js';
import { mustHoldAll, tellLeftOut, writeFullExport } from '../steps/full-export.js';
import { exportFormat, writeExport } from '../steps/write-export.js';
import type { CommandArguments } from '../arguments/options.js';
import { usage } from '../arguments/parse.js';
import type { Command } from '../command.js';
import { pathOf } from '../io/files.js';
import { ALLOW_EMPTY } from '../steps/nothing-found.js';
import { readMany, wanted } from '../steps/read-many.js';
import type { Session } from '../session.js';

const KEYS = 'How names become keys:';

export const command: Command = {
  usage: 'export [PREFIX|GLOB]…',
  about: `Writes many secrets in one format: all of them, or those that begin with a PREFIX or match
a GLOB. It is everything or an error that names each failure, never a part; where nothing
matches, nothing is written.

Formats: json, yaml, dotenv, shell, github-env, docker-env, csv, tsv, java-properties,
tfvars. A value that the format cannot hold is an error.

In json and yaml the names stay as they are, for lazy import; with --prefix, and in the other
formats, a name becomes a key without the prefix, in capitals, with _ for all but letters and
digits: prod/db-user under prod/ is DB_USER. Two names with one key are an error.`,
  options: [
    { name: 'format', takes: 'FORMAT', about: 'one of those above (json)', group: 'What is written:' },
    {
      name: 'output',
      letter: 'o',
      takes: 'FILE',
      about: 'into a file that only you can read (0600)',
      group: 'What is written:',
    },
    {
      name: 'prefix',
      takes: 'PREFIX',
      about: 'taken off the names (what they begin with, where one PREFIX or GLOB is given)',
      group: KEYS,
    },
    { name: 'raw-names', about: 'the names stay, in every format', group: KEYS },
    {
      name: 'mask',
      about: 'with github-env: ::add-mask:: to stdout, the variables appended to the file $GITHUB_ENV',
      group: 'What is written:',
    },
    {
      name: 'full',
      about: 'comments, tags, authors and times, too, and values of any bytes (json, yaml)',
      group: 'What is written:',
    },
    {
      name: 'all-versions',
      about: 'as --full, every version that has a value, oldest first',
      group: 'What is written:',
    },
    ALLOW_EMPTY,
  ],
  conflicts: [
    ['mask', 'output'],
    ['mask', 'full'],
    ['mask', 'all-versions'],
    ['prefix', 'raw-names'],
    ['prefix', 'full'],
    ['prefix', 'all-versions'],
  ],
  examples: [
    ['lazy export prod/ --format dotenv', 'for a .env file'],
    ['. <(lazy export prod/ --format shell)', 'into the variables of this shell (bash)'],
    ['lazy export prod/ --format github-env --mask', 'in a step of GitHub Actions'],
    ['lazy export -o all.json', 'every value, for lazy import'],
    ['lazy export --all-versions -o all.json', 'comments, tags and history with them'],
  ],
  operands: [0, Infinity],
  run: exportSecrets,
};

async function exportSecrets(args: CommandArguments, session: Session): Promise<void> {
  const format = exportFormat(args.text('format'));
  const prefix = args.text('prefix') ?? commonPrefix(args.operands);
  const isFull = args.has('full') || args.has('all-versions');
  if (isFull) mustHoldAll(format);
  if (args.has('mask') && format !== 'github-env') {
    throw usage('--mask is for --format github-env', 'lazy export PREFIX --format github-env --mask');
  }
  const masked = args.has('mask') ? githubEnvFile(session) : undefined;
  const output = args.text('output');
  const path = output === undefined || output === '-' ? undefined : pathOf(output, session.cwd);
  const store = await session.open('opens');
  session.doing = 'export';
  const secrets = await readMany(store, wanted(args, 'prefixes'), session);
  const wrote = (): void => {
    if (path === undefined) return;
    session.talk(
      `wrote ${secrets.size} secret${secrets.size === 1 ? '' : 's'} of ${store.location} to ${path}`,
    );
  };
  if (isFull) {
    await writeFullExport(secrets, { format, hasHistory: args.has('all-versions'), path, store }, session);
    return wrote();
  }
  const rawNames = args.has('raw-names') ? true : args.has('prefix') ? false : undefined;
  if (masked === undefined) await writeExport(secrets, { format, prefix, rawNames }, path, session);
  else await writeMaskedEnv(secrets, { prefix, rawNames }, masked, session);
  tellLeftOut(secrets, format, session);
  wrote();
}

function commonPrefix(patterns: readonly string[]): string {
  const [pattern] = patterns;
  if (pattern === undefined || patterns.length > 1) return '';
  return isGlob(pattern) ? parseGlob(pattern).prefix : pattern;
}
