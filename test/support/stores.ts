import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../../src/backend.js';
import { DynamoDBBackend } from '../../src/backends/dynamodb.js';
import { LocalBackend } from '../../src/backends/local.js';
import { MemoryBackend } from '../../src/backends/memory.js';
import { S3Backend } from '../../src/backends/s3.js';
import type { KeyProvider } from '../../src/keys.js';
import { LocalKey } from '../../src/keys/local.js';
import { dynaliteUrl, makeBucket, makeTable, motoUrl } from '../emulators/servers.js';
import { faultyBackend, faultyClient, type FaultPlan } from '../suites/faults.js';
import { dynamodbClient } from './dynamodb-client.js';
import { s3Client } from './s3-client.js';

/** A backend to test the store on; `faulty` puts the plan where its requests are made. */
export interface Place {
  readonly title: string;
  readonly open: (faulty?: FaultPlan) => Promise<Backend>;
}

async function folder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'lazycred-store-'));
}

function dynamodb(title: string, url: () => string): Place {
  return {
    title,
    open: async (plan) => {
      const client = dynamodbClient(url());
      const table = await makeTable(url());
      return new DynamoDBBackend({ client: plan === undefined ? client : faultyClient(client, plan), table });
    },
  };
}

/** Every backend, on every server that speaks its protocol. */
export const PLACES: readonly Place[] = [
  {
    title: 'memory',
    open: (plan) => {
      const backend = new MemoryBackend();
      return Promise.resolve(plan === undefined ? backend : faultyBackend(backend, plan));
    },
  },
  {
    title: 'local files',
    open: async (plan) => {
      const backend = new LocalBackend({ dir: await folder() });
      return plan === undefined ? backend : faultyBackend(backend, plan);
    },
  },
  {
    title: 'S3',
    open: async (plan) => {
      const client = s3Client(motoUrl());
      const bucket = await makeBucket();
      return new S3Backend({
        client: plan === undefined ? client : faultyClient(client, plan),
        bucket,
        prefix: 'creds/',
        isAws: () => true,
      });
    },
  },
  dynamodb('DynamoDB', motoUrl),
  dynamodb('dynalite', dynaliteUrl),
];

/** The same key, which a store that is closed leaves open for the next. */
export function shared(inner: KeyProvider): KeyProvider {
  return {
    id: inner.id,
    label: inner.label,
    generate: (...args) => inner.generate(...args),
    wrap: (...args) => inner.wrap(...args),
    unwrap: (...args) => inner.unwrap(...args),
    rank: (wrapped) => inner.rank(wrapped),
    close: () => Promise.resolve(),
  };
}

/** A local key in a folder of its own. */
export async function localKey(): Promise<LocalKey> {
  return new LocalKey({ file: join(await folder(), 'local.key') });
}
