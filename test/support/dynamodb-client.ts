import {
  DynamoDBClient,
  PutItemCommand,
  type AttributeValue,
  type DynamoDBClientConfig,
} from '@aws-sdk/client-dynamodb';

/** The region of every emulated table. */
export const REGION = 'us-east-1';

/** A client of an emulator. */
export function dynamodbClient(endpoint: string, o: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({ endpoint, region: REGION, ...o });
}

/** Writes a row as another tool would, in the SDK's form. */
export async function putRow(
  client: DynamoDBClient,
  table: string,
  row: Record<string, AttributeValue | string>,
): Promise<void> {
  const attributes = Object.entries(row).map(([k, v]) => [k, typeof v === 'string' ? { S: v } : v] as const);
  await client.send(new PutItemCommand({ TableName: table, Item: Object.fromEntries(attributes) }));
}
