import { isLazycredError } from '../../errors.js';
import type { Listed, StoredRecord } from '../../record.js';
import { STUB_BYTES } from '../../record/body.js';
import { withoutValue } from '../../record/ancestors.js';
import { claimOf } from '../../record/claims.js';
import { storedName } from '../../record/names.js';
import type { S3Call } from './failures.js';
import { CREATED_METADATA, VERSION_METADATA } from './layout.js';
import type { PageStart, S3Key, S3Objects } from './objects.js';
import { revisionOf, type NameCall, type S3Records } from './records.js';

/** How many versions' headers a history reads at once. */
const PARALLEL_READS = 8;

/** The greatest Unicode character: with it a bound that every key below a folder sorts before. */
const LAST_CHARACTER = '\u{10ffff}';

type Page = Awaited<ReturnType<S3Objects['page']>>;

/** A store's names, and a name's versions, as the bucket lists them. */
export class S3Listing {
  readonly #records: S3Records;
  readonly #pageSize: number;

  constructor(records: S3Records, pageSize: number) {
    this.#records = records;
    this.#pageSize = pageSize;
  }

  /** Each name that begins with `prefix`, once, in the order of its key's bytes. */
  async *heads(prefix: string, call: S3Call): AsyncGenerator<Listed> {
    const { objects, layout } = this.#records;
    const begin = layout.headKey(prefix);
    let skipped = false;
    let from: PageStart | undefined = {};
    while (from !== undefined) {
      const { keys, next }: Page = await objects.page(begin, this.#pageSize, from, call);
      for (const key of keys) yield* this.#listedHead(key);
      // The next page begins behind all archives, so that the cost of a listing doesn't grow with the versions.
      const inArchives: boolean = !skipped && keys.at(-1)?.key.startsWith(layout.archives) === true;
      skipped ||= inArchives;
      from = next !== undefined && inArchives ? { after: layout.archives + LAST_CHARACTER } : next;
    }
  }

  *#listedHead({ key, size, modified }: S3Key): Generator<Listed> {
    const name = this.#records.layout.nameOf(key);
    // An empty object whose key ends with `/` is what a console makes of a folder.
    if (name === undefined || (size === 0 && name.endsWith('/'))) return;
    yield {
      name: storedName(name),
      ...(modified === undefined ? {} : { modified }),
      // The size alone tells a tombstone: to read it would cost a request a name.
      ...(size === STUB_BYTES ? { state: 'deleted' as const } : {}),
    };
  }

  /** The names of {@link heads} with their versions: one HEAD a name, several at once, in the same order. */
  async *detailedHeads(prefix: string, call: S3Call): AsyncGenerator<Listed> {
    const waiting: Promise<Listed>[] = [];
    try {
      for await (const head of this.heads(prefix, call)) {
        const detailed = this.#detailed(head, call);
        // It is awaited in its turn; a failure before that must not count as unhandled.
        detailed.catch(() => undefined);
        waiting.push(detailed);
        if (waiting.length >= PARALLEL_READS) yield* [await (waiting.shift() as Promise<Listed>)];
      }
      for (const detailed of waiting) yield await detailed;
    } finally {
      await Promise.allSettled(waiting);
    }
  }

  async #detailed(head: Listed, call: S3Call): Promise<Listed> {
    const { objects, layout } = this.#records;
    const metadata = (await objects.head(layout.headKey(head.name), { ...call, name: head.name })) ?? {};
    const { [VERSION_METADATA]: version, [CREATED_METADATA]: created } = metadata;
    const time = created === undefined ? NaN : Date.parse(created);
    return {
      ...head,
      ...(version === undefined ? {} : { version }),
      ...(Number.isNaN(time) ? {} : { created: new Date(time) }),
    };
  }

  /** The versions of a name, newest first: its head, then its archive. */
  async *versions(call: NameCall): AsyncGenerator<Listed> {
    // The head is read first: whoever replaces it after that archives it, and the list that follows has it.
    const head = await this.#records.head(call);
    if (head !== undefined) yield listed(head);
    const versions = (await this.#archivedVersions(call)).filter((v) => v !== head?.version).reverse();
    for (let i = 0; i < versions.length; i += PARALLEL_READS) {
      const some = versions.slice(i, i + PARALLEL_READS);
      const records = await Promise.all(some.map((version) => this.#listedVersion(version, call)));
      for (const record of records) if (record !== undefined) yield listed(record);
    }
  }

  // What is listed and is not there was deleted in between. Listed still, one of the two answers is an old one: who
  // destroys would pass over a value.
  async #listedVersion(version: string, call: NameCall): Promise<StoredRecord | undefined> {
    const record = await this.#records.archived(version, call);
    if (record !== undefined || !(await this.#archivedVersions(call)).includes(version)) return record;
    throw this.#records.objects.listsWhatIsNot(call);
  }

  /** The greatest version in the archive of a name; 0 where there is none, or where listing is not allowed. */
  async greatestArchived(call: NameCall): Promise<number> {
    try {
      return Number((await this.#archivedVersions(call)).at(-1) ?? 0);
    } catch (e) {
      // Who may not list can still create: an archive that a new version would collide with shows as
      // ERR_INTEGRITY at the next put, and nothing is overwritten.
      if (isLazycredError(e, 'ERR_ACCESS')) return 0;
      throw e;
    }
  }

  async #archivedVersions(call: NameCall): Promise<string[]> {
    const { objects, layout } = this.#records;
    const folder = layout.archiveFolder(call.name);
    const versions: string[] = [];
    let from: PageStart | undefined = {};
    while (from !== undefined) {
      // With the delimiter: `a/b`'s archive lies below `a`'s, and is stepped over as one folder.
      const { keys, next }: Page = await objects.page(folder, this.#pageSize, from, {
        ...call,
        delimiter: '/',
      });
      for (const { key } of keys) {
        const version = layout.archivedVersion(call.name, key);
        if (version !== undefined) versions.push(version);
      }
      from = next;
    }
    return versions;
  }
}

function listed(record: StoredRecord): Listed {
  const { modified } = revisionOf(record);
  const { state, created } = claimOf(record.fields) ?? {};
  return {
    name: record.name,
    version: record.version,
    fields: withoutValue(record.fields),
    ...(modified === undefined ? {} : { modified }),
    ...(created === undefined ? {} : { created }),
    ...(state === undefined ? {} : { state }),
  };
}
