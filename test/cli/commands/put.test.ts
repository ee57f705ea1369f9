import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { newUser } from '../../support/lazy.js';
import { run } from '../../support/run.js';

test("put names the key file that a project's config brings", async () => {
  const { home, work, env } = newUser();
  writeFileSync(join(work, '.lazycredrc'), 'key: local:./team.key\n');
  const { stderr, code } = await run(['lazy', 'put', 'db', 'value'], { env, cwd: work });
  const where = `in file://${home}/store under local:${join(work, 'team.key')}`;
  expect([code, stderr]).toEqual([0, `stored "db" version 1 ${where}\n`]);
});

test.each([
  ['a value', `lazy put n "$(printf '\\377')"`],
  ['--value', `lazy put n --value "$(printf 'a\\377')"`],
  ['a name', `lazy put "$(printf 'n\\376')" v`],
])('%s that is not UTF-8 is refused, not changed', async (_, line) => {
  const { work, env } = newUser();
  const { stderr, code } = await run(['sh', '-c', line], { env, cwd: work });
  expect(code).toBe(2);
  expect(JSON.parse(stderr)).toMatchObject({
    code: 'ERR_USAGE',
    msg: expect.stringContaining('an argument is not UTF-8') as unknown,
    hint: 'give values that are not text on stdin or with --file',
  });
});
