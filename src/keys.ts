import type { CallOptions } from './backend.js';

/** Encryption context: what a wrapped key is bound to. Neither keys nor values are secret. */
export type Context = Readonly<Record<string, string>>;

/** A data key as a provider wrapped it; `wrapped` is base64 and the provider's own. */
export interface WrappedKey {
  /** The provider's id: `aws-kms`, `local`, `passphrase`. */
  readonly provider: string;
  /** Which key wrapped it (an ARN, a key's fingerprint). A hint for the order of attempts, never a choice of key. */
  readonly id: string;
  readonly wrapped: string;
}

/** Options of `generate`. */
export interface GenerateOptions extends CallOptions {
  /**
   * Length of the new data key, in bytes: 32 by default. Other than that only for the ancestors'
   * formats under KMS (CredStash's data keys have 64), ERR_UNSUPPORTED elsewhere.
   */
  readonly keyBytes?: number | undefined;
}

/** Options of `unwrap`. */
export interface UnwrapOptions extends CallOptions {
  /**
   * Length that the opened key must have, in bytes: 32 by default. Other than that only for the
   * ancestors' formats under KMS (LazyCred wraps the 44 characters of a Fernet key); `any` for what
   * has no fixed length: CredStash's data keys, cloudchain's values.
   */
  readonly keyBytes?: number | 'any' | undefined;
  /**
   * Lets KMS open what any of its keys wrapped that the caller may use, instead of the configured one
   * alone. Off by default, and only for the ancestors' formats, which do so; local keys ignore it.
   */
  readonly anyKey?: boolean | undefined;
}

/**
 * One configured key that wraps and unwraps data keys (32 bytes).
 *
 * Failure contract: ERR_ACCESS when the key may not be used or did not wrap this data key,
 * ERR_UNAVAILABLE when it can't be reached, ERR_INTEGRITY when what it is given is damaged or bound
 * to another context. An aborted signal rejects with its reason. Nothing else is thrown.
 */
export interface KeyProvider {
  /** The kind: `aws-kms`, `local`, `passphrase`; equal to `WrappedKey.provider`. */
  readonly id: string;
  /** The configured key, for messages: `kms:alias/acme`, `local:`. */
  readonly label: string;

  /** A new random data key, `keyBytes` (32) long, and the same wrapped. The caller zeroes `key`. */
  generate(context: Context, o?: GenerateOptions): Promise<{ key: Uint8Array; wrapped: WrappedKey }>;

  /** Wraps an existing data key: a further recipient of the same record. */
  wrap(key: Uint8Array, context: Context, o?: CallOptions): Promise<WrappedKey>;

  /** The data key, exactly `keyBytes` (32); opens only what this configured key wrapped, unless `anyKey`. The caller zeroes it. */
  unwrap(wrapped: WrappedKey, context: Context, o?: UnwrapOptions): Promise<Uint8Array>;

  /**
   * How likely this key opens `wrapped`, judged without I/O from the hint: 0 its own, 1 perhaps,
   * 2 unlikely (the hint names another key), undefined another provider's.
   */
  rank(wrapped: WrappedKey): 0 | 1 | 2 | undefined;

  /** Frees sockets and timers, and forgets cached key material. */
  close(): Promise<void>;
}
