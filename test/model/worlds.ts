/** The two services of the model, each reduced to what the backends ask of it. */
import { createHash } from 'node:crypto';
import { DynamoDBBackend } from '../../src/backends/dynamodb.js';
import { S3Backend } from '../../src/backends/s3.js';
import type { S3Sender } from '../../src/backends/s3/objects.js';
import { claimOf } from '../../src/record/claims.js';
import type { Fields } from '../../src/record.js';
import { NAME, type Answer, type Request, type Shown, type State, type World } from './explore.js';

function show(body: string): Shown {
  const fields = JSON.parse(body) as Fields;
  const claim = claimOf(fields);
  const header = JSON.parse(fields['header'] ?? '{}') as { by?: string };
  const by = claim === undefined ? '' : (fields['by'] ?? header.by ?? '');
  const [native, removed] = [claim !== undefined, claim?.state !== undefined];
  return { version: Number(claim?.version ?? 0), by, native, removed, body };
}

function etag(body: string): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

const LOST: Answer = { error: 'PreconditionFailed', status: 412 };

/** S3: objects by key, conditional writes, listing in byte order. */
export const s3: World = {
  backend: (send) =>
    new S3Backend({
      // Structurally a client: the two methods that the backend uses.
      client: { send, destroy: () => undefined } as S3Sender,
      bucket: 'b',
      isAws: () => true,
    }),
  isWrite: ({ op }) => op === 'PutObjectCommand',
  underWay: { error: 'ConditionalRequestConflict', status: 409 },
  execute(state, { op, input }) {
    const key = String(input['Key']);
    const stored = state.get(key);
    switch (op) {
      case 'GetObjectCommand':
        return { state, answer: stored === undefined ? { error: 'NoSuchKey', status: 404 } : { ok: stored } };
      case 'ListObjectVersionsCommand':
        return { state, answer: { ok: [] } };
      case 'ListObjectsV2Command':
        return {
          state,
          answer: { ok: [...state.keys()].filter((k) => k.startsWith(String(input['Prefix']))).sort() },
        };
      case 'PutObjectCommand': {
        if (input['IfNoneMatch'] === '*' && stored !== undefined) return { state, answer: LOST };
        if (input['IfMatch'] !== undefined) {
          if (stored === undefined) return { state, answer: { error: 'NoSuchKey', status: 404 } };
          if (etag(stored) !== input['IfMatch']) return { state, answer: LOST };
        }
        const body = Buffer.from(input['Body'] as Uint8Array).toString();
        return { state: new Map([...state, [key, body]]), answer: { ok: etag(body) } };
      }
      default:
        throw new Error(`the model knows no ${op}`);
    }
  },
  output({ op }: Request, answer: Answer) {
    const { ok } = answer as { ok: string | readonly string[] };
    if (op === 'GetObjectCommand') return { Body: [Buffer.from(ok as string)], ETag: etag(ok as string) };
    if (op === 'PutObjectCommand') return { ETag: ok };
    if (op === 'ListObjectVersionsCommand') return { Versions: [], IsTruncated: false };
    return { Contents: (ok as readonly string[]).map((Key) => ({ Key, Size: 1 })), IsTruncated: false };
  },
  records: (state) => [...state.values()].map(show),
  newest(state: State) {
    const body = state.get(NAME) ?? state.get('head');
    return body === undefined ? undefined : show(body);
  },
};

/** DynamoDB: the rows of one name by version, `attribute_not_exists`, Query descending. */
export const dynamodb: World = {
  backend: (send) => new DynamoDBBackend({ client: { send, destroy: () => undefined } as never, table: 't' }),
  isWrite: ({ op }) => op === 'PutItemCommand',
  underWay: { error: 'ReplicatedWriteConflictException', status: 400 },
  execute(state, { op, input }) {
    switch (op) {
      case 'DescribeContinuousBackupsCommand':
        return { state, answer: { ok: null } };
      case 'QueryCommand': {
        const rows = [...state.entries()].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, body]) => body);
        if (input['Limit'] !== 1) return { state, answer: { ok: rows } };
        const newest = [...state.keys()].sort().at(-1);
        return { state, answer: { ok: newest === undefined ? null : (state.get(newest) ?? null) } };
      }
      case 'GetItemCommand': {
        const { version } = input['Key'] as { version: { S: string } };
        return { state, answer: { ok: state.get(version.S) ?? null } };
      }
      case 'PutItemCommand': {
        const item = input['Item'] as Record<string, { S: string }>;
        const version = item['version']?.S ?? '';
        const createOnly = input['ConditionExpression'] !== undefined;
        if (createOnly && state.has(version)) {
          return { state, answer: { error: 'ConditionalCheckFailedException', status: 400 } };
        }
        const { name: _, version: __, ...attributes } = item;
        const fields = Object.fromEntries(Object.entries(attributes).map(([k, v]) => [k, v.S]));
        // A stub's own field and the row's range key are one attribute.
        const own = fields['state'] === undefined ? {} : { version: String(Number(version)) };
        const body = JSON.stringify({ ...fields, ...own });
        return { state: new Map([...state, [version, body]]), answer: { ok: null } };
      }
      default:
        throw new Error(`the model knows no ${op}`);
    }
  },
  output({ op }: Request, answer: Answer) {
    const { ok: all } = answer as { ok: string | null | readonly string[] };
    if (typeof all === 'object' && all !== null) return { Items: all.map(rowOf), Count: all.length };
    const ok = all;
    const item = ok === null ? undefined : rowOf(ok);
    if (op === 'QueryCommand')
      return { Items: item === undefined ? [] : [item], Count: item === undefined ? 0 : 1 };
    const $metadata = { requestId: 'R' };
    return op === 'GetItemCommand' ? { Item: item, $metadata } : { $metadata };
  },
  records: (state) => [...state.values()].map(show),
  newest(state: State) {
    const key = [...state.keys()].sort().at(-1);
    return key === undefined ? undefined : show(state.get(key) ?? '');
  },
};

function rowOf(body: string): Record<string, { S: string }> {
  const fields = JSON.parse(body) as Fields;
  const version = (claimOf(fields)?.version ?? '').padStart(19, '0');
  const item = { ...fields, name: NAME, version };
  return Object.fromEntries(Object.entries(item).map(([k, v]) => [k, { S: v }]));
}
