/** What stands in the place of a secret: of one length, so that it doesn't tell the secret's. */
export const MASK = Buffer.from('[redacted]');

/** The bytes by which a pattern is found first. */
const HEAD = 4;

/**
 * Puts a mask in the place of every occurrence of the patterns in a stream, however it is cut into chunks.
 * Occurrences that overlap or touch become one mask. Of what could be the beginning of an occurrence nothing goes
 * out until that is known; everything else goes out at once.
 */
export class Redactor {
  /** By their first four bytes, the longest first. */
  readonly #byHead = new Map<number, Uint8Array[]>();
  /** Of the beginnings of patterns that are shorter than four bytes, as numbers of each length. */
  readonly #short: readonly ReadonlySet<number>[];
  /** Whether a pattern may begin with two bytes. */
  readonly #filter = new Uint8Array(65_536);
  #held: Buffer = Buffer.alloc(0);
  /** Where the run of occurrences that has its mask already ends, in the bytes held; below 0 for none. */
  #covered = -1;

  /** @param patterns four bytes each at least */
  constructor(patterns: readonly Uint8Array[]) {
    const short = [new Set<number>(), new Set<number>(), new Set<number>()] as const;
    for (const pattern of patterns) {
      const head = numberAt(pattern, 0, HEAD);
      this.#byHead.set(head, [...(this.#byHead.get(head) ?? []), pattern]);
      this.#filter[((pattern[0] ?? 0) << 8) | (pattern[1] ?? 0)] = 1;
      short.forEach((set, i) => set.add(numberAt(pattern, 0, i + 1)));
    }
    for (const list of this.#byHead.values()) list.sort((a, b) => b.length - a.length);
    this.#short = short;
  }

  /** What can go out once this chunk has come. */
  push(chunk: Uint8Array): Buffer {
    return this.#take(Buffer.concat([this.#held, chunk]), false);
  }

  /** What is left when no more comes. */
  end(): Buffer {
    return this.#take(this.#held, true);
  }

  #take(data: Buffer, isLast: boolean): Buffer {
    const out: Buffer[] = [];
    let covered = this.#covered;
    let from = Math.max(0, covered);
    let at = 0;
    for (; at < data.length; at++) {
      if (at + 1 < data.length && this.#filter[((data[at] ?? 0) << 8) | (data[at + 1] ?? 0)] === 0) continue;
      const end = this.#endAt(data, at, isLast);
      if (end === undefined) break;
      if (end <= covered || end === at) continue;
      if (at > covered) out.push(data.subarray(from, at), MASK);
      covered = end;
      from = end;
    }
    if (at > from) out.push(data.subarray(from, at));
    this.#held = data.subarray(at);
    this.#covered = covered < at ? -1 : covered - at;
    return Buffer.concat(out);
  }

  /** Where the longest occurrence that begins here ends; `at` for none; undefined while that isn't known. */
  #endAt(data: Buffer, at: number, isLast: boolean): number | undefined {
    const left = data.length - at;
    if (left < HEAD) {
      const mayBegin = this.#short[left - 1]?.has(numberAt(data, at, left)) === true;
      return mayBegin && !isLast ? undefined : at;
    }
    for (const pattern of this.#byHead.get(numberAt(data, at, HEAD)) ?? []) {
      const length = Math.min(pattern.length, left);
      if (data.compare(pattern, 0, length, at, at + length) !== 0) continue;
      if (length === pattern.length) return at + length;
      if (!isLast) return undefined;
    }
    return at;
  }
}

function numberAt(bytes: Uint8Array, at: number, length: number): number {
  let number = 0;
  for (let i = 0; i < length; i++) number = number * 256 + (bytes[at + i] ?? 0);
  return number;
}
