/** The middle value: what a run usually takes, whatever a few of them met. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const ROUNDS = 9;

/**
 * Calls a second of each, as medians of rounds of about `roundMs`, after one to warm up. The calls take
 * turns, so that whatever else the machine does meets all of them alike.
 */
export async function perSecond(calls: readonly (() => unknown)[], roundMs: number): Promise<number[]> {
  const rates = calls.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, call] of calls.entries()) {
      const rate = await oneRound(call, roundMs);
      if (round > 0) rates[i]?.push(rate);
    }
  }
  return rates.map(median);
}

async function oneRound(call: () => unknown, roundMs: number): Promise<number> {
  const start = performance.now();
  for (let calls = 1; ; calls++) {
    const result = call();
    // Awaiting what is no promise would cost more than the fastest calls themselves.
    if (result instanceof Promise) await result;
    const elapsed = performance.now() - start;
    if (elapsed >= roundMs) return (calls * 1000) / elapsed;
  }
}

/** Columns, numbers to the right. */
export function printTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  console.log(`\n${title}\n`);
  for (const row of all) console.log(`  ${line(row)}`);
}

/** With two or three digits that mean something. */
export function figure(n: number): string {
  return n >= 100 ? Math.round(n).toLocaleString('en') : n.toPrecision(3);
}
