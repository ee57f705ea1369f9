import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Backend } from '../../src/backend.js';
import { DynamoDBBackend } from '../../src/backends/dynamodb.js';
import { LocalBackend } from '../../src/backends/local.js';
import { isLazycredError } from '../../src/errors.js';
import { parseName } from '../../src/record.js';
import type { Racer } from './race.js';

/** Which backend to race on. */
export type RacerOptions =
  | { readonly kind: 'local'; readonly dir: string }
  | { readonly kind: 'dynamodb'; readonly endpoint: string; readonly table: string };

export function openBackend(options: RacerOptions): Backend {
  if (options.kind === 'local') return new LocalBackend({ dir: options.dir });
  const client = new DynamoDBClient({ endpoint: options.endpoint, region: 'us-east-1' });
  return new DynamoDBBackend({ client, table: options.table });
}

/** Writes with the bare backend: the number after the newest, again on ERR_CONFLICT. */
export function racer(options: RacerOptions): Racer {
  const backend = openBackend(options);
  return {
    async write(text, value) {
      const name = parseName(text);
      for (;;) {
        const newest = await backend.get(name);
        const version = String(((await backend.base(name, newest)) ?? 0) + 1);
        const header = JSON.stringify({ version });
        try {
          await backend.create({ name, version, fields: { lazycred: '1', header, data: value } }, newest);
          return version;
        } catch (e) {
          if (!isLazycredError(e, 'ERR_CONFLICT')) throw e;
          // About as long as all the others take for one write each: sooner only costs requests.
          await sleep(Math.random() * 300);
        }
      }
    },
    close: () => backend.close(),
  };
}
