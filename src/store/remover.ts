import { isOfNative } from '../record/claims.js';
import type { Backend } from '../backend.js';
import { credstashVersionKeys } from '../record/credstash-versions.js';
import { isLazycredError, LazycredError } from '../errors.js';
import { numberOf } from '../record/versions.js';
import { writableName } from '../record/names.js';
import type { SecretName } from '../record/names.js';
import type { Listed, RemovedState, StoredRecord } from '../record.js';
import type { DestroyOptions, PruneOptions, Removed } from './options.js';
import type { RecordReader } from './reader.js';
import type { StoreRules } from './rules.js';
import { versionInfo } from './version-info.js';
import type { RecordWriter } from './writer.js';

/** One destroying or pruning. */
interface Removing {
  readonly name: SecretName;
  readonly by: string | undefined;
  readonly signal: AbortSignal;
}

/** What goes, of the versions that are there. */
interface Choice {
  readonly state: RemovedState;
  readonly goes: (version: Listed) => boolean;
  /** The newest version that was meant: what somebody puts after it stays. */
  readonly last: string | undefined;
}

/** Removes values for good, in an order in which no older value comes back wherever it is stopped. */
export class RecordRemover {
  readonly #backend: Backend;
  readonly #rules: StoreRules;
  readonly #reader: RecordReader;
  readonly #writer: RecordWriter;

  constructor(backend: Backend, rules: StoreRules, reader: RecordReader, writer: RecordWriter) {
    this.#backend = backend;
    this.#rules = rules;
    this.#reader = reader;
    this.#writer = writer;
  }

