import { isatty } from 'node:tty';
import { isLazycredError, LazycredError } from '../../errors.js';
import type { Secret, Store } from '../../index.js';
import { parseName } from '../../record/names.js';
import { versionNumber } from '../../record/versions.js';
import { quote, shellWord } from '../../text/printable.js';
import { decodeUtf8 } from '../../text/utf8.js';
import type { CommandArguments } from '../arguments/options.js';
import { usage } from '../arguments/parse.js';
import type { Command } from '../command.js';
import { withoutAddedBreak } from '../edit/edited-text.js';
import { findEditor, runEditor, type Editor } from '../edit/editor.js';
import { MAX_IMPORT_BYTES } from '../formats/import.js';
import { readFileUpTo } from '../io/files.js';
import { keepPrivately, makePrivateFolder, sweepPrivateFolders } from '../io/private-folder.js';
import { promptShown } from '../io/prompt.js';
import type { Session } from '../session.js';
import { byOption } from '../steps/author.js';
import { commentOption, keptWith, tellStored } from '../steps/new-version.js';

const TEXT = 'The text:';
const VERSION = 'The new version:';
const NONE = Buffer.alloc(0);

/** An editor that is back within this time, in milliseconds, with nothing changed may be one that forks. */
const AT_ONCE_MS = 1_000;

export const command: Command = {
  usage: 'edit NAME',
  about: `Opens the value of a secret in your editor, and stores what you save as the next version,
with the comment and tags of the one before. The editor is VISUAL, or EDITOR, or else
"editor" or vi, split into words as a shell would (code --wait), without a shell.

Nothing is stored where nothing changed, the text is empty, or the editor fails. Where
somebody else stored a version meanwhile, it is a conflict: your text is kept in a file
that only you can read, whose path is shown.

The file that you edit lies in memory where there is such a place, and is removed
afterwards. vim and neovim are told to write no copy of it; what other editors keep
(undo, backups, recent files) is theirs.`,
  options: [
    { name: 'create', about: 'begin with an empty text where there is no such secret', group: TEXT },
    {
      name: 'keep-newline',
      about: 'keep the line break that editors add to the end of a value without one',
      group: TEXT,
    },
    commentOption(VERSION),
    byOption(VERSION),
  ],
  examples: [
    ['lazy edit prod/app.json', 'in your editor'],
    ["EDITOR='code --wait' lazy edit prod/app.json", 'in VS Code'],
    ['lazy edit prod/new --create', 'a new secret'],
  ],
  operands: [1, 1],
  run: edit,
};

/** What is edited. */
interface Edited {
  readonly name: string;
  /** Undefined for a new secret. */
  readonly secret: Secret | undefined;
  readonly before: Uint8Array;
  readonly store: Store;
}

async function edit(args: CommandArguments, session: Session): Promise<void> {
  const [name = ''] = args.operands;
  const { format } = (await session.config()).settings;
  if (format === 'native') parseName(name);
  const kept = await keptWith(args, session);
  const editor = await findEditor(session.env, session.cwd);
  await sweepPrivateFolders(session.env);
  const store = await session.open('wraps');
  session.doing = `edit ${quote(name)}`;
  const secret = await existing(store, name, args, session);
  // A value that is not UTF-8 is refused: an editor would change it.
  const before = secret === undefined ? NONE : Buffer.from(secret.text());
  const precondition = secret === undefined ? { ifAbsent: true } : { ifVersion: numberOf(secret, format) };
  const { after, signal } = await edited({ name, secret, before, store }, editor, session);
  const { text, lostBreak } = args.has('keep-newline')
    ? { text: after, lostBreak: false }
    : withoutAddedBreak(before, after);
  if (Buffer.compare(text, before) === 0) {
    session.talk(`unchanged ${quote(name)}${secret === undefined ? '' : ` in ${store.location}`}`);
    return;
  }
  if (text.length === 0) throw usage('the text is empty: nothing is stored', 'lazy delete NAME deletes it');
  try {
    refuseOtherBytes(text);
    const { comment = secret?.comment, by } = kept;
    const options = { ...precondition, comment, by, tags: secret?.tags, signal };
    const made = await store.put(name, text, options);
    await tellStored(name, made, { store }, session);
  } catch (e) {
    throw await keptText(e, after, { name, session });
  }
  if (lostBreak)
    session.talk('note: without the line break that the editor added at the end (--keep-newline)');
}

/** Undefined where there is none, and --create says that there may be none. */
async function existing(
  store: Store,
  name: string,
  args: CommandArguments,
  { signal }: Session,
): Promise<Secret | undefined> {
  try {
    return await store.get(name, { signal, toReseal: true });
  } catch (e) {
    if (args.has('create') && isLazycredError(e, 'ERR_NOT_FOUND')) return undefined;
    throw e;
  }
}

/** The version by which another's change is seen. @throws ERR_UNSUPPORTED */
function numberOf({ version }: Secret, format: string): number {
  const n = versionNumber(version);
  if (n !== undefined) return n;
  throw new LazycredError('ERR_UNSUPPORTED', `the ${format} format has no number by which a change is seen`, {
    hint: 'lazy get NAME -o FILE, then lazy put NAME @FILE',
  });
}

/** Has the user edit the value in a private folder, which is gone afterwards. */
async function edited(
  { name, secret, before, store }: Edited,
  editor: Editor,
  session: Session,
): Promise<{ readonly after: Uint8Array; readonly signal: AbortSignal }> {
  const folder = await makePrivateFolder(session.env);
  try {
    // The ending tells editors how to show it.
    const file = await folder.write(isJson(secret) ? 'value.json' : 'value.txt', before);
    session.signal.throwIfAborted();
    const { failure, tookMs, signal } = await runEditor(editor, file);
    if (failure !== undefined) throw usage(`the editor ended with ${failure}: nothing is stored`);
    const read = (): Promise<Buffer> => readFileUpTo(file, MAX_IMPORT_BYTES, 'the edited text');
    const after = await read();
    if (tookMs >= AT_ONCE_MS || Buffer.compare(after, before) !== 0 || !isatty(0)) return { after, signal };
    const question = `the editor came back at once: press Enter when ${quote(name)} of ${store.location} is saved (an option such as --wait has it stay): `;
    await promptShown(question, "EDITOR='code --wait' waits by itself", signal, '');
    return { after: await read(), signal };
  } finally {
    await folder.remove();
  }
}

function isJson(secret: Secret | undefined): boolean {
  try {
    return secret !== undefined && typeof secret.json() === 'object';
  } catch (e) {
    if (isLazycredError(e)) return false;
    throw e;
  }
}

function refuseOtherBytes(text: Uint8Array): void {
  if (decodeUtf8(text) === undefined)
    throw usage('the text is not UTF-8 any more', 'have the editor save it as UTF-8');
}

/** The failure of storing a text, which is kept where the user is told. */
async function keptText(
  e: unknown,
  text: Uint8Array,
  { name, session }: { readonly name: string; readonly session: Session },
): Promise<unknown> {
  const path = await keepPrivately(session.env, text);
  const way = `your text is in ${path}: lazy edit ${shellWord(name)} again, then remove that file`;
  if (isLazycredError(e)) return e.with({ hint: way });
  session.talk(way);
  return e;
}
