import { recordKind, type RecordKind } from '../codec/detect.js';
import { RECORD_FORMATS, type Note, type RecordFormat } from '../codec/formats.js';
import { contextFault } from '../record/context.js';
import { damaged } from '../codec/native.js';
import { LazycredError } from '../errors.js';
import type { Hint } from '../hints.js';
import type { Context } from '../keys.js';
import { quote } from '../text/printable.js';
import { versionNumber } from '../record/versions.js';
import { DEFAULT_MAX_VALUE_BYTES } from '../record.js';
import type { SecretName } from '../record/names.js';
import type { Format, StoredRecord } from '../record.js';
import { bytesOf } from './check-arguments.js';
import type { PutOptions, StoreParts } from './options.js';

const DESTROY: Hint = { code: 'destroy-instead' };

/** What a store's format and settings allow: every check that needs no request. */
export class StoreRules {
  readonly formatName: Format;
  readonly format: RecordFormat;
  readonly context: Context | undefined;
  readonly maxBytes: number;
  /** Whether the format was asked for, so that an ancestor's record may be followed by a native one. */
  readonly #converts: boolean;
  readonly #accept: readonly Format[];
  readonly #maxRecordBytes: number;

  constructor(parts: Pick<StoreParts, 'backend' | 'format' | 'accept' | 'context' | 'maxBytes'>) {
    this.formatName = parts.format ?? 'native';
    this.format = RECORD_FORMATS[this.formatName];
    this.context = parts.context;
    this.maxBytes = parts.maxBytes ?? DEFAULT_MAX_VALUE_BYTES;
    this.#maxRecordBytes = parts.backend.maxRecordBytes;
    this.#converts = parts.format !== undefined;
    this.#accept = parts.accept ?? [this.formatName];
    const checked = this.reads('native') ? parts.context : undefined;
    const fault = checked === undefined ? undefined : contextFault(checked);
    if (fault !== undefined) throw new LazycredError('ERR_CONFIG', `context: ${fault}`);
  }

  /** Whether records of a format are read. */
  reads(format: Format): boolean {
    return this.#accept.includes(format);
  }

  /**
   * The name and bytes of a put, checked as far as they can be without a request.
   *
   * @throws ERR_USAGE, ERR_UNSUPPORTED
   */
  checkedPut(
    name: string,
    value: string | Uint8Array,
    o: PutOptions,
  ): { secret: SecretName; bytes: Uint8Array } {
    const bytes = bytesOf(value);
    if (bytes.length > this.maxBytes) {
      const message = `the value is ${bytes.length} bytes; at most ${this.maxBytes} can be stored`;
      throw new LazycredError('ERR_USAGE', message);
    }
    const secret = this.format.parseName(name);
    if (o.version !== undefined || o.ifVersion !== undefined) this.needsVersions();
    if (o.version !== undefined && this.format.versions === 'numbers') numberedVersion(o.version);
    if (o.backfill === true && this.format.versions !== 'texts') {
      throw this.unsupported('takes new versions after the newest only');
    }
    const given: readonly Note[] = (['by', 'comment', 'tags', 'digest'] as const).filter(
      (e) => o[e] !== undefined,
    );
    const surplus = given.find((note) => !this.format.notes.includes(note));
    if (surplus !== undefined) throw this.unsupported(`keeps no ${NOTE_WORDS[surplus]}`);
    if (!this.format.context && Object.keys(this.context ?? {}).length > 0) {
      throw this.unsupported(
        'takes no context',
        'leave it out, or give the store one of its own: context: {}',
      );
    }
    this.format.check(bytes, o);
    this.#checkFits(secret, bytes.length, o);
    return { secret, bytes };
  }

