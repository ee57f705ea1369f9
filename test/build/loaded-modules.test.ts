/** Which modules each command evaluates: every client, parser or logger that isn't used costs its user time. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBucket, makeKmsKey, makeTable, motoUrl } from '../emulators/servers.js';
import { BIN, runBundle, type Run } from './command.js';

const modulesOf = JSON.parse(readFileSync(join(BIN, 'modules.json'), 'utf8')) as Record<string, string[]>;

/** What a command may be seen to load; each is told by a module's path. */
const PARTS = {
  aws: /node_modules\/(@aws-sdk|@smithy|@aws)\//,
  s3: /node_modules\/@aws-sdk\/client-s3\//,
  dynamodb: /node_modules\/@aws-sdk\/client-dynamodb\//,
  kms: /node_modules\/@aws-sdk\/client-kms\//,
  roles: /node_modules\/@aws-sdk\/(credential-providers|nested-clients)\/dist/,
  yargs: /node_modules\/yargs\//,
  pino: /node_modules\/pino\//,
  cosmiconfig: /node_modules\/cosmiconfig\//,
  yaml: /node_modules\/js-yaml\//,
  config: /src\/config\//,
  s3Backend: /src\/backends\/s3/,
  dynamodbBackend: /src\/backends\/dynamodb/,
  localBackend: /src\/backends\/local/,
  memoryBackend: /src\/backends\/memory/,
  kmsKey: /src\/keys\/aws-kms/,
  localKey: /src\/keys\/local\./,
  passphrase: /src\/keys\/passphrase/,
  prompts: /src\/cli\/io\/prompt/,
} as const;

let work: string;
let stores: Record<'local' | 's3' | 'dynamodb', Record<string, string>>;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'lazycred-modules-'));
  const [bucket, table, key] = await Promise.all([makeBucket(), makeTable(), makeKmsKey()]);
  const aws = {
    LAZYCRED_KEY: `kms:${key.arn}`,
    LAZYCRED_ENDPOINT: motoUrl(),
    LAZYCRED_KMS_ENDPOINT: motoUrl(),
    LAZYCRED_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-real-secret-access-key',
  };
  stores = {
    local: { LAZYCRED_STORE: `file:${join(work, 'store')}`, LAZYCRED_KEY: `local:${join(work, 'key')}` },
    s3: { LAZYCRED_STORE: `s3://${bucket}/team/`, ...aws },
    dynamodb: { LAZYCRED_STORE: `dynamodb://${table}`, ...aws },
  };
});

afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

function lazy(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const home = join(work, 'home');
  mkdirSync(home, { recursive: true });
  return runBundle(join(BIN, 'lazy.cjs'), args, {
    env: { HOME: home, LAZYCRED_CONFIG: 'none', ...env },
    work,
  });
}

/** The parts of which a run evaluated a module. */
function parts({ scripts }: Run): string[] {
  const evaluated = scripts.flatMap(({ chunk }) => modulesOf[chunk] ?? []);
  return Object.entries(PARTS).flatMap(([name, path]) => (evaluated.some((m) => path.test(m)) ? [name] : []));
}

test('every chunk is in the list of modules, and every part in it', () => {
  const chunks = readdirSync(BIN).filter((name) => name.endsWith('.cjs'));
  expect(Object.keys(modulesOf)).toEqual(expect.arrayContaining(chunks));
  const all = Object.values(modulesOf).flat();
  for (const [name, path] of Object.entries(PARTS)) {
    expect({ name, found: all.some((module) => path.test(module)) }).toEqual({ name, found: true });
  }
});

describe('without a store', () => {
  test('--version evaluates nothing', () => {
    const r = lazy(['--version']);
    expect(r).toMatchObject({ status: 0, stderr: '', scripts: [] });
  });

  test.each([[['--help']], [['get', '--help']], [['put', '--help']]])('%j lays out text, no more', (args) => {
    const r = lazy(args);
    expect(r).toMatchObject({ status: 0, stderr: '' });
    expect(r.stdout).toContain('lazy');
    expect(parts(r).filter((part) => part !== 'config' && part !== 'prompts')).toEqual(['yargs']);
  });

  test('a usage error loads the logger, and nothing of a store', () => {
    const r = lazy(['get']);
    expect(r.status).toBe(2);
    expect(parts(r).filter((part) => part !== 'config')).toEqual(['yargs', 'pino']);
  });
});

