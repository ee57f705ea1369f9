import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nastyName, nastyText } from '../cli/formats/arbitraries.js';
import { callJson } from '../emulators/aws-call.js';
import { makeKmsKey, startMoto } from '../emulators/servers.js';
import { newUser, type User } from '../support/lazy.js';
import { tempDir } from '../support/temp-dir.js';
import { AWS_CONFIG, FILES, SCENARIOS } from './credstash-scenarios.js';
import { line, lineByLine, type Line } from './lines.js';
import { endpointVariables, startOriginals, type Originals } from './originals.js';

// CredStash 1.17.1 runs the lines that write on one table, `lazy credstash` the same on another; then
// each reads the other's.

let moto: Awaited<ReturnType<typeof startMoto>>;
let originals: Originals;
let user: User;
beforeAll(async () => {
  originals = startOriginals();
  // A server of its own, for the key that CredStash uses by default.
  moto = await startMoto();
  user = newUser();
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(user.work, name), text);
  for (const AliasName of ['alias/credstash', 'alias/other']) {
    const { keyId } = await makeKmsKey(moto.url);
    await callJson(moto.url, 'kms', 'TrentService.CreateAlias', { AliasName, TargetKeyId: keyId });
  }
});
afterAll(async () => {
  await originals.stop();
  await moto.stop();
});

/** A table, and a home folder for what is kept of it in `~/.credstash`. */
function tableAt(table: string): User['env'] {
  const home = tempDir();
  mkdirSync(join(home, '.aws'));
  writeFileSync(join(home, '.aws', 'config'), AWS_CONFIG);
  return { ...endpointVariables(moto.url), HOME: home, CREDSTASH_DEFAULT_TABLE: table };
}

function logged(of: Line): Line {
  return { ...of, args: ['--log-file', '/dev/null', ...of.args] };
}

describe.each(SCENARIOS)('$title', ({ title, writes, reads }) => {
  test('does with the same lines what the original does', async () => {
    const compare = lineByLine('credstash', originals, user);
    const [theirs, ours] = ['original', 'ours'].map((writer) =>
      tableAt(`${title.replaceAll(/[^a-z]+/gu, '-')}-${writer}`),
    ) as [User['env'], User['env']];
    for (const write of writes.map(logged)) await compare(write, theirs, ours);
    for (const read of reads.map(logged)) await compare(read, ours, theirs);
  });
});

/**
 * Not what is a number to YAML 1.2 alone, which the front end quotes on purpose, nor a letter that may
 * have an upper case in Node's release of Unicode, but none in Python's.
 */
function isPrintedAlike(text: string): boolean {
  return !/^(?:[-+.\d]+e[-+\d]+|0o\d+)$|(?=\p{Changes_When_Uppercased})[\u2000-\u{10ffff}]/iu.test(text);
}

test('names and values that are hard to quote are printed as by the original', async () => {
  const [names = [], values = []] = [nastyName, nastyText].map((arbitrary) =>
    fc
      .sample(arbitrary.filter(isPrintedAlike), { numRuns: 50, seed: 1 })
      // Python's csv quotes a bare CR in some of its releases only.
      .map((text) => text.replaceAll(/\r\n?/gu, '\r\n')),
  );
  const input = JSON.stringify(Object.fromEntries(names.map((name, i) => [name, values[i]])));
  const table = tableAt('hard-to-quote');
  const o = { cwd: user.work, env: { ...user.env, ...table } };
  await originals.run('credstash', logged(line('setup')).args, o);
  const written = await originals.run('credstash', logged(line('putall', '-')).args, { ...o, input });
  expect(written).toMatchObject({ code: 0, stderr: '' });
  const compare = lineByLine('credstash', originals, user);
  for (const format of ['json', 'yaml', 'csv', 'dotenv']) {
    const unordered = format === 'csv' || format === 'dotenv';
    await compare(logged({ ...line('getall', '-f', format), unordered }), table, table);
  }
  await compare(logged(line('keys')), table, table);
  await compare(logged(line('list')), table, table);
});
