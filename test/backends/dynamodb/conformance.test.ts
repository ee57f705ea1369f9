import { DynamoDBBackend } from '../../../src/backends/dynamodb.js';
import type { Backend } from '../../../src/backend.js';
import { dynaliteUrl, makeTable, motoUrl } from '../../emulators/servers.js';
import { backendSuite } from '../../suites/backend.js';
import { faultyClient, type FaultPlan } from '../../suites/faults.js';
import { REGION, dynamodbClient } from '../../support/dynamodb-client.js';

for (const [title, url] of [
  ['moto', motoUrl],
  ['dynalite', dynaliteUrl],
] as const) {
  const open = async (plan?: FaultPlan): Promise<Backend> => {
    // One attempt: the plan's faults are not to be repaired below the backend.
    const plain = dynamodbClient(url(), { maxAttempts: 1 });
    const client = plan === undefined ? plain : faultyClient(plain, plan);
    return new DynamoDBBackend({ client, table: await makeTable(url()), region: REGION, pageSize: 2 });
  };
  backendSuite(`DynamoDBBackend on ${title}`, () => open(), { faulty: title === 'dynalite' && open });
}