describe('on local files', () => {
  const local = ['yargs', 'config', 'localBackend', 'localKey'];

  test.each([[['put', 'db', 'value']], [['get', 'db']], [['history', 'db']], [['list']]])(
    '%j loads no AWS code',
    (args) => {
      const r = lazy(args, stores.local);
      expect(r.status).toBe(0);
      expect(parts(r).filter((part) => part !== 'prompts')).toEqual(local);
    },
  );

  test('export loads no parser, import those of all its formats, and neither AWS code', () => {
    const file = join(work, 'all.json');
    expect(lazy(['put', 'db', 'value'], stores.local).status).toBe(0);
    const exported = lazy(['export', '--raw-names', '-o', file], stores.local);
    expect(exported.status).toBe(0);
    expect(parts(exported).filter((part) => part !== 'prompts')).toEqual(local);
    const imported = lazy(['import', file, '--dry-run'], stores.local);
    expect(imported.status).toBe(0);
    expect(parts(imported).filter((part) => part !== 'prompts')).toEqual([
      'yargs',
      'yaml',
      'config',
      'localBackend',
      'localKey',
    ]);
  });

  test('config opens nothing: neither store nor key', () => {
    const r = lazy(['config'], stores.local);
    expect(r.status).toBe(0);
    expect(parts(r).filter((part) => part !== 'prompts')).toEqual(['yargs', 'config']);
  });

  test.each(['credstash', 'cchain', 'lazycred'])("%s's help loads nothing of a store", (name) => {
    const r = lazy([name, '--help']);
    expect(r).toMatchObject({ status: 0, stderr: '' });
    expect(parts(r).filter((part) => part !== 'config' && part !== 'prompts')).toEqual([]);
  });

  test('a config file in JSON costs no YAML parser', () => {
    const file = join(work, 'config.json');
    writeFileSync(
      file,
      JSON.stringify({ store: `file:${join(work, 'store')}`, key: `local:${join(work, 'key')}` }),
    );
    const r = lazy(['get', 'db'], { LAZYCRED_CONFIG: file });
    expect(r).toMatchObject({ status: 0, stdout: 'value', stderr: '' });
    expect(parts(r).filter((part) => part !== 'prompts')).toEqual(local);
  });

  test('one in YAML does, and the search costs cosmiconfig', () => {
    const folder = join(work, 'project');
    mkdirSync(folder);
    writeFileSync(
      join(folder, '.lazycredrc.yaml'),
      `store: file:${join(work, 'store')}\nkey: local:${join(work, 'key')}\n`,
    );
    const home = join(work, 'home');
    const r = runBundle(join(BIN, 'lazy.cjs'), ['get', 'db'], { env: { HOME: home }, work, cwd: folder });
    expect(r).toMatchObject({ status: 0, stdout: 'value', stderr: '' });
    const loaded = parts(r).filter((part) => part !== 'prompts');
    expect(loaded).toEqual(['yargs', 'cosmiconfig', 'yaml', 'config', 'localBackend', 'localKey']);
  });

  test('what is not there is said by the logger', () => {
    const r = lazy(['get', 'absent'], stores.local);
    expect(r.status).toBe(4);
    expect(parts(r)).toContain('pino');
    expect(parts(r)).not.toContain('aws');
  });
});

describe('on AWS', () => {
  test('S3 loads no DynamoDB, and the other way round; roles only where one is assumed', () => {
    for (const [kind, other] of [
      ['s3', 'dynamodb'],
      ['dynamodb', 's3'],
    ] as const) {
      expect(lazy(['put', 'db', 'value'], stores[kind])).toMatchObject({ status: 0, stdout: '' });
      const r = lazy(['get', 'db'], stores[kind]);
      // Nothing from the SDK about the version of Node either.
      expect(r).toMatchObject({ status: 0, stdout: 'value', stderr: '' });
      const loaded = parts(r);
      expect(loaded).toEqual(expect.arrayContaining(['aws', kind, 'kms', `${kind}Backend`, 'kmsKey']));
      for (const part of [
        other,
        `${other}Backend`,
        'localBackend',
        'localKey',
        'roles',
        'pino',
        'cosmiconfig',
      ]) {
        expect(loaded).not.toContain(part);
      }
    }
  });
});
