import { isatty } from 'node:tty';
import { usage } from '../arguments/parse.js';
import { authorOf, byOption } from '../steps/author.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { pathOf, readFileUpTo } from '../io/files.js';
import type { ImportedEntry } from '../formats/entry.js';
import {
  formatOfFile,
  IMPORT_FORMATS,
  importEntries,
  MAX_IMPORT_BYTES,
  type ImportFormat,
} from '../formats/import.js';
import { tellingHowFar } from '../steps/how-far.js';
import { hasVersions, importHistory, planHistory } from '../steps/import-history.js';
import { planImport } from '../steps/plan-import.js';
import type { PutManyOptions, Store } from '../../index.js';
import { caution } from '../io/caution.js';
import { writeOut } from '../io/streams.js';
import { pairsOf } from '../arguments/pairs.js';
import { withProgress } from '../steps/progress.js';
import { tellingSealedSoFar } from '../steps/sealed-so-far.js';
import { quote } from '../../text/printable.js';
import type { Session } from '../session.js';
import { table, tabbed } from '../io/table.js';
import { readStdin } from '../io/stdin.js';
const FILE = 'What is read:';
const VERSIONS = 'The new versions:';

export const command: Command = {
  usage: 'import FILE|-',
  about: `Stores every secret of a file (json, yaml, dotenv, csv, tsv, java-properties, toml, or a
Kubernetes Secret in yaml or json) or of stdin (-). All are checked before the first is
written, and nothing is written when one is bad.

Stopped half way, run it again with --skip-unchanged: what was written already is left
as it is.`,
  options: [
    { name: 'file', letter: 'f', takes: 'FILE', about: 'the same as FILE', group: FILE },
    {
      name: 'format',
      takes: 'FORMAT',
      about: 'one of those above (what the name of FILE says)',
      group: FILE,
    },
    { name: 'prefix', takes: 'PREFIX', about: 'put in front of each name', group: FILE },
    { name: 'skip-unchanged', about: 'only where the value is not the newest already', group: VERSIONS },
    {
      name: 'comment',
      letter: 'c',
      takes: 'TEXT',
      about: 'a note that history shows; not secret',
      group: VERSIONS,
    },
    {
      name: 'tag',
      takes: 'NAME=VALUE',
      about: 'kept with each; not secret; may be repeated',
      group: VERSIONS,
      many: true,
    },
    byOption(VERSIONS),
    { name: 'dry-run', about: 'write nothing, tell what would be done with each', group: 'Other:' },
  ],
  examples: [
    ['lazy import .env --dry-run', 'what would be stored'],
    ['lazy import .env --prefix prod/', 'DB_USER becomes prod/DB_USER'],
    ['lazy import all.json', 'what lazy export -o all.json wrote'],
  ],
  operands: [0, 1],
  run: importSecrets,
};

async function importSecrets(args: CommandArguments, session: Session): Promise<void> {
  const { signal } = session;
  const tags = args.has('tag') ? pairsOf('tag', args.all('tag')) : undefined;
  const by = await authorOf(args, session);
  const entries = await readEntries(args, session);
  const skipUnchanged = args.has('skip-unchanged');
  const isDry = args.has('dry-run');
  const store = await session.open(!isDry || skipUnchanged || hasVersions(entries) ? 'wraps' : 'nothing');
  session.doing = 'import';
  const options = { comment: args.text('comment'), tags, by, skipUnchanged };
  if (hasVersions(entries)) return importVersions({ entries, store, options, isDry }, session);
  if (isDry) {
    const plan = await planImport(entries, store, options, session);
    const rows = plan.map(({ action, name }) => [action, name]);
    return writeOut(isatty(1) ? table(rows) : tabbed(rows));
  }
  const imported = {
    total: entries.length,
    what: 'secrets',
    location: store.location,
    goOn: 'the same command with --skip-unchanged',
  } as const;
  const made = await tellingSealedSoFar(store, session, (begun) =>
    withProgress('storing', session, (progress) =>
      tellingHowFar(imported, session, progress, (counted) => {
        const told: typeof counted = (done, total, failed) => {
          begun();
          counted(done, total, failed);
        };
        return store.putMany(entries, { ...options, signal, progress: told });
      }),
    ),
  );
  const unchanged = [...made.values()].filter((one) => one.unchanged === true).length;
  const left = skipUnchanged ? `; ${unchanged} unchanged` : '';
  const stored = made.size - unchanged;
  await session.tellSealed(`stored ${stored} secret${stored === 1 ? '' : 's'}`, store, left);
  const { format } = (await session.config()).settings;
  if (stored > 0) caution(format, (line) => session.talk(line));
}

async function importVersions(
  { entries, store, options, isDry }: VersionsImport,
  session: Session,
): Promise<void> {
  const plan = await planHistory(entries, store, options, session);
  if (isDry) {
    const rows = plan.map(({ entry: { name, version = '' }, isThere }) => [
      isThere ? 'unchanged' : 'new version',
      name,
      version,
    ]);
    return writeOut(isatty(1) ? table(rows) : tabbed(rows));
  }
  const stored = await importHistory(plan, store, options, session);
  const many = `${stored} version${stored === 1 ? '' : 's'}`;
  await session.tellSealed(`stored ${many}`, store, `; ${plan.length - stored} unchanged`);
}

interface VersionsImport {
  readonly entries: readonly ImportedEntry[];
  readonly store: Store;
  readonly options: PutManyOptions;
  readonly isDry: boolean;
}

async function readEntries(args: CommandArguments, session: Session): Promise<readonly ImportedEntry[]> {
  const file = fileOf(args);
  const format = formatOf(args.text('format'), file);
  const bytes =
    file === '-'
      ? await readStdin(session.signal, MAX_IMPORT_BYTES, 'give a FILE')
      : await readFileUpTo(pathOf(file, session.cwd), MAX_IMPORT_BYTES);
  const prefix = args.text('prefix') ?? '';
  return importEntries(bytes, format).map((entry) => ({ ...entry, name: prefix + entry.name }));
}

function fileOf(args: CommandArguments): string {
  const [operand] = args.operands;
  const option = args.text('file');
  const hint = `usage: lazy ${command.usage}`;
  if (operand !== undefined && option !== undefined) throw usage('--file and FILE exclude each other', hint);
  const file = operand ?? option;
  if (file === undefined) throw usage('import needs FILE|-', hint);
  return file;
}

function formatOf(given: string | undefined, file: string): ImportFormat {
  const hint = `--format takes one of ${IMPORT_FORMATS.join(', ')}`;
  if (given === undefined) {
    const guess = file === '-' ? undefined : formatOfFile(file);
    if (guess !== undefined) return guess;
    throw usage(
      file === '-' ? 'stdin needs a --format' : `the name of ${quote(file)} does not say its format`,
      hint,
    );
  }
  const found = IMPORT_FORMATS.find((format) => format === given);
  if (found === undefined)
    throw usage(`--format is ${quote(given)}, not one of ${IMPORT_FORMATS.join(', ')}`);
  return found;
}