  /**
   * Refuses to follow `newest`, whose bytes must not be lost to a reader of its format.
   *
   * @throws ERR_UNSUPPORTED, ERR_INTEGRITY
   */
  mayFollow(name: SecretName, newest: StoredRecord | undefined): void {
    if (newest === undefined) return;
    const kind = recordKind(newest.fields);
    if (kind === this.formatName || (kind === 'stub' && this.format.stubs)) return;
    if (kind === 'newer' || kind === 'credsmash') throw this.notAccepted(kind);
    if (kind === 'broken') {
      // A new version may follow a record that is broken where the record's place tells its version, since the
      // record then stays where it is.
      if (this.format.versions !== 'none' && newest.version !== '') return;
      throw damaged(name);
    }
    if (this.formatName !== 'native')
      throw this.unsupported(`cannot follow the ${kind} record that is there`);
    if (this.#converts) return;
    throw new LazycredError(
      'ERR_UNSUPPORTED',
      `a ${kind} record is there, and nothing is converted unasked`,
      {
        hint: `set format: ${kind} to go on in its format, or format: native to keep it and put native versions after it`,
      },
    );
  }

  /** @throws ERR_UNSUPPORTED where the format keeps no versions */
  needsVersions(): void {
    if (this.format.versions === 'none') throw this.unsupported('has no versions');
  }

  /** @throws ERR_UNSUPPORTED where the format has no tombstones and stubs */
  needsStubs(hint: string | Hint = DESTROY): void {
    if (this.format.stubs) return;
    throw this.unsupported('cannot mark a secret as deleted', hint);
  }

  /** A version as it may be asked for. @throws ERR_USAGE, ERR_UNSUPPORTED */
  askedVersion(version: number | string): string {
    if (this.reads('credstash')) return storedVersion(version);
    if (!this.reads('native')) throw this.unsupported('has no versions');
    return numberedVersion(version);
  }

  /** ERR_UNSUPPORTED, for what the format can't. */
  unsupported(what: string, hint?: string | Hint): LazycredError {
    const where = this.format.besideNative ? '' : ', in another table (docs/migrating.md)';
    return new LazycredError('ERR_UNSUPPORTED', `the ${this.formatName} format ${what}`, {
      hint: hint ?? `format: native can${where}`,
    });
  }

  /** ERR_UNSUPPORTED, for a record of a format that is not read. */
  notAccepted(kind: RecordKind): LazycredError {
    if (kind === 'newer') {
      return new LazycredError('ERR_UNSUPPORTED', 'the record is of a newer format', {
        hint: 'upgrade lazycred',
      });
    }
    if (kind === 'credsmash') {
      return new LazycredError(
        'ERR_UNSUPPORTED',
        "the record is credsmash's, sealed otherwise than CredStash's",
        {
          hint: 'read it with credsmash, and put the value here under a name of its own',
        },
      );
    }
    return new LazycredError(
      'ERR_UNSUPPORTED',
      `a ${kind} record; this store accepts ${this.#accept.join(', ')}`,
      { hint: { code: 'accept-format', accept: [...this.#accept, kind] } },
    );
  }

  // Refuses only what is certainly too large: the wrapped keys' lengths are known after the keys were asked.
  #checkFits(name: SecretName, valueBytes: number, { by, comment, tags }: PutOptions): void {
    const context = this.context ?? {};
    const least = this.format.leastBytes(valueBytes, { name, context, by, comment, tags });
    if (least <= this.#maxRecordBytes) return;
    throw new LazycredError(
      'ERR_USAGE',
      `the value is ${valueBytes} bytes: its record takes at least ${least}, and at most ${this.#maxRecordBytes} fit`,
    );
  }
}

const NOTE_WORDS: Readonly<Record<Note, string>> = {
  by: 'author',
  comment: 'comments',
  tags: 'tags',
  digest: 'choice of digest',
};

function numberedVersion(version: number | string): string {
  const text = String(version);
  if (versionNumber(text) !== undefined) return text;
  throw new LazycredError('ERR_USAGE', `bad version ${quote(text)}: a version is an integer from 1`);
}

function storedVersion(version: number | string): string {
  const text = String(version);
  if (text !== '' && text.isWellFormed()) return text;
  throw new LazycredError('ERR_USAGE', `bad version ${quote(text)}: it is empty, or not well-formed Unicode`);
}
