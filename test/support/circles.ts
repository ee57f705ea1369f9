/**
 * The circles of a graph: every set of two or more nodes that reach one another, and every node with an
 * arrow to itself. Each is in order of the alphabet, and so are they.
 */
export function circles(edges: readonly (readonly [string, string])[]): string[][] {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges) {
    const targets = next.get(from) ?? new Set();
    next.set(from, targets.add(to));
  }
  const reached = new Map([...next.keys()].map((node) => [node, reachable(node, next)]));
  const found = new Map<string, string[]>();
  for (const [node, nodes] of reached) {
    if (!nodes.has(node)) continue;
    const circle = [...nodes].filter((other) => reached.get(other)?.has(node) === true).toSorted();
    found.set(circle.join(), circle);
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, circle]) => circle);
}

/** What arrows lead to from a node; the node itself only where a circle leads back. */
function reachable(start: string, next: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const seen = new Set<string>();
  const waiting = [...(next.get(start) ?? [])];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    waiting.push(...(next.get(node) ?? []));
  }
  return seen;
}
