import { isDeepStrictEqual } from 'node:util';
import type { Row } from './rows.js';

// The SDK's types promise members that its parser leaves out where the JSON is another one: an empty
// object of a proxy's parses as a table without rows. So what DynamoDB always sends (API reference,
// "Query", "Scan", "GetItem") is asked for before nothing is believed to be there.

/** What Query and Scan answer, as far as it is used. */
export interface Page {
  readonly Items?: Row[] | undefined;
  readonly Count?: number | undefined;
  readonly LastEvaluatedKey?: Row | undefined;
}

/** Whose rows were asked for: of these attributes, where a row holds them, the values must be these. */
export type Asked = Readonly<Record<string, string>>;

/**
 * The rows of a page.
 *
 * @param start the key with which the page was to begin
 * @returns what is wrong with it, for a message, when it is no answer of DynamoDB's
 */
export function rowsOf(page: Page, asked: Asked, start?: Row): readonly Row[] | string {
  const { Count: count, LastEvaluatedKey: last } = page;
  if (typeof count !== 'number') return 'it has no Count';
  const rows: unknown = page.Items ?? [];
  if (!Array.isArray(rows) || rows.length !== count) return 'its Items are not as many as its Count';
  if (!rows.every((row) => isRow(row))) return 'its Items are no rows';
  if (!rows.every((row) => isAsked(row as Row, asked))) return 'it holds a row that was not asked for';
  if (last === undefined) return rows as readonly Row[];
  if (!isMap(last)) return 'its LastEvaluatedKey is no key';
  return isDeepStrictEqual(last, start) ? 'it goes on where it began' : (rows as readonly Row[]);
}

/** Whether a row is one that was asked for. */
export function isAsked(row: Row, asked: Asked): boolean {
  return Object.entries(asked).every(([attribute, value]) => {
    const stored = row[attribute]?.S;
    return stored === undefined || stored === value;
  });
}

/** Whether an answer that may be empty is DynamoDB's: it numbers each one. */
export function isNumbered({
  $metadata,
}: {
  readonly $metadata?: { readonly requestId?: string | undefined };
}): boolean {
  return $metadata?.requestId !== undefined;
}

/** Whether these are attributes as the API writes them. One of `__proto__` is undefined, as the SDK makes it. */
export function isRow(row: unknown): boolean {
  return isMap(row) && Object.values(row as Row).every((value) => value === undefined || isAttribute(value));
}

function isAttribute(value: unknown): boolean {
  if (!isMap(value)) return false;
  const { S: text, B: bytes } = value as { readonly S?: unknown; readonly B?: unknown };
  return (
    (text === undefined || typeof text === 'string') && (bytes === undefined || ArrayBuffer.isView(bytes))
  );
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
