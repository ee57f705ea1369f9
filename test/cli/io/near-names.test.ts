import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeKmsKey, makeTable, startMoto } from '../../emulators/servers.js';
import { LAZY, newUser, type User } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';

let moto: Awaited<ReturnType<typeof startMoto>>;
let user: User;
let env: Readonly<Record<string, string | undefined>>;
beforeAll(async () => {
  moto = await startMoto();
  user = newUser();
  const { alias } = await makeKmsKey(moto.url);
  env = {
    ...user.env,
    LAZYCRED_STORE: `dynamodb://${await makeTable(moto.url)}`,
    LAZYCRED_KEY: `kms:${alias}`,
    LAZYCRED_ENDPOINT: moto.url,
    LAZYCRED_KMS_ENDPOINT: moto.url,
  };
  expect((await lazy('put', 'prod/db-user', 'value')).code).toBe(0);
});
afterAll(() => moto.stop());

const lazy = (...args: string[]): Promise<RunResult> =>
  run([process.execPath, LAZY, ...args], { env, cwd: user.work });

/** The hint of the error, which is one line of JSON, and what the table was asked for meanwhile. */
async function failed(...args: string[]): Promise<{ hint: string; asked: (string | null)[] }> {
  const { code, stdout, stderr } = await lazy(...args);
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  const asked = (await moto.faults.calls()).map((call) => call.target);
  await moto.faults.clear();
  return { hint: (JSON.parse(stderr) as { hint: string }).hint, asked };
}

const QUERY = 'DynamoDB.Query';
const SCAN = 'DynamoDB.Scan';
const LISTS = 'lazy list shows what is there';

test('the nearest names come from one listing, after the name was found missing', async () => {
  await moto.faults.clear();
  const { hint, asked } = await failed('get', 'prod/db_usr');
  expect(hint).toBe('did you mean "prod/db-user"?');
  expect(asked).toEqual([QUERY, SCAN]);
});

test('who may not list is told no name, and nothing of the listing', async () => {
  await moto.faults.inject({
    target: SCAN,
    status: 400,
    code: 'AccessDeniedException',
    times: 9,
  });
  expect((await failed('get', 'prod/db_usr')).hint).toBe(LISTS);
});

test('--quiet asks for no listing', async () => {
  expect(await failed('get', 'prod/db_usr', '-q')).toEqual({ hint: LISTS, asked: [QUERY] });
});

test('a version that is not there asks for no listing', async () => {
  expect((await failed('get', 'prod/db-user', '-v', '7')).hint).toBe('the newest version is 1');
});

test.each([
  [[], 8_000],
  [['--timeout', '1s'], 4_000],
])(
  'a slow listing is not waited for longer than 2 s, nor than the time limit: %j',
  async (options, most) => {
    await moto.faults.inject({ target: SCAN, delay: 20, times: 9 });
    const begun = performance.now();
    expect((await failed('get', 'prod/db_usr', ...options)).hint).toBe(LISTS);
    expect(performance.now() - begun).toBeLessThan(most);
  },
  40_000,
);
