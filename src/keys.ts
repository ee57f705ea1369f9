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

/** Options of `unwrap`. */
export interface UnwrapOptions extends CallOptions {
  /**
   * Length that the opened key must have, in bytes: 32 by default. Other than that only for the
   * ancestors' formats under KMS (LazyCred wraps the 44 characters of a Fernet key).
   */
  readonly keyBytes?: number | undefined;
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

  /** A new random data key, and the same wrapped. The caller zeroes `key`. */
  generate(context: Context, o?: CallOptions): Promise<{ key: Uint8Array; wrapped: WrappedKey }>;

  /** Wraps an existing data key: a further recipient of the same record. */
  wrap(key: Uint8Array, context: Context, o?: CallOptions): Promise<WrappedKey>;

  /** The data key, exactly `keyBytes` (32); opens only what this configured key wrapped. The caller zeroes it. */
  unwrap(wrapped: WrappedKey, context: Context, o?: UnwrapOptions): Promise<Uint8Array>;

  /**
   * How likely this key opens `wrapped`, judged without I/O from the hint: 0 its own, 1 perhaps,
   * 2 unlikely (the hint names another key), undefined another provider's.
   */
  rank(wrapped: WrappedKey): 0 | 1 | 2 | undefined;

  /** Frees sockets and timers, and forgets cached key material. */
  close(): Promise<void>;
}
