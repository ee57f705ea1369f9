import { compareUtf8 } from '../../text/utf8-order.js';
import { isatty } from 'node:tty';
import type { ListedSecret } from '../../index.js';
import { ago, json, writeOut } from '../io/streams.js';
import type { Option, CommandArguments } from '../arguments/options.js';
import type { Session } from '../session.js';
import { ALLOW_EMPTY, nothingFound } from './nothing-found.js';
import { table, tabbed } from '../io/table.js';

const OUTPUT = 'Output:';

/** How names are listed. */
export const LISTING_OPTIONS: readonly Option[] = [
  {
    name: 'long',
    letter: 'l',
    about: 'with each newest version and when it was made; on S3 a request a name',
    group: OUTPUT,
  },
  {
    name: 'json',
    about: 'an array of {name, modified}, with --long of {name, modified, version, created}',
    group: OUTPUT,
  },
  ALLOW_EMPTY,
];

/** Which names are listed. */
export interface Listing {
  /** A prefix or glob. */
  readonly match?: string | undefined;
  readonly deleted?: boolean;
  /** Of the names that match, those for which this is true are listed. */
  readonly only?: (name: string) => boolean;
  /** What is said where there are none, if that is a failure or this a terminal: `no secrets`. */
  readonly none: string;
  /** Finding none is an answer: nothing particular was asked for. */
  readonly isWhole?: boolean;
}

/**
 * Lists names: all or nothing, since half a list that looks whole would be worse than none.
 *
 * @throws ERR_NOT_FOUND where something was looked for and isn't there
 */
export async function listNames(what: Listing, args: CommandArguments, session: Session): Promise<void> {
  const store = await session.open('nothing');
  session.doing = 'list';
  const details = args.has('long');
  const { match, deleted } = what;
  const found: ListedSecret[] = [];
  for await (const secret of store.list({ signal: session.signal, match, deleted, details })) {
    if (what.only?.(secret.name) !== false) found.push(secret);
  }
  found.sort((a, b) => compareUtf8(a.name, b.name));
  if (found.length === 0 && what.isWhole !== true && !args.has('allow-empty')) {
    session.doing = undefined;
    throw nothingFound(what.none, store.location);
  }
  if (args.has('json')) return writeOut(json(found.map((secret) => plain(secret, details))));
  if (!isatty(1)) {
    const row = (s: ListedSecret): string[] =>
      details ? [s.name, s.version ?? '', s.created?.toISOString() ?? ''] : [s.name];
    return writeOut(tabbed(found.map(row)));
  }
  if (found.length === 0) return session.talk(`${what.none} in ${store.location}`);
  const now = new Date();
  const when = (time: Date | undefined): string => (time === undefined ? '' : ago(time, now));
  await writeOut(
    details
      ? table(
          found.map((s) => [s.name, s.version ?? '', when(s.created)]),
          ['NAME', 'VERSION', 'MADE'],
        )
      : table(found.map(({ name, modified }) => [name, when(modified)])),
  );
}

function plain({ name, modified, version, created }: ListedSecret, details: boolean): object {
  const short = { name, modified: modified ?? null };
  return details ? { ...short, version: version ?? null, created: created ?? null } : short;
}
