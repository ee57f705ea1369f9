import { decodeUtf8 } from '../../../text/utf8.js';
import { LazycredError } from '../../../errors.js';
import { compareUtf8 } from '../../../text/utf8-order.js';
import { quote } from '../../../text/printable.js';
import type { FullEntry } from '../entry.js';
import { FULL_LAYOUT, FULL_LIST, FULL_MARK } from '../full.js';
import { jsonString } from './json.js';
import { LONGEST_KEY } from './yaml.js';

/**
 * Secrets with all that goes with them, in the order of the names' bytes and of the versions as given:
 * one object of JSON a line, which YAML reads alike. A value that is no UTF-8 is written as base64.
 *
 * @throws ERR_USAGE where YAML has no place for a tag's name
 * @example
 * writeFull([{ name: 'db', value: Buffer.from('x'), comment: 'why' }], 'json');
 */
export function writeFull(entries: readonly FullEntry[], format: 'json' | 'yaml'): Uint8Array {
  const sorted = [...entries].sort((a, b) => compareUtf8(a.name, b.name));
  if (format === 'yaml') refuseLongTags(sorted);
  const lines = sorted.map(line);
  const head = `${jsonString(FULL_MARK)}: ${FULL_LAYOUT}`;
  const list = jsonString(FULL_LIST);
  if (format === 'yaml') {
    const items = lines.length === 0 ? ' []\n' : `\n${lines.map((one) => `  - ${one}\n`).join('')}`;
    return Buffer.from(`${head}\n${list}:${items}`);
  }
  const items = lines.length === 0 ? '[]' : `[\n${lines.map((one) => `    ${one}`).join(',\n')}\n  ]`;
  return Buffer.from(`{\n  ${head},\n  ${list}: ${items}\n}\n`);
}

function line({ name, version, value, comment, tags = {}, by, created }: FullEntry): string {
  const pairs = Object.entries(tags).map(([key, text]) => member(key, text));
  return `{${[
    member('name', name),
    ...(version === undefined ? [] : [member('version', version)]),
    valueMember(value),
    ...(comment === undefined ? [] : [member('comment', comment)]),
    ...(pairs.length === 0 ? [] : [`"tags": {${pairs.join(', ')}}`]),
    ...(by === undefined ? [] : [member('by', by)]),
    ...(created === undefined ? [] : [member('created', created.toISOString())]),
  ].join(', ')}}`;
}

function valueMember(value: Uint8Array): string {
  const text = decodeUtf8(value);
  return text === undefined ? member('base64', Buffer.from(value).toString('base64')) : member('value', text);
}

function member(key: string, text: string): string {
  return `${jsonString(key)}: ${jsonString(text)}`;
}

function refuseLongTags(entries: readonly FullEntry[]): void {
  const tooLong = (key: string): boolean => jsonString(key).length > LONGEST_KEY;
  const bad = entries.find(({ tags = {} }) => Object.keys(tags).some(tooLong));
  if (bad === undefined) return;
  throw new LazycredError(
    'ERR_USAGE',
    `cannot write yaml: ${quote(bad.name)} has a tag that is too long for YAML`,
    {
      hint: '--format json holds any text',
    },
  );
}