  /** See `Store.destroy`. */
  async destroy(name: string, o: DestroyOptions, signal: AbortSignal): Promise<Removed> {
    if (o.versions !== undefined) this.#rules.needsVersions();
    const secret = writableName(name);
    const removing = { name: secret, by: o.by, signal };
    const wanted = o.versions?.map((v) => this.#rules.askedVersion(v));
    const there = await this.#removable(secret, signal);
    const [newest] = there;
    if (newest === undefined) throw await this.#nothingThere(secret, signal);
    const asked: string[] | undefined = wanted && [];
    for (const version of wanted ?? []) {
      const found = findVersion(there, version);
      if (found === undefined) throw await this.#reader.notFound(secret, version, signal);
      asked?.push(found);
    }
    const chosen = among(asked);
    let last = newest.version;
    if (this.#rules.format.stubs) last = (await this.#hideNewest(removing, there, asked)) ?? last;
    else if (chosen(newest) && !there.every(chosen)) {
      throw new LazycredError(
        'ERR_UNSUPPORTED',
        'without the newest version an older value would be the newest',
        {
          hint: 'put a new value first, or destroy all of it',
        },
      );
    }
    const goes = (v: Listed) => chosen(v) && (asked !== undefined || v.state !== 'deleted');
    const versions = await this.#erase(removing, { state: 'destroyed', goes, last });
    return { versions, remains: await this.#backend.purge(secret, asked, { signal }) };
  }

  /** See `Store.prune`. */
  async prune(name: string, o: PruneOptions, signal: AbortSignal): Promise<Removed> {
    this.#rules.needsVersions();
    const { keep, olderThan } = o;
    if (keep === undefined && olderThan === undefined) {
      throw new LazycredError('ERR_USAGE', 'prune needs to know how many versions or since when to keep');
    }
    if (keep !== undefined && !(Number.isSafeInteger(keep) && keep >= 1)) {
      throw new LazycredError('ERR_USAGE', `at least 1 version must be kept, not ${keep}`);
    }
    if (olderThan !== undefined && !this.#rules.format.stubs) {
      throw this.#rules.unsupported('does not keep when a version was made');
    }
    const secret = writableName(name);
    const there = await this.#removable(secret, signal);
    if (there.length === 0) throw await this.#nothingThere(secret, signal);
    const values = there.filter((v) => v.state === undefined);
    const spared = new Set(values.slice(0, keep ?? 0).map((v) => v.version));
    const isOld = (v: Listed) => olderThan === undefined || (versionInfo(v).created ?? olderThan) < olderThan;
    const old = new Set(values.filter((v) => !spared.has(v.version) && isOld(v)).map((v) => v.version));
    const last = there[0]?.version;
    old.delete(last);
    const goes = (v: Listed) => old.has(v.version);
    const versions = await this.#erase({ name: secret, by: o.by, signal }, { state: 'pruned', goes, last });
    // A prune that was stopped half way has purged nothing yet: its versions are purged now, too.
    const pruned = there.filter((v) => v.state === 'pruned').map((v) => v.version ?? '');
    return { versions, remains: await this.#backend.purge(secret, [...pruned, ...versions], { signal }) };
  }

  // The failure for a name without versions. A first put that was killed may have left an unfinished file there,
  // with the value in it: that is removed first.
  async #nothingThere(name: SecretName, signal: AbortSignal): Promise<LazycredError> {
    await this.#backend.purge(name, [], { signal });
    return this.#reader.notFound(name, undefined, signal);
  }

  /**
   * Puts a tombstone over the newest version where that version is to go. `get` sees the tombstone from then on, so
   * that no older value comes back wherever destroying is stopped. Returns the tombstone's version.
   *
   * @param asked the versions that go; undefined for all, also what is put until then
   */
  async #hideNewest(
    { name, by, signal }: Removing,
    there: readonly Listed[],
    asked: readonly string[] | undefined,
  ): Promise<string | undefined> {
    const [newest] = there;
    if (newest === undefined) return undefined;
    const goes = among(asked);
    const leavesNone = there.every((v) => v.state !== undefined || goes(v)) && newest.state !== 'destroyed';
    if (!leavesNone && (newest.state !== undefined || !goes(newest))) return undefined;
    const state = leavesNone ? 'destroyed' : 'deleted';
    const check = async (current: StoredRecord | undefined): Promise<void> => {
      if (asked === undefined || current?.version === newest.version) return;
      await this.#reader.isThere(name, current, signal);
      throw new LazycredError('ERR_CONFLICT', 'a newer version was put meanwhile', { hint: 'run it again' });
    };
    return (await this.#writer.putStub({ name, state, by, signal, check })).version;
  }

  /**
   * Removes the versions that are chosen, oldest first: stopped half way, no older value is the newest.
   * In a format with stubs the newest version is a tombstone by now and stays, and each other version that
   * has a number becomes a stub.
   */
  async #erase({ name, by, signal }: Removing, { state, goes, last }: Choice): Promise<string[]> {
    const { stubs } = this.#rules.format;
    const all = await this.#removable(name, signal);
    // What follows `last` in the listing is older, not what has a lower number: CredStash's 9 is newer than its 10.
    const at = all.findIndex(({ version }) => version === last);
    // A number stays for good where there are stubs: a listing without it is an older one, whose newest version
    // would be spared as if it were the tombstone.
    if (at < 0 && stubs) {
      const message = `version ${last} is missing in the list of versions`;
      throw new LazycredError('ERR_UNAVAILABLE', message, { name, hint: 'run it again' });
    }
    const there = all.slice(Math.max(0, at));
    const erased: string[] = [];
    for (const listed of there.slice(stubs ? 1 : 0).reverse()) {
      const { version = '' } = listed;
      if (!goes(listed) || listed.state === 'destroyed' || listed.state === state) continue;
      const number = numberOf(version);
      if (stubs && number !== undefined) {
        const stub = this.#writer.stub(name, String(number), state, by);
        await this.#backend.erase({ ...stub, revision: listed.revision }, { signal });
      } else await this.#backend.remove({ ...listed, version }, { signal });
      erased.push(version);
    }
    return erased;
  }

  /**
   * The versions of a name, newest first; in a format without versions, its one record.
   *
   * @throws ERR_UNSUPPORTED where a record of another format is in the way: destroying as LazyCred does would
   *   delete a native record together with its number, and destroying natively would put a stub over a record
   *   of CredStash's that nobody asked to convert
   */
  async #removable(name: SecretName, signal: AbortSignal): Promise<Listed[]> {
    if (this.#rules.format.stubs) {
      const versions = await this.#reader.versions(name, signal);
      if (!isOfNative(versions[0]?.fields ?? {})) {
        this.#rules.mayFollow(name, await this.#backend.get(name, undefined, { signal }));
      }
      return versions;
    }
    const there =
      this.#rules.format.versions === 'none'
        ? await this.#only(name, signal)
        : await this.#reader.versions(name, signal);
    if (there.some(({ fields = {} }) => isOfNative(fields))) {
      throw this.#rules.unsupported('has no part in the native record that is there');
    }
    return there;
  }

  // An object that can't be read as a record, such as LazyCred's `"key": null`, can be removed all the same.
  async #only(name: SecretName, signal: AbortSignal): Promise<Listed[]> {
    try {
      const record = await this.#backend.get(name, undefined, { signal });
      return record === undefined ? [] : [record];
    } catch (e) {
      if (!isLazycredError(e, 'ERR_INTEGRITY')) throw e;
      return [{ name, version: '' }];
    }
  }
}

/** Whether a version is one of those that are asked for; undefined asks for all. */
function among(asked: readonly string[] | undefined): (listed: Listed) => boolean {
  return ({ version = '' }) => asked?.includes(version) !== false;
}

/** The version that is asked for, in the spelling that a listing shows: `9` for CredStash's `0000000000000000009`. */
function findVersion(there: readonly Listed[], asked: string): string | undefined {
  const number = numberOf(asked);
  const places = [...credstashVersionKeys(asked), ...(number === undefined ? [] : [String(number)])];
  return places.find((place) => there.some(({ version }) => version === place));
}
