import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  answeringServer,
  jsonFailure,
  s3Failure,
  type Answer,
  type AnsweringServer,
  type Asked,
} from './answering-server.js';

/** How a server writes under a condition: at once; or it looks first, and writes a moment later. */
export type Manner =
  | 'at once'
  | 'in two steps'
  // Tells one writer that it wrote, and keeps what a later one sent.
  | 'and keeps the last'
  | 'never'
  | 'not allowed';

/** A small server of S3's and DynamoDB's conditional writes. */
export interface TwoStepServer extends Pick<AnsweringServer, 'url' | 'close' | 'asked'> {
  create: Manner;
  overwrite: Manner;
  /** What is there, by key. */
  readonly records: ReadonlyMap<string, Buffer>;
  /** All keys that were ever written. */
  readonly written: ReadonlySet<string>;
}

/** Between the look and the write, in milliseconds. */
const MOMENT_MS = 20;

/** Starts one on 127.0.0.1. */
export async function twoStepServer(): Promise<TwoStepServer> {
  const server = await answeringServer();
  const records = new Map<string, Buffer>();
  const written = new Set<string>();
  const self: TwoStepServer = {
    url: server.url,
    asked: server.asked,
    close: () => server.close(),
    create: 'at once',
    overwrite: 'at once',
    records,
    written,
  };
  const write = async (key: string, body: Buffer, holds: () => boolean, manner: Manner): Promise<boolean> => {
    const may = holds() && manner !== 'never';
    if (manner === 'in two steps') await sleep(MOMENT_MS);
    if (may || manner === 'and keeps the last') records.set(key, body);
    written.add(key);
    return may;
  };
  server.answer = (asked) => (response) => {
    const answered =
      asked.target === '' ? s3(asked, self, records, write) : table(asked, self, records, write);
    void answered.then((answer) => {
      if (typeof answer === 'function') answer(response);
      else response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
    });
  };
  return self;
}

type Write = (key: string, body: Buffer, holds: () => boolean, manner: Manner) => Promise<boolean>;

const XML = { 'content-type': 'application/xml', 'x-amz-request-id': 'R' };
const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

async function s3(
  { method, path, query, headers, body }: Asked,
  self: TwoStepServer,
  records: Map<string, Buffer>,
  write: Write,
): Promise<Answer> {
  const [, , ...segments] = path.split('/');
  const key = segments.join('/');
  const asksList = query.includes('list-type');
  if (key === '') {
    const listing =
      '<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>';
    return asksList ? { status: 200, headers: XML, body: listing } : s3Failure(501, 'NotImplemented');
  }
  const there = records.get(key);
  if (method === 'DELETE') {
    records.delete(key);
    return { status: 204, headers: XML };
  }
  if (method === 'GET') {
    if (there === undefined) return s3Failure(404, 'NoSuchKey');
    return { status: 200, headers: { etag: etagOf(there) }, body: there };
  }
  const seen = headers['if-match'];
  const manner = seen === undefined ? self.create : self.overwrite;
  if (manner === 'not allowed') return s3Failure(403, 'AccessDenied');
  const holds = (): boolean => {
    const now = records.get(key);
    return seen === undefined ? now === undefined : now !== undefined && etagOf(now) === seen;
  };
  const isDone = await write(key, body, holds, manner);
  return isDone
    ? { status: 200, headers: { ...XML, etag: etagOf(body) } }
    : s3Failure(412, 'PreconditionFailed');
}

interface TableRequest {
  readonly TableName: string;
  readonly Key?: Readonly<Record<string, { readonly S: string }>>;
  readonly Item?: Readonly<Record<string, { readonly S: string }>>;
  readonly ExpressionAttributeValues?: { readonly ':seen': { readonly S: string } };
}

function json(answer: object): Answer {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() };
  return { status: 200, headers, body: JSON.stringify(answer) };
}

async function table(
  { target, body }: Asked,
  self: TwoStepServer,
  records: Map<string, Buffer>,
  write: Write,
): Promise<Answer> {
  const request = JSON.parse(body.toString()) as TableRequest;
  const { name, probe } = { ...request.Item, ...request.Key };
  const key = name?.S ?? '';
  switch (target.replace('DynamoDB_20120810.', '')) {
    case 'DescribeTable':
      return json({ Table: described(request.TableName) });
    case 'ListTagsOfResource':
      return json({ Tags: [] });
    case 'GetItem': {
      const there = records.get(key);
      return json(there === undefined ? {} : { Item: { ...request.Key, probe: { S: there.toString() } } });
    }
    case 'DeleteItem':
      records.delete(key);
      return json({});
    case 'PutItem': {
      const seen = request.ExpressionAttributeValues?.[':seen'].S;
      const holds = (): boolean => records.get(key)?.toString() === seen;
      const manner = seen === undefined ? self.create : self.overwrite;
      if (manner === 'not allowed') return jsonFailure(400, 'AccessDeniedException');
      const isDone = await write(key, Buffer.from(probe?.S ?? ''), holds, manner);
      return isDone ? json({}) : jsonFailure(400, 'ConditionalCheckFailedException');
    }
    default:
      return jsonFailure(400, 'UnknownOperationException');
  }
}

function described(TableName: string): object {
  return {
    TableName,
    TableStatus: 'ACTIVE',
    TableArn: `arn:aws:dynamodb:us-east-1:123456789012:table/${TableName}`,
    KeySchema: [
      { AttributeName: 'name', KeyType: 'HASH' },
      { AttributeName: 'version', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'name', AttributeType: 'S' },
      { AttributeName: 'version', AttributeType: 'S' },
    ],
  };
}
