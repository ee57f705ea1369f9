import type { Backend } from '../backend.js';
import { credstashVersionKeys } from '../record/credstash-versions.js';
import { recordKind } from '../codec/detect.js';
import { RECORD_FORMATS, type Unwrap } from '../codec/formats.js';
import { damaged } from '../codec/native.js';
import { sameRecipients, unwrapWithAny } from '../codec/recipients.js';
import { decodeHeader } from '../codec/header.js';
import { decodeStub } from '../codec/stub.js';
import { isLazycredError, LazycredError } from '../errors.js';
import type { Hint } from '../hints.js';
import type { KeyProvider, WrappedKey } from '../keys.js';
import { printable } from '../text/printable.js';
import { versionNumber } from '../record/versions.js';
import { HEADER_FIELD } from '../record/claims.js';
import type { SecretName } from '../record/names.js';
import { FORMATS, type Listed, type StoredRecord } from '../record.js';
import type { Secret } from '../secret.js';
import type { StoreParts } from './options.js';
import { ResealGuard, type Recipients } from './reseal.js';
import type { StoreRules } from './rules.js';

const UNDELETE: Hint = { code: 'undelete' };

/** Which keys open a record. */
interface Opening {
  readonly keys: readonly KeyProvider[];
  /** Whether KMS may take any key that the caller can use, as for the records that name none. */
  readonly anyKey: true | undefined;
  /** Told what the record says of its recipients, before one of them is tried. */
  readonly told?: (recipients: Recipients) => void;
}

/** Reads records and opens them. */
export class RecordReader {
  readonly #backend: Backend;
  readonly #rules: StoreRules;
  readonly #writing: readonly KeyProvider[];
  readonly #opening: readonly KeyProvider[];
  readonly #pinned: boolean;
  readonly #guard: ResealGuard;

  constructor({ backend, keys, decryptKeys = [], untrustedKeys }: StoreParts, rules: StoreRules) {
    this.#backend = backend;
    this.#rules = rules;
    this.#writing = keys;
    this.#opening = [...keys, ...decryptKeys];
    this.#pinned = decryptKeys.length > 0;
    this.#guard = new ResealGuard({ keys, untrustedKeys });
  }

  /** Opens a record under the version that its place tells. */
  open(record: StoredRecord, signal: AbortSignal): Promise<Secret> {
    return this.#open(record, this.#allKeys(record), signal);
  }

  #allKeys({ fields }: StoredRecord): Opening {
    const isNative = recordKind(fields) === 'native';
    return { keys: this.#opening, anyKey: isNative || this.#pinned ? undefined : true };
  }

