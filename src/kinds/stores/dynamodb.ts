import { tableRegion } from '../../aws/regions.js';
import type { Format } from '../../record.js';
import { unfit } from '../../text/unfit.js';
import type { StoreKind } from '../kind.js';

/** Rows of a table. */
export interface DynamoDBLocation {
  readonly kind: 'dynamodb';
  /** A table's name, or its ARN. */
  readonly table: string;
  /** The region in an ARN, which wins over all others. */
  readonly region?: string;
}

// DynamoDB developer guide, "Naming rules": 3–255 characters.
const TABLE = /^[A-Za-z0-9_.-]{3,255}$/u;
// AWS Service Authorization Reference, DynamoDB: a table of any account.
const ARN = /^arn:aws[a-z-]{0,20}:dynamodb:([a-z0-9-]{1,63}):[0-9]{12}:table\/([^/]+)$/u;
const SCHEME = 'dynamodb://';

/** A table of DynamoDB: CredStash's, which native records lie in, too, or cloudchain's. */
export const dynamodb: StoreKind<DynamoDBLocation> = {
  kind: 'dynamodb',
  form: 'dynamodb://TABLE',
  formats: ['native', 'credstash', 'cloudchain'],
  withoutKey: 'error',
  parse: (text) =>
    text.startsWith(SCHEME) ? parse(text.slice(SCHEME.length).replace(/\/$/u, '')) : undefined,
  show: ({ table }) => `${SCHEME}${table}`,
  async open({ table, region: own }, o) {
    const [Table, { client, region }] = await Promise.all([
      backendOf(o.format),
      import('../../aws/clients.js').then((clients) => clients.openDynamoDB(o, own)),
    ]);
    return new Table({ client, table, region });
  },
  async setUp({ table, region: own }, o) {
    const [{ setUpTable }, { raceForRows }, { orNotTried }, { tableKeysOf }, opened] = await Promise.all([
      import('../../setup/table.js'),
      import('../../backends/dynamodb/race.js'),
      import('../../setup/probe.js'),
      import('../../backends/dynamodb/table-keys.js'),
      import('../../aws/clients.js').then((clients) => clients.openDynamoDB(o, own)),
    ]);
    const { client, isAws } = opened;
    const place = { ...opened, table, keys: tableKeysOf(o.format) };
    return {
      run: (run) => setUpTable({ ...run, ...place, mustExist: own !== undefined }),
      probe: async (signal) => (isAws() ? [] : orNotTried(`table ${table}`, raceForRows(place, signal))),
      close: () => client.destroy(),
    };
  },
  awsParts: ({ table, region: own }, o) =>
    own === undefined ? { table: { name: table, region: tableRegion(o) } } : { existing: `table ${table}` },
};

function parse(text: string): DynamoDBLocation {
  const example = ' (dynamodb://TABLE)';
  if (!text.startsWith('arn:')) return parseTable(text, example);
  const [, region, name = ''] = ARN.exec(text) ?? [];
  if (region === undefined) {
    return unfit('the ARN is not one of a table (dynamodb://arn:aws:dynamodb:REGION:ACCOUNT:table/NAME)');
  }
  return { ...parseTable(name, example), table: text, region };
}

/** Reads the name of a table, as cloudchain's `tablename` is one. */
export function parseTable(table: string, example = ''): DynamoDBLocation {
  if (!TABLE.test(table)) unfit(`the table must be 3 to 255 of a-z, A-Z, 0-9, "_", "." and "-"${example}`);
  return { kind: 'dynamodb', table };
}

// cloudchain's table has other keys, and one row a name.
async function backendOf(format: Format) {
  if (format === 'cloudchain')
    return (await import('../../backends/dynamodb/cloudchain.js')).CloudchainBackend;
  return (await import('../../backends/dynamodb.js')).DynamoDBBackend;
}
