import { isatty } from 'node:tty';
import { printable } from '../../../text/printable.js';
import { writeError, writeOut } from '../../io/streams.js';
import { compareUtf8 } from '../../../text/utf8-order.js';
import { withTable, type CredstashRun } from './open.js';

/** `list`: every version of every credential, by name and then by the stored version. */
export async function list(run: CredstashRun): Promise<void> {
  const rows: { readonly name: string; readonly version: string; readonly comment: string }[] = [];
  await withTable(run, async ({ store }) => {
    for await (const { name, version, comment = '' } of store.versions({ signal: run.around.signal })) {
      rows.push({ name, version, comment });
    }
  });
  rows.sort((a, b) => compareUtf8(a.name, b.name) || compareUtf8(a.version, b.version));
  // Width counts characters, as Python does, not UTF-16 units.
  const width = Math.max(0, ...rows.map(({ name }) => [...name].length));
  await writeOut(
    rows
      .map(({ name, version, comment }) => {
        const padded = name + ' '.repeat(width - [...name].length);
        return shown(`${padded} -- version ${version} -- comment ${comment}`);
      })
      .join(''),
  );
}

/** `keys`: the names. */
export async function keys(run: CredstashRun): Promise<void> {
  const names: string[] = [];
  await withTable(run, async ({ store }) => {
    for await (const { name } of store.list({ signal: run.around.signal })) names.push(name);
  });
  await writeOut(names.toSorted(compareUtf8).map(shown).join(''));
}

/** `delete`: every version of one credential, for good; there must be one. */
export async function remove(run: CredstashRun): Promise<void> {
  const name = run.args.text('credential') ?? '';
  const { versions, remains } = await withTable(run, ({ store }) =>
    store.destroy(name, { signal: run.around.signal }),
  );
  await writeOut(versions.map((version) => shown(`Deleting ${name} -- version ${version}`)).join(''));
  if (remains !== undefined) writeError(`note: ${remains}\n`);
}

/** A line: as it is for programs; on a terminal, what the table holds must not rewrite the screen. */
function shown(line: string): string {
  return `${isatty(1) ? printable(line) : line}\n`;
}
