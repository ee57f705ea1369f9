import { isatty } from 'node:tty';
import { checkReferences, readReferences } from '../../references/read.js';
import { fillTemplate, parseTemplate, type Template } from '../../references/template.js';
import { quote } from '../../text/printable.js';
import { readAt } from '../../text/read-at.js';
import type { CommandArguments } from '../arguments/options.js';
import { usage } from '../arguments/parse.js';
import type { Command } from '../command.js';
import { MAX_IMPORT_BYTES } from '../formats/import.js';
import { isSameFile, pathOf, readFileUpTo, writeInPlace, writePrivateFile } from '../io/files.js';
import { sweepPrivateFolders } from '../io/private-folder.js';
import { readStdin } from '../io/stdin.js';
import { writeOut } from '../io/streams.js';
import type { Session } from '../session.js';
import { withProgress } from '../steps/progress.js';

const TEMPLATE = 'The template:';
const OUTPUT = 'What is made of it:';
const PRIVATE_MODE = 0o600;

export const command: Command = {
  usage: 'inject',
  about: `Fills a template: each {{ lazy://NAME }} in any text file is replaced by the value of
NAME. Of a JSON value NAME#FIELD is one field, and NAME?v=N is an older version; NAME and
FIELD are percent-encoded. All other text stays as it is, nothing is evaluated, and values
are put in as they are, without quotes around them.

Everything is fetched first: where anything is missing, all that is missing is named and
nothing is written.`,
  options: [
    {
      name: 'input',
      letter: 'i',
      takes: 'FILE',
      about: 'the template (stdin, which "-" is, too)',
      group: TEMPLATE,
    },
    {
      name: 'check',
      about: 'only say whether all references are there; opens what a FIELD is asked of',
      group: TEMPLATE,
    },
    {
      name: 'output',
      letter: 'o',
      takes: 'FILE',
      about: 'into a file that only you can read, whole or not at all (stdout)',
      group: OUTPUT,
    },
    { name: 'mode', takes: 'MODE', about: 'of FILE instead of 0600: 0640, 0440', group: OUTPUT },
    {
      name: 'in-place',
      about: 'write into FILE itself, for a file that is mounted; a kill leaves a part of it',
      group: OUTPUT,
    },
  ],
  conflicts: [
    ['check', 'output'],
    ['check', 'mode'],
    ['check', 'in-place'],
  ],
  examples: [
    ['lazy inject -i app.yaml.tmpl -o app.yaml', 'a file of mode 0600'],
    ['lazy inject < nginx.tmpl | sudo tee /etc/nginx/auth > /dev/null', 'through pipes'],
    ['lazy inject --check -i app.yaml.tmpl', 'before a deploy: exit status 4 if any is missing'],
  ],
  operands: [0, 0],
  run: inject,
};

async function inject(args: CommandArguments, session: Session): Promise<void> {
  const output = outputOf(args, session);
  if (output !== undefined) await refuseSame(args.text('input'), output.path, session);
  await sweepPrivateFolders(session.env);
  const template = await readTemplate(args, session);
  session.doing = 'fill the template';
  const count = `${template.references.length} reference${template.references.length === 1 ? '' : 's'}`;
  if (args.has('check')) {
    const where = await check(template, session);
    session.talk(where === undefined ? `${count} in the template` : `${count}, all there in ${where}`);
    return;
  }
  const { filled, where } = await fill(template, session);
  if (output === undefined) return writeOut(filled);
  const { path, mode } = output;
  if (args.has('in-place')) await writeInPlace(path, filled, mode ?? PRIVATE_MODE);
  else await writePrivateFile(path, filled, { mode, mountedWay: MOUNTED_WAY });
  session.talk(`wrote ${path}, with ${count}${where === undefined ? '' : ` of ${where}`}`);
}

const MOUNTED_WAY =
  'it is mounted by itself: mount the folder that it is in, or --in-place writes into the file itself';

/** Where to; undefined for stdout. @throws ERR_USAGE before anything is read */
function outputOf(
  args: CommandArguments,
  session: Session,
): { readonly path: string; readonly mode: number | undefined } | undefined {
  const output = args.text('output');
  const mode = args.text('mode');
  // What its owner can't read, or everybody may write (0242, 0666), is a slip of the fingers.
  if (mode !== undefined && !/^0?[4-7][0-7][0145]$/u.test(mode)) {
    throw usage(`--mode is ${quote(mode)}, not a mode that its owner can read`, '--mode 0640, 0440, 0600');
  }
  if (output !== undefined && output !== '-')
    return { path: pathOf(output, session.cwd), mode: mode === undefined ? undefined : parseInt(mode, 8) };
  const needsFile = ['mode', 'in-place'].find((option) => args.has(option));
  if (needsFile !== undefined) throw usage(`--${needsFile} goes with -o FILE`);
  return undefined;
}

/** Refuses to put the result in the place of the template, which would be lost. */
async function refuseSame(input: string | undefined, path: string, session: Session): Promise<void> {
  if (input === undefined || input === '-' || !(await isSameFile(pathOf(input, session.cwd), path))) return;
  throw usage('-o names the template itself, which would be lost', 'keep it as FILE.tmpl beside FILE');
}

async function readTemplate(args: CommandArguments, session: Session): Promise<Template> {
  const input = args.text('input');
  if (input === undefined && isatty(0)) throw usage('there is no template', WAYS);
  const shown = input === undefined || input === '-' ? 'stdin' : quote(input);
  const text =
    shown === 'stdin'
      ? await readStdin(session.signal, MAX_IMPORT_BYTES, WAYS)
      : await readFileUpTo(pathOf(input ?? '', session.cwd), MAX_IMPORT_BYTES, shown);
  return readAt(
    () => `${shown}, `,
    () => parseTemplate(text),
  );
}

const WAYS = 'name it with -i FILE, or give it on stdin';

/** The location of the store that holds all of them; undefined where there are none, and no store is opened. */
async function check({ references }: Template, session: Session): Promise<string | undefined> {
  if (references.length === 0) return undefined;
  const opens = references.some(({ field }) => field !== undefined);
  const store = await session.open(opens ? 'opens' : 'nothing');
  await withProgress('looking for', session, (progress) =>
    checkReferences(store, references, { signal: session.signal, progress }),
  );
  return store.location;
}

async function fill(
  template: Template,
  session: Session,
): Promise<{ readonly filled: Uint8Array; readonly where: string | undefined }> {
  const { references } = template;
  if (references.length === 0) {
    session.talk('note: the template holds no {{ lazy://NAME }}');
    return { filled: fillTemplate(template, []), where: undefined };
  }
  const store = await session.open('opens');
  const values = await withProgress('reading', session, (progress) =>
    readReferences(store, references, { signal: session.signal, progress }),
  );
  return {
    filled: fillTemplate(
      template,
      values.map(({ value }) => value),
    ),
    where: store.location,
  };
}
