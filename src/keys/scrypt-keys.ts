import { scrypt, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import { LazycredError } from '../errors.js';
import { scryptInChild } from './scrypt-child.js';

/** scrypt's cost (RFC 7914): N = 2^log2N rounds over blocks of 128·r bytes, p times. */
export interface ScryptCost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

/** What is written: 128 MiB and about half a second, OWASP's first choice for scrypt (Password Storage Cheat Sheet). */
export const DEFAULT_COST: ScryptCost = { log2N: 17, r: 8, p: 1 };

export const SCRYPT_SALT_BYTES = 16;
const DERIVED_BYTES = 32;

/** 0x02 ‖ log2N ‖ r ‖ p ‖ salt (16): begins a `wrapped` of a passphrase and says how its key was derived. */
export const LEAD_BYTES = 4 + SCRYPT_SALT_BYTES;
const LAYOUT = 0x02;

/** Most parameter sets that one instance derives: a store full of strange records must not cost hours. */
const MAX_DERIVED = 32;

/**
 * Most work of one instance, in that of the default cost: 32 default ones and one of the greatest cost. Records
 * that are all made to cost the most end as damaged, not in minutes.
 */
const MAX_WORK = 64;

function workOf({ log2N, p }: ScryptCost): number {
  return (2 ** log2N * p) / 2 ** DEFAULT_COST.log2N;
}

interface Derivation {
  readonly key: Promise<Buffer>;
  /** The signals of those who asked for it. */
  readonly waiting: (AbortSignal | undefined)[];
  /** Aborted when nobody waits any more. */
  readonly stop: AbortController;
  done: boolean;
}

/** The lead that says how a key is derived. */
export function leadOf({ log2N, r, p }: ScryptCost, salt: Buffer): Buffer {
  return Buffer.concat([Buffer.of(LAYOUT, log2N, r, p), salt]);
}

/** The cost in a lead; undefined when it is another layout's or out of bounds (too weak, or made to exhaust). */
export function costOf(lead: Buffer): ScryptCost | undefined {
  const [layout = 0, log2N = 0, r = 0, p = 0] = lead;
  const bounded = log2N >= 15 && log2N <= 20 && r === 8 && p >= 1 && p <= 4;
  return layout === LAYOUT && lead.length === LEAD_BYTES && bounded ? { log2N, r, p } : undefined;
}

/** The keys that a passphrase makes, one for each lead, each derived once. */
export class ScryptKeys {
  readonly #passphrase: () => Promise<Buffer>;
  readonly #derived = new Map<string, Derivation>();
  #work = 0;
  #generation = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(passphrase: () => Promise<Buffer>) {
    this.#passphrase = passphrase;
  }

  /**
   * The key for `lead`; undefined when the lead is no good, or one too many. Not to be changed by
   * the caller.
   *
   * @throws ERR_UNAVAILABLE when there isn't memory enough; what asking for the passphrase throws
   */
  async get(lead: Buffer, signal?: AbortSignal): Promise<Buffer | undefined> {
    const name = lead.toString('hex');
    const known = this.#derived.get(name);
    if (known !== undefined) {
      known.waiting.push(signal);
      this.#watch(name, known, signal);
      return known.key;
    }
    const cost = costOf(lead);
    if (cost === undefined || this.#derived.size >= MAX_DERIVED) return undefined;
    const work = workOf(cost);
    if (this.#work + work > MAX_WORK) return undefined;
    this.#work += work;
    const waiting = [signal];
    const stop = new AbortController();
    const generation = this.#generation;
    const isWanted = (): boolean => generation === this.#generation && !waiting.every((s) => s?.aborted);
    // One after another: each takes up to a gigabyte. One that nobody waits for any more is not begun.
    const key = this.#last.then(async () => {
      const passphrase = isWanted() ? await this.#passphrase() : undefined;
      if (passphrase !== undefined && isWanted()) return derive(passphrase, lead, cost, stop.signal);
      this.#work -= work;
      throw signal?.reason ?? new LazycredError('ERR_ACCESS', 'the key of the passphrase is closed');
    });
    const derivation: Derivation = { key, waiting, stop, done: false };
    this.#derived.set(name, derivation);
    this.#watch(name, derivation, signal);
    this.#last = key.then(
      () => (derivation.done = true),
      () => {
        if (this.#derived.get(name) === derivation) this.#derived.delete(name);
      },
    );
    return key;
  }

  // Stops a derivation with the last of those who wait for it; whoever comes later begins it anew.
  #watch(name: string, derivation: Derivation, signal: AbortSignal | undefined): void {
    const end = (): void => {
      if (derivation.done || !derivation.waiting.every((s) => s?.aborted)) return;
      if (this.#derived.get(name) === derivation) this.#derived.delete(name);
      derivation.stop.abort();
    };
    signal?.addEventListener('abort', end, { once: true });
  }

  /** Zeroes every key, an unfinished one as soon as it is done. */
  forget(): void {
    this.#generation += 1;
    for (const { key, stop } of this.#derived.values()) {
      stop.abort();
      // A failure was told to whoever asked for the key.
      key.then(
        (bytes) => bytes.fill(0),
        () => undefined,
      );
    }
    this.#derived.clear();
  }
}

async function derive(
  passphrase: Buffer,
  lead: Buffer,
  { log2N, r, p }: ScryptCost,
  signal: AbortSignal,
): Promise<Buffer> {
  const N = 2 ** log2N;
  // What OpenSSL counts (EVP_PBE_scrypt): V, two blocks of scratch, and p blocks of input.
  const maxmem = 128 * r * (N + 2 + p);
  const work = { N, r, p, maxmem, salt: lead.subarray(4), bytes: DERIVED_BYTES };
  try {
    // More than what is written is a process's work, which can be stopped: no time limit would hold otherwise.
    if (workOf({ log2N, r, p }) > 1) return await scryptInChild(passphrase, work, signal);
    return await scryptHere(passphrase, work.salt, DERIVED_BYTES, work);
  } catch (e) {
    throw new LazycredError('ERR_UNAVAILABLE', 'cannot derive a key from the passphrase', {
      hint: `scrypt needs ${Math.ceil(maxmem / 2 ** 20)} MiB of memory`,
      cause: e,
    });
  }
}

const scryptHere = promisify<Buffer, Uint8Array, number, ScryptOptions, Buffer>(scrypt);
