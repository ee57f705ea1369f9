import type { Backend } from '../backend.js';
import { claimOf } from '../record/claims.js';
import type { Listed } from '../record.js';
import { isGlob, parseGlob } from '../text/glob.js';
import { checkOptions } from './check-arguments.js';
import type { OperationRunner } from './operation.js';
import type { ListedSecret, ListOptions, NamedVersion } from './options.js';
import type { StoreRules } from './rules.js';
import { isGone, versionInfo } from './version-info.js';

/** What a listing asks the backend for, beside the names. */
interface Details {
  readonly versions?: boolean | undefined;
  readonly details?: boolean | undefined;
}

/** Lists secrets and their versions; opens none. */
export class SecretLister {
  readonly #backend: Backend;
  readonly #rules: StoreRules;
  readonly #operations: OperationRunner;

  constructor(backend: Backend, rules: StoreRules, operations: OperationRunner) {
    this.#backend = backend;
    this.#rules = rules;
    this.#operations = operations;
  }

  /** See `Store.list`. */
  async *list(o: ListOptions): AsyncGenerator<ListedSecret, void, undefined> {
    checkOptions(o);
    const { details } = o;
    const isWanted = async (listed: Listed, signal: AbortSignal) =>
      o.deleted === true ? this.#isDeleted(listed, signal) : listed.state === undefined;
    for await (const { name, modified, version, created } of this.#matching(o, { details }, isWanted)) {
      yield { name, modified, ...(details === true ? { version, created } : {}) };
    }
  }

  /** See `Store.versions`. */
  async *versions(o: Pick<ListOptions, 'match' | 'signal'>): AsyncGenerator<NamedVersion, void, undefined> {
    checkOptions(o);
    this.#rules.needsVersions();
    const isWanted = (listed: Listed) => Promise.resolve(!isGone(listed));
    for await (const listed of this.#matching(o, { versions: true }, isWanted)) {
      yield { name: listed.name, ...versionInfo(listed) };
    }
  }

  /** What the backend lists of the names that match, as far as it is wanted. */
  #matching(
    o: Pick<ListOptions, 'match' | 'signal'>,
    details: Details,
    isWanted: (listed: Listed, signal: AbortSignal) => Promise<boolean>,
  ): AsyncGenerator<Listed, void, undefined> {
    const glob = o.match !== undefined && isGlob(o.match) ? parseGlob(o.match) : undefined;
    const prefix = glob?.prefix ?? o.match;
    const backend = this.#backend;
    return this.#operations.iterate(o, async function* (signal) {
      for await (const listed of backend.list({ signal, prefix, ...details })) {
        if (glob?.matches(listed.name) !== false && (await isWanted(listed, signal))) yield listed;
      }
    });
  }

  /** Whether a listed name is a tombstone that can be undone: a size or mark alone may also mean destroyed. */
  async #isDeleted(listed: Listed, signal: AbortSignal): Promise<boolean> {
    if (listed.state !== 'deleted') return false;
    const newest = await this.#backend.get(listed.name, undefined, { signal });
    return newest !== undefined && claimOf(newest.fields)?.state === 'deleted';
  }
}
