import { expect, test } from '@jest/globals';
import { rmSync } from 'node:fs';
import { link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateFile } from '../../src/cli/io/files.js';
import { replaceFile } from '../../src/files/durable.js';
import { between, removeLeftovers } from '../../src/files/leftovers.js';
import { LocalKey } from '../../src/keys/local.js';
import { runSteps, type Action } from '../support/local-steps.js';
import { tempDir } from '../support/temp-dir.js';

const SLOW = 120_000;

test('a leftover is told by its name: digits of the writer between two texts, and nothing else', () => {
  const isLeft = between('.out.env.', '.tmp');
  expect(['.out.env.0123456789ab.tmp', '.out.env.0123456789abcdef01234567.tmp'].filter(isLeft)).toHaveLength(
    2,
  );
  const others = ['.out.env.tmp', '.out.env.0123.tmp', '.out.env.notes-of-mine.tmp', '.out.0123456789ab.tmp'];
  expect(others.filter(isLeft)).toEqual([]);
});

test('what can not be removed is told, and the rest is removed all the same', async () => {
  const folder = tempDir();
  await mkdir(join(folder, 'a.0123456789ab'));
  await writeFile(join(folder, 'a.0123456789ac'), '');
  const remaining = await removeLeftovers(folder, between('a.'));
  expect(remaining.map(({ path }) => path)).toEqual([join(folder, 'a.0123456789ab')]);
  expect(await readdir(folder)).toEqual(['a.0123456789ab']);
  expect(await removeLeftovers(join(folder, 'gone'), between('a.'))).toEqual([]);
});

test('a writer whose temporary file is swept away writes it again', async () => {
  const folder = tempDir();
  const file = { path: join(folder, 'kept'), temporary: join(folder, 'a.0123456789ab'), body: 'text' };
  let swept = 0;
  // Each look at the signal is a moment in which somebody else may sweep.
  const signal = {
    throwIfAborted: () => {
      if (swept++ < 4) rmSync(file.temporary, { force: true });
    },
  } as AbortSignal;
  await replaceFile({ ...file, signal });
  expect(await readFile(file.path, 'utf8')).toBe('text');
  expect(await readdir(folder)).toEqual(['kept']);
});

test('a second name of a local key, left by a maker that was killed, is removed when the key is read', async () => {
  const file = join(tempDir(), 'local.key');
  const [first, second] = [new LocalKey({ file }), new LocalKey({ file })];
  const { wrapped } = await first.generate({});
  await link(file, `${file}.0123456789abcdef.tmp`);
  await second.unwrap(wrapped, {});
  expect(await readdir(join(file, '..'))).toEqual(['local.key']);
});

test(
  'killed before any system call that changes something, the making of a key leaves no twin beside the key that is used',
  async () => {
    for (let killAt = 1; ; killAt++) {
      const folder = tempDir();
      if ((await runSteps({ folder, action: 'put', killAt, text: 'x' })) !== undefined) return;
      const file = join(folder, 'keys/local.key');
      await new LocalKey({ file }).generate({});
      expect({ killAt, files: await readdir(join(folder, 'keys')) }).toEqual({
        killAt,
        files: ['local.key'],
      });
      // The key is there: what follows is the writing of the version.
      if (killAt > 8) return;
    }
  },
  SLOW,
);

test.each<[string, Action, string, string]>([
  ['a file that get -o writes', 'write', '.', '.lazycredrc out.env'],
  ['a note of trust', 'trust', 'data/lazycred/trust', 'HASH.json'],
])(
  'killed before any system call that changes something, %s leaves nothing that the next run does not remove',
  async (_, action, place, files) => {
    let left = 0;
    const filesNow = async (folder: string): Promise<string> => {
      const names = await readdir(join(folder, place)).catch((): string[] => []);
      return names
        .toSorted()
        .join(' ')
        .replaceAll(/[0-9a-f]{64}/gu, 'HASH');
    };
    for (let killAt = 1; ; killAt++) {
      const folder = tempDir();
      await writeFile(join(folder, '.lazycredrc'), '{}', { mode: 0o600 });
      const done = await runSteps({ folder, action, killAt, text: 'secret' });
      if (/[0-9a-f]{16}/u.test(await filesNow(folder))) left++;
      await runSteps({ folder, action, text: 'secret' });
      expect({ killAt, files: await filesNow(folder) }).toEqual({ killAt, files });
      if (done !== undefined) break;
    }
    expect(left).toBeGreaterThan(2);
  },
  SLOW,
);

test('a leftover of get -o under the older, shorter name is removed, too, and a file of another name is not', async () => {
  const folder = tempDir();
  await writeFile(join(folder, '.out.env.0123456789ab.tmp'), 'secret');
  await writeFile(join(folder, '.other.env.0123456789ab.tmp'), 'not ours');
  await writePrivateFile(join(folder, 'out.env'), Buffer.from('text'));
  expect((await readdir(folder)).toSorted()).toEqual(['.other.env.0123456789ab.tmp', 'out.env']);
});
