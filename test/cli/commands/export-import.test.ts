import { expect, test } from '@jest/globals';
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
