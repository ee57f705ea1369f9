import { join } from 'node:path';
import { pathFrom, type Base } from '../../text/paths.js';
import { printable } from '../../text/printable.js';
import type { SetupPart } from '../../setup/steps.js';

/** A file that a key is made of, as a setting such as `local:./key` names it. */
export interface KeyFile {
  readonly path: string;
  /** How messages call the key, where a file was named. */
  readonly label?: string;
}

/**
 * Reads the setting of a key that is made of a file: the kind's name, and after a colon the path.
 * Without a path, the file is the user's own. Undefined for another kind's text.
 */
export function parseKeyFile(text: string, kind: string, name: string, base: Base): KeyFile | undefined {
  // Without the colon, too: in YAML, text that ends in one needs quotes.
  if (text !== kind && !text.startsWith(`${kind}:`)) return undefined;
  const named = text.slice(kind.length + 1);
  if (named === '') return { path: join(base.data(), name) };
  const path = pathFrom(named, base);
  // A file that a checkout brings must not look like one's own in what put says.
  return { path, label: `${kind}:${path}` };
}

/** The step of set-up for such a file: nothing is made, since the first put makes it. */
export function keyFilePart(what: string, path: string, note: string): SetupPart {
  const detail = `a file that is made on first use, yours alone; ${note}`;
  const step = { what: `${what} ${printable(path)}`, action: 'none', detail, cost: '' } as const;
  return { run: () => Promise.resolve([step]), close: () => undefined };
}
