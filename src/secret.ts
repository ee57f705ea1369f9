import { LazycredError } from './errors.js';
import { decodeUtf8 } from './text/utf8.js';
import type { SecretName } from './record/names.js';
import { checked, type StandardSchema } from './secret/schema.js';

/** What is known of one version beside its value; authenticated, since the record was opened. */
export interface SecretInfo {
  readonly name: SecretName;
  /** Canonical decimal; the stored string for the ancestors' formats; '' where the format keeps none. */
  readonly version: string;
  readonly created: Date | undefined;
  readonly by: string | undefined;
  readonly comment: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

const REDACTED = '[redacted]';

/**
 * One opened secret. Its value is bytes; whatever prints, logs or serialises the object shows
 * `[redacted]` in its place.
 *
 * @example
 * const secret = await store.get('db_credentials');
 * const { password } = secret.json() as { password: string };
 */
export class Secret implements SecretInfo {
  readonly name: SecretName;
  readonly version: string;
  readonly created: Date | undefined;
  readonly by: string | undefined;
  readonly comment: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly #value: Uint8Array;

  constructor(info: SecretInfo, value: Uint8Array) {
    this.name = info.name;
    this.version = info.version;
    this.created = info.created;
    this.by = info.by;
    this.comment = info.comment;
    this.tags = info.tags;
    this.#value = value;
  }

  /** The value, exactly as it was put. */
  bytes(): Uint8Array {
    return this.#value;
  }

  /**
   * The value as text.
   * @throws ERR_USAGE when it is not UTF-8: use `bytes()`
   */
  text(): string {
    const text = decodeUtf8(this.#value);
    if (text !== undefined) return text;
    throw new LazycredError('ERR_USAGE', `the value of "${this.name}" is not UTF-8 text`, {
      name: this.name,
      hint: { code: 'read-bytes' },
    });
  }

  /**
   * The value parsed as JSON.
   * @throws ERR_USAGE when it is not JSON; the message quotes nothing of it
   */
  json(): unknown;
  /**
   * The value parsed as JSON and checked: by a validator of Zod, Valibot, ArkType or any other library that
   * follows Standard Schema, whose types it then has.
   *
   * @returns what the validator makes of it
   * @throws ERR_USAGE when it is not JSON, or doesn't fit, naming where and nothing of the value
   * @example
   * const Db = z.object({ user: z.string(), password: z.string().min(12) });
   * const { user, password } = await (await store.get('db_credentials')).json(Db);
   */
  json<T>(schema: StandardSchema<T>): Promise<T>;
  json<T>(...schema: [] | [StandardSchema<T>]): unknown {
    // An argument that is there and undefined is a validator that somebody forgot to export.
    if (schema.length > 0) return this.#checkedJson(schema[0] as StandardSchema<T>);
    const text = this.text();
    try {
      // A byte order mark, as Windows' editors leave it, is none of the JSON.
      return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
    } catch {
      // JSON.parse's own message quotes the text around the fault, which is the secret.
      throw new LazycredError('ERR_USAGE', `the value of "${this.name}" is not JSON`, { name: this.name });
    }
  }

  async #checkedJson<T>(schema: StandardSchema<T>): Promise<T> {
    return checked(this.json(), schema, this.name);
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): unknown {
    return { name: this.name, version: this.version, value: REDACTED };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Secret { name: ${JSON.stringify(this.name)}, version: ${JSON.stringify(this.version)}, value: ${REDACTED} }`;
  }
}