  #open(record: StoredRecord, opening: Opening, signal: AbortSignal): Promise<Secret> {
    const { name, version, fields } = record;
    const kind = recordKind(fields);
    if (kind === 'stub') throw this.#removed(record);
    if (kind === 'broken') throw damaged(name);
    if (kind === 'newer' || kind === 'credsmash' || !this.#rules.reads(kind))
      throw this.#rules.notAccepted(kind);
    const unwrap: Unwrap = (keys, context, keyBytes) => {
      opening.told?.({ keys, context, keyBytes });
      return unwrapWithAny(opening.keys, keys, context, { signal, keyBytes, anyKey: opening.anyKey });
    };
    const wanted = { version, context: this.#rules.context, maxBytes: this.#rules.maxBytes };
    return RECORD_FORMATS[kind].open(record, wanted, unwrap);
  }

  /** Opens the version that is asked for. @throws ERR_NOT_FOUND, and what {@link open} throws */
  async openVersion(name: SecretName, version: string, signal: AbortSignal): Promise<Secret> {
    return this.open(await this.#version(name, version, signal), signal);
  }

  /**
   * Opens a version whose value will be sealed anew.
   *
   * @throws ERR_CONFIG where a key that nobody vouched for would learn it; what {@link openVersion} throws
   */
  async openToReseal(name: SecretName, version: string, signal: AbortSignal): Promise<Secret> {
    return this.openRecordToReseal(await this.#version(name, version, signal), signal);
  }

  /** As {@link openToReseal}, for a record that was read. */
  async openRecordToReseal(record: StoredRecord, signal: AbortSignal): Promise<Secret> {
    let recipients: Recipients | undefined;
    const told = (all: Recipients): void => void (recipients = all);
    const secret = await this.#open(record, { ...this.#allKeys(record), told }, signal);
    if (recipients !== undefined) await this.#guard.check(recipients, signal);
    return secret;
  }

  async #version(name: SecretName, version: string, signal: AbortSignal): Promise<StoredRecord> {
    // A number is found under either spelling by the backend.
    const isNumber = versionNumber(version) !== undefined;
    for (const place of isNumber ? [version] : credstashVersionKeys(version)) {
      const record = await this.#backend.get(name, place, { signal });
      if (record === undefined) continue;
      // Of an older tombstone there is nothing to undelete.
      if (recordKind(record.fields) === 'stub') throw this.#removed(record, { code: 'look-at-history' });
      return record;
    }
    throw await this.notFound(name, version, signal);
  }

  /**
   * Whether the newest record is what a put of this value would make: of the format that is written, for the
   * keys that are configured, and opening to just these bytes.
   *
   * @param recipients the value's data key as wrapped for the configured keys; undefined in a format whose
   *   records name no key: there the configured key itself has to open the record
   */
  async holds(
    newest: StoredRecord,
    value: Uint8Array,
    recipients: readonly WrappedKey[] | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { fields } = newest;
    const kind = recordKind(fields);
    if (kind === 'stub' || (isFormat(kind) && kind !== this.#rules.formatName)) return false;
    if (recipients === undefined) return this.#holdsUnderWritingKey(newest, value, signal);
    const header = decodeHeader(fields[HEADER_FIELD] ?? '');
    if (header !== undefined && !sameRecipients(header.keys, recipients)) return false;
    return isSame(await this.open(newest, signal), value);
  }

  async #holdsUnderWritingKey(
    newest: StoredRecord,
    value: Uint8Array,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      return isSame(await this.#open(newest, { keys: this.#writing, anyKey: undefined }, signal), value);
    } catch (e) {
      if (!isLazycredError(e, 'ERR_ACCESS') && !isLazycredError(e, 'ERR_INTEGRITY')) throw e;
      // Another key may open the record; if none does, the failure says why.
      await this.open(newest, signal);
      return false;
    }
  }

  /** Whether a version, the newest where none is named, has a value; nothing is opened. */
  async has(name: SecretName, version: string | undefined, signal: AbortSignal): Promise<boolean> {
    try {
      if (version !== undefined) await this.#version(name, version, signal);
      else await this.isThere(name, await this.#backend.get(name, undefined, { signal }), signal);
      return true;
    } catch (e) {
      if (isLazycredError(e, 'ERR_NOT_FOUND')) return false;
      throw e;
    }
  }

  /** Throws ERR_NOT_FOUND unless the newest record has a value. */
  async isThere(name: SecretName, newest: StoredRecord | undefined, signal: AbortSignal): Promise<void> {
    if (newest === undefined) throw await this.notFound(name, undefined, signal);
    if (recordKind(newest.fields) === 'stub') throw this.#removed(newest);
  }

  /** All versions, newest first, stubs included. */
  async versions(name: SecretName, signal: AbortSignal): Promise<Listed[]> {
    const versions: Listed[] = [];
    for await (const listed of this.#backend.list({ name, signal })) versions.push(listed);
    return versions;
  }

  /** ERR_NOT_FOUND, with what is there instead. */
  async notFound(name: SecretName, version: string | undefined, signal: AbortSignal): Promise<LazycredError> {
    if (version === undefined) {
      return new LazycredError('ERR_NOT_FOUND', `not found in ${this.#backend.location}`, {
        hint: { code: 'list-names' },
      });
    }
    const newest = await this.#backend.get(name, undefined, { signal });
    const message = newest === undefined ? 'not found' : `version ${printable(version)} not found`;
    const hint: string | Hint =
      newest === undefined ? { code: 'list-names' } : `the newest version is ${printable(newest.version)}`;
    return new LazycredError('ERR_NOT_FOUND', `${message} in ${this.#backend.location}`, { hint });
  }

  #removed({ name, version, fields }: StoredRecord, hint: Hint = UNDELETE): LazycredError {
    const stub = decodeStub(fields);
    if (stub === undefined || stub.version !== version) return damaged(name);
    const message = `version ${stub.version} was ${stub.state} at ${stub.at.toISOString()}`;
    return new LazycredError('ERR_NOT_FOUND', message, { hint: stub.state === 'deleted' ? hint : undefined });
  }
}

function isFormat(kind: string): boolean {
  return FORMATS.some((format) => format === kind);
}

function isSame(secret: Secret, value: Uint8Array): boolean {
  return Buffer.compare(secret.bytes(), value) === 0;
}
