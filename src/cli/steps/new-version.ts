import type { PutOptions, PutResult, Store } from '../../index.js';
import { quote } from '../../text/printable.js';
import type { CommandArguments, Option } from '../arguments/options.js';
import { pairsOf } from '../arguments/pairs.js';
import { caution } from '../io/caution.js';
import type { Session } from '../session.js';
import { authorOf } from './author.js';

/** The option of what stores a value only where there is none. */
export function ifAbsentOption(group: string): Option {
  return { name: 'if-absent', about: 'only if there is no such secret', group };
}

/** The option of what stores a value: the note that is kept with it. */
export function commentOption(group: string): Option {
  return {
    name: 'comment',
    letter: 'c',
    takes: 'TEXT',
    about: 'a note that history shows; not secret',
    group,
  };
}

/** The option of what stores a value: pairs that are kept with it. */
export function tagOption(group: string): Option {
  return {
    name: 'tag',
    takes: 'NAME=VALUE',
    about: 'kept with it; not secret; may be repeated',
    group,
    many: true,
  };
}

/**
 * What these options, and that of the author, say.
 *
 * @throws ERR_USAGE for a tag that is no pair; ERR_UNSUPPORTED for an author where the format keeps none
 */
export async function keptWith(
  args: CommandArguments,
  session: Session,
): Promise<Pick<PutOptions, 'by' | 'comment' | 'tags'>> {
  const tags = args.has('tag') ? pairsOf('tag', args.all('tag')) : undefined;
  return { by: await authorOf(args, session), comment: args.text('comment'), tags };
}

/**
 * Says on stderr where a new version went, and what its format does not promise.
 *
 * @param rest what follows: `, 190 bits of entropy`
 */
export async function tellStored(
  name: string,
  made: PutResult,
  { store, rest }: { readonly store: Store; readonly rest?: string },
  session: Session,
): Promise<void> {
  const which = `${quote(name)}${made.version === '' ? '' : ` version ${made.version}`}`;
  if (made.unchanged === true) return session.talk(`unchanged ${which} in ${store.location}`);
  await session.tellSealed(`stored ${which}`, store, rest);
  caution((await session.config()).settings.format, (line) => session.talk(line));
}
