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

/** Writes the items of a table as the golden files hold them: DynamoDB's wire JSON, Binary as base64. */
export async function putItems(
  client: DynamoDBClient,
  table: string,
  items: readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[],
): Promise<void> {
  for (const item of items) {
    const attributes = Object.entries(item).map(([k, v]) => {
      const { B: bytes } = v;
      return [k, typeof bytes === 'string' ? { B: Buffer.from(bytes, 'base64') } : v] as const;
    });
    const Item = Object.fromEntries(attributes) as unknown as Record<string, AttributeValue>;
    await client.send(new PutItemCommand({ TableName: table, Item }));
  }
}
