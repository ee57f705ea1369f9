import { expect, test } from '@jest/globals';
import { runSteps } from '../../support/local-steps.js';
import { tempDir } from '../../support/temp-dir.js';

// No crash of a process shows that a flush is missing, only a power cut: so the calls themselves are held.

test('a key, its folder, then the version, each flushed before the next, in this order of system calls', async () => {
  const folder = tempDir();
  const first = await runSteps({ folder, action: 'put', text: 'first' });
  const version = (number: number) => `${number}`.padStart(19, '0') + '.json';
  const created = (number: number) => [
    'open .tmp-*',
    'writeFile .tmp-*',
    'sync .tmp-*',
    `link ${version(number)}`,
    'rm .tmp-*',
    'sync db',
  ];
  expect(first?.changes).toEqual([
    'mkdir keys',
    expect.stringMatching(/^sync t-/u),
    'open local.key.*.tmp',
    'writeFile local.key.*.tmp',
    'sync local.key.*.tmp',
    'link local.key',
    'rm local.key.*.tmp',
    'sync keys',
    // The folder above is missing.
    'mkdir db',
    'mkdir store',
    'mkdir db',
    'sync store',
    expect.stringMatching(/^sync t-/u),
    ...created(1),
  ]);

  const second = await runSteps({ folder, action: 'put', text: 'second' });
  expect(second?.changes).toEqual(created(2));

  const destroyed = await runSteps({ folder, action: 'destroy' });
  const erased = (number: number) => [
    'open .tmp-*',
    'writeFile .tmp-*',
    'sync .tmp-*',
    `rename ${version(number)}`,
    'sync db',
  ];
  // What get sees first, then the oldest first.
  expect(destroyed?.changes).toEqual([...created(3), ...erased(1), ...erased(2)]);
});

test('what is removed by destroy is removed on the disk, too: its folder is flushed after', async () => {
  const folder = tempDir();
  for (let killAt = 1; killAt <= 20; killAt++) {
    await runSteps({ folder, action: 'put', killAt, text: 'left' });
  }
  const destroyed = await runSteps({ folder, action: 'destroy' });
  expect(destroyed?.changes.filter((call) => call.startsWith('unlink .tmp-')).length).toBeGreaterThan(0);
  expect(destroyed?.changes.at(-1)).toBe('sync db');
  expect(destroyed?.changes.at(-2)).toBe('unlink .tmp-*');
});
