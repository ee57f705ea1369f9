import { join } from 'node:path';
import { openStore } from '../src/index.js';
import type { Ground } from './ground.js';
import { figure, perSecond, printTable } from './measure.js';

const ROUND_MS = 300;
const VALUE = JSON.stringify({ user: 'app', password: 'x'.repeat(64) });

/** put and get a second on each backend, one after the other; put makes versions of one name. */
export async function benchStores(ground: Ground): Promise<void> {
  const file = join(ground.work, 'stores');
  const keyFile = `local:${join(ground.work, 'bench.key')}`;
  const aws = {
    key: `kms:${await ground.newKey()}`,
    region: 'us-east-1',
    endpoint: ground.moto,
    kmsEndpoint: ground.moto,
  };
  const configs = {
    memory: { store: 'memory:' },
    'local files, local key': { store: `file:${file}`, key: keyFile },
    'S3 (moto), KMS (moto)': { ...aws, store: `s3://${await ground.newBucket()}/bench/` },
    'S3 (moto), local key': { ...aws, store: `s3://${await ground.newBucket()}/bench/`, key: keyFile },
    'DynamoDB (moto), KMS (moto)': { ...aws, store: `dynamodb://${await ground.newTable()}` },
    'DynamoDB (dynalite), local key': {
      ...aws,
      endpoint: ground.dynalite,
      store: `dynamodb://${await ground.newTable(ground.dynalite)}`,
      key: keyFile,
    },
  };
  const rows: string[][] = [];
  for (const [what, config] of Object.entries(configs)) {
    const store = await openStore(config);
    const [put = NaN, get = NaN] = await perSecond(
      [() => store.put('db', VALUE), () => store.get('db')],
      ROUND_MS,
    );
    await store.close();
    rows.push([what, figure(put), figure(get)]);
  }
  printTable('Stores: calls a second, one at a time, through the library', ['', 'put', 'get'], rows);
}
