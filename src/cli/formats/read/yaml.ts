import { FAILSAFE_SCHEMA, load, Type, YAMLException } from 'js-yaml';
import { quote } from '../../../text/printable.js';
import type { ImportedEntry } from '../entry.js';
import { badFile, Found } from '../problems.js';
import { isFull, readFull } from './full.js';
import { isManifest, readManifest } from './manifest.js';

/**
 * One YAML map, name → value: every scalar counts as it is written (`0123`, `1e3`, `yes`), whatever
 * YAML makes of it. Maps, lists and null are refused, so are anchors and aliases (a few bytes of
 * which stand for gigabytes) and tags.
 *
 * @throws ERR_USAGE
 */
export function readYaml(text: string): readonly ImportedEntry[] {
  const { value, collections } = parse(text);
  const found = new Found('yaml');
  // An empty file, or one of comments.
  if (value === undefined || value === null) return found.all();
  if (typeof value !== 'object' || value instanceof Nothing || Array.isArray(value)) {
    throw badFile('yaml', 'it is not one map', 'name: value');
  }
  if (isFull(value)) return readFull('yaml', value);
  if (isManifest(value)) return readManifest('yaml', value);
  let isNested = false;
  for (const [name, scalar] of Object.entries(value)) {
    if (typeof scalar === 'string') found.add(name, scalar);
    else if (scalar === null || scalar instanceof Nothing) {
      found.refuse(`${quote(name)} has no value`, undefined, 'write "" for an empty one');
    } else {
      isNested = true;
      const kind = Array.isArray(scalar) ? 'a list' : 'a map';
      found.refuse(
        `${quote(name)} is ${kind}, not text`,
        undefined,
        'write it as text in quotes, or after "|"',
      );
    }
  }
  // A map or list can also be a name, of which the reader makes text.
  if (!isNested && collections > 1) found.refuse('a name is a map or list');
  return found.all();
}

/** A plain `~` or `null`; as a key, what is written there. */
class Nothing {
  readonly #written: string;

  constructor(written: string) {
    this.#written = written;
  }

  // Anything but "Object", which the reader would write in place of such a key.
  get [Symbol.toStringTag](): string {
    return 'Nothing';
  }

  toString(): string {
    return this.#written;
  }
}

const NULL = 'tag:yaml.org,2002:null';
const QUOTES = 'a value that begins with a sign is put in quotes';

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/duplicated mapping key/u, 'a name may be there once: take one of the two out'],
  [/single document/u, 'one document a file: put all into one map, or each into a file of its own'],
  [/\btab/u, 'indent with blanks, not with tabs'],
  [/double quoted|single quoted/u, 'close the quote'],
  [/alias/u, QUOTES],
];

function hintFor(reason: string): string {
  return HINTS.find(([pattern]) => pattern.test(reason))?.[1] ?? QUOTES;
}

const SCHEMA = FAILSAFE_SCHEMA.extend({
  implicit: [
    new Type(NULL, {
      kind: 'scalar',
      resolve: (data: string | null) => data === null || /^(?:~|null|Null|NULL|)$/u.test(data),
      construct: (data: string | null) => new Nothing(data ?? ''),
    }),
  ],
});

/** The reader's state, as far as it is looked at; its own types leave some of it out. */
interface State {
  readonly line: number;
  readonly kind: string | null;
  readonly result: unknown;
  readonly tag: string | null;
  readonly anchor: string | null;
  readonly anchorMap: Readonly<Record<string, unknown>>;
}

/** What the text means, and how many maps and lists are in it: one, where names and values are text. */
function parse(text: string): { readonly value: unknown; readonly collections: number } {
  // Each counts once, though the reader tries an outermost `{…}` as a name first.
  const collections = new Set<unknown>();
  const refuse = (state: State, what: string): never => {
    throw badFile('yaml', `line ${state.line + 1}: ${what}`, QUOTES);
  };
  const onClose = (state: State): void => {
    if (state.anchor !== null || Object.keys(state.anchorMap).length > 0) {
      refuse(state, 'anchors and aliases are not read');
    }
    if (state.tag !== null && state.tag !== '?' && state.tag !== NULL) refuse(state, 'tags are not read');
    if (state.kind === 'mapping' || state.kind === 'sequence') collections.add(state.result);
  };
  const listener = (event: string, state: unknown): void => {
    if (event === 'close') onClose(state as State);
  };
  try {
    const value = load(text, { schema: SCHEMA, listener });
    return { value, collections: collections.size };
  } catch (e) {
    if (!(e instanceof YAMLException)) throw e;
    // The reader quotes the text in its message, and at the end of some reasons: what follows is cut.
    const reason = e.reason.replace(/ ?["!<(:].*$/su, '');
    const mark = e.mark as typeof e.mark | undefined;
    throw badFile('yaml', mark === undefined ? reason : `line ${mark.line + 1}: ${reason}`, hintFor(reason));
  }
}
