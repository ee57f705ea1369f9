/** What `lazy __complete` answers to the scripts of `lazy completion`. */
import { BrokenPipe, writeOut } from '../io/streams.js';
import { expectedAt, type Choice, type Expected, type Vocabulary } from './expected.js';
import { namesBeginning } from './names.js';
import { bashReply } from './quoting.js';
import { readTypedLine, readTypedWord, type TypedWord } from './typed.js';

/** How long after the start of the process nobody waits any more, in milliseconds: a second, less the end of it. */
const PATIENCE_MS = 850;

/** A command line that somebody completes. */
interface Asked {
  readonly before: readonly string[];
  readonly current: TypedWord;
  readonly isRedirection: boolean;
  /** Writes a choice as the shell's script reads it; undefined for one that can't be written there. */
  readonly line: (choice: Choice) => string | undefined;
}

/**
 * Writes what may stand at the cursor: `files`, which the shell completes by itself, or `words` and a word a
 * line. Whatever fails, nothing is written, asked or said on stderr, and none of it takes longer than a second.
 *
 * @param args the shell and what is typed there, as its script hands that over; see `askedBy`
 */
export async function complete(
  args: readonly string[],
  vocabulary: Vocabulary,
  signal: AbortSignal,
): Promise<void> {
  try {
    const left = Math.max(1, Math.floor(PATIENCE_MS - performance.now()));
    const giveUp = AbortSignal.any([signal, AbortSignal.timeout(left)]);
    const gone = new Promise<undefined>((resolve) => {
      giveUp.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    const answer = await Promise.race([answerTo(args, vocabulary, giveUp), gone]);
    if (answer !== undefined) await writeOut(answer);
  } catch (e) {
    // Of a store that doesn't answer, the command itself will tell; here, in the middle of a line, nothing can.
    if (e instanceof BrokenPipe) throw e;
  }
}

async function answerTo(
  args: readonly string[],
  vocabulary: Vocabulary,
  signal: AbortSignal,
): Promise<string | undefined> {
  const asked = askedBy(args);
  if (asked === undefined) return undefined;
  const { before, current, isRedirection } = asked;
  if (isRedirection) return 'files\n';
  const expected = await expectedAt(before.slice(1), current.value, vocabulary);
  if (expected.files === true) return 'files\n';
  const choices = await choicesOf(expected, current.value, signal);
  const lines = choices.flatMap((choice) => asked.line(choice) ?? []);
  return ['words', ...lines, ''].join('\n');
}

/** `bash BREAKS LINE`, with the line up to the cursor; `zsh WORD…` as typed; `fish WORD…`, the last as typed. */
function askedBy([shell, ...rest]: readonly string[]): Asked | undefined {
  if (shell === 'bash') {
    const [breaks = '', line = ''] = rest;
    const typed = readTypedLine(line);
    return { ...typed, line: ({ word }) => bashReply(word, typed.current, breaks) };
  }
  const current = readTypedWord(rest.at(-1) ?? '');
  const line = ({ word, about }: Choice): string => (about === undefined ? word : `${word}\t${about}`);
  const words = rest.slice(0, -1);
  const common = { current, isRedirection: false, line };
  if (shell === 'zsh') return { ...common, before: words.map((word) => readTypedWord(word).value) };
  return shell === 'fish' ? { ...common, before: words } : undefined;
}

async function choicesOf(expected: Expected, current: string, signal: AbortSignal): Promise<Choice[]> {
  const { keep, names, given, dashMeansOption } = expected;
  const begun = current.slice(keep.length);
  const words: Choice[] = [...(expected.choices ?? [])];
  if (names !== undefined) {
    const found = await namesBeginning({ begun, deleted: names.deleted, given }, signal);
    // A secret's name must not become an option: others may choose names.
    const safe = found.filter((name) => keep !== '' || !dashMeansOption || !name.startsWith('-'));
    const folders = names.of.includes('folders') ? foldersOf(safe) : [];
    words.push(...[...folders, ...(names.of.includes('names') ? safe : [])].map((word) => ({ word })));
  }
  return words
    .filter(({ word }) => word.startsWith(begun))
    .map((choice) => ({ ...choice, word: keep + choice.word }));
}

function foldersOf(names: readonly string[]): string[] {
  const folders = names.flatMap((name) =>
    [...name.matchAll(/\//gu)].map(({ index }) => name.slice(0, index + 1)),
  );
  return [...new Set(folders)];
}
