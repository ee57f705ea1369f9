import { fromRow, type Row } from '../../src/backends/dynamodb/rows.js';
import type { Fields } from '../../src/record.js';

/** An item as the golden files hold it: DynamoDB's wire JSON, Binary as base64. */
export type WireItem = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What each format reads of a row; whatever else an item has is its writer's business. */
const READ = ['key', 'contents', 'hmac', 'digest', 'Secret'];

/**
 * The fields that the DynamoDB backend makes of an item, of those attributes that the codecs read.
 *
 * @throws ERR_INTEGRITY when one of them is neither a string nor binary
 */
export function fieldsOf(item: WireItem): Fields {
  const row: Row = { name: { S: 'x' }, version: { S: '1' } };
  for (const [attribute, value] of Object.entries(item)) {
    if (!READ.includes(attribute)) continue;
    const { B: bytes } = value;
    row[attribute] = (typeof bytes === 'string'
      ? { B: Buffer.from(bytes, 'base64') }
      : value) as unknown as Row[string];
  }
  return fromRow(row, 'dynamodb://golden').fields;
}

/** A string attribute of an item. */
export function textOf(item: WireItem, attribute: string): string {
  const text = item[attribute]?.['S'];
  if (typeof text !== 'string') throw new Error(`no text ${attribute}`);
  return text;
}
