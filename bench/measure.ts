/** The middle value: what a run usually takes, whatever a few of them met. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const ROUNDS = 7;

/** Calls a second, as the median of several rounds of about `roundMs` each, after one to warm up. */
export async function perSecond(call: () => unknown, roundMs: number): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    let calls = 0;
    let elapsed = 0;
    do {
      const result = call();
      // Awaiting what is no promise would cost more than the fastest calls themselves.
      if (result instanceof Promise) await result;
      calls++;
      elapsed = performance.now() - start;
    } while (elapsed < roundMs);
    if (round > 0) rates.push((calls * 1000) / elapsed);
  }
  return median(rates);
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
