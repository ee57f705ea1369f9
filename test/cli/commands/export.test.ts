import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAZY, newUser } from '../../support/lazy.js';
import { run, type RunResult } from '../../support/run.js';

const { env, work, home } = newUser();
const lazy = (...args: string[]): Promise<RunResult> =>
  run([process.execPath, LAZY, '--log-format', 'text', ...args], { env, cwd: work, stdoutIsData: true });

const second = ['--store', `file:${home}/second`] as const;

test.each(['json', 'yaml'])(
  'what export writes as %s comes back under the same names by import',
  async (format) => {
    expect((await lazy('put', 'p/k1', 'one')).code).toBe(0);
    expect((await lazy('put', 'P_K1', 'other')).code).toBe(0);
    const file = `all.${format}`;
    expect((await lazy('export', '--format', format, '-o', file)).code).toBe(0);
    expect((await lazy('import', file, '--skip-unchanged', '--dry-run')).stdout).toBe(
      'unchanged\tP_K1\nunchanged\tp/k1\n',
    );
    expect((await lazy('import', file, ...second)).code).toBe(0);
    expect((await lazy('list', ...second)).stdout).toBe('P_K1\np/k1\n');
  },
);

describe('comments, tags, authors and history are a round trip with --full', () => {
  const third = ['--store', `file:${home}/third`] as const;
  const fourth = ['--store', `file:${home}/fourth`] as const;
  const bytes = join(work, 'bytes');

  beforeAll(async () => {
    writeFileSync(bytes, Buffer.from([0xff, 0, 0x61]));
    for (const args of [
      ['put', 'h/db', 'one', '--comment', 'first', '--tag', 'team=a', '--by', 'ann', ...third],
      [
        'put',
        'h/db',
        'two',
        '--comment',
        'why: "this"\n',
        '--tag',
        'team=b',
        '--tag',
        'x y={é}',
        '--by',
        'bob',
        ...third,
      ],
      ['put', 'h/raw', '--file', bytes, '--by', 'cy', ...third],
      ['put', 'h/gone', 'was', ...third],
      ['delete', 'h/gone', ...third],
      ['put', 'h/gone', 'is', '--by', 'ann', ...third],
    ]) {
      expect((await lazy(...args)).stderr).not.toContain('lazy:');
    }
  });

  test.each(['json', 'yaml'])('%s', async (format) => {
    const target = ['--store', `file:${home}/full-${format}`] as const;
    const file = `full.${format}`;
    expect((await lazy('export', '--full', '--format', format, '-o', file, ...third)).code).toBe(0);
    expect(await lazy('import', file, ...target)).toMatchObject({ code: 0 });
    const all = await lazy('export', '--full', '--format', format, ...target);
    const withoutTimes = (text: string): string => text.replace(/, "created": "[^"]+"/gu, '');
    expect(withoutTimes(all.stdout)).toBe(withoutTimes(readFileSync(join(work, file), 'utf8')));
    expect(all.stdout).toContain('{"name": "h/raw", "base64": "/wBh", "by": "cy"');
    expect(all.stdout).toContain(
      '"comment": "why: \\"this\\"\\n", "tags": {"team": "b", "x y": "{é}"}, "by": "bob"',
    );
    expect((await lazy('history', 'h/db', ...target)).stdout.split('\n')).toHaveLength(2);
  });

  test('with --all-versions the history keeps its numbers, and a second run stores nothing', async () => {
    expect((await lazy('export', '--all-versions', '-o', 'history.json', ...third)).code).toBe(0);
    expect((await lazy('import', 'history.json', '--dry-run', ...fourth)).stdout).toBe(
      ['h/db\t1', 'h/db\t2', 'h/gone\t1', 'h/gone\t3', 'h/raw\t1']
        .map((row) => `new version\t${row}\n`)
        .join(''),
    );
    const made = await lazy('import', 'history.json', ...fourth);
    expect(made).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^stored 5 versions in .*; 0 unchanged$/mu),
    });
    expect((await lazy('get', '-v', '1', 'h/db', ...fourth)).stdout).toBe('one');
    const history = await lazy('history', 'h/db', ...fourth);
    expect(history.stdout.replace(/\t20[^\t]+/gu, '')).toBe(
      '2\tbob\twhy: "this"\\u000a\tvalue\n1\tann\tfirst\tvalue\n',
    );
    const again = await lazy('import', 'history.json', ...fourth);
    expect(again.stderr).toContain('stored 0 versions');
    expect(again.stderr).toContain('; 5 unchanged');
  });

  test('a history that has parted is a conflict, and nothing is written', async () => {
    const target = ['--store', `file:${home}/parted`] as const;
    await lazy('put', 'h/db', 'another', ...target);
    const { code, stderr } = await lazy('import', 'history.json', ...target);
    expect(code).toBe(5);
    expect(stderr).toContain('"h/db": version 1 is there with another value');
    expect((await lazy('list', ...target)).stdout).toBe('h/db\n');
  });

  test.each([
    ['json', '--full carries them'],
    ['csv', '--format json --full carries them'],
    ['dotenv', '--format json --full carries them'],
  ])('a line says what %s leaves out, and --full says what a format cannot carry', async (format, way) => {
    const { stderr, code } = await lazy('export', 'h/db', '--format', format, ...third);
    expect(stderr).toBe(`left out: the comments of 1 secret and the tags of 1 secret; ${way}\n`);
    expect(code).toBe(0);
    if (format === 'json') return;
    const full = await lazy('export', '--full', '--format', format, ...third);
    expect(full.stderr).toBe(
      `lazy: ${format} cannot carry comments, tags and versions\nhint: --full goes with --format json or yaml\n`,
    );
    expect(full.code).toBe(2);
  });
});
