/** `tools/release.js` in a clone: a dry run changes nothing, a run makes all but what is pushed. */
import { beforeAll, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../emulators/root.js';
import { tempDir } from '../support/temp-dir.js';

const clone = join(tempDir(), 'lazycred');

const git = (...args: string[]): string => {
  const who = ['-c', 'user.name=A Tester', '-c', 'user.email=tester@example.invalid'];
  return execFileSync('git', [...who, ...args], { cwd: clone, encoding: 'utf8' }).trim();
};

const release = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ['tools/release.js', ...args], {
    cwd: clone,
    encoding: 'utf8',
    env: {
      ...process.env,
      GIT_AUTHOR_NAME: 'A Tester',
      GIT_AUTHOR_EMAIL: 'tester@example.invalid',
      GIT_COMMITTER_NAME: 'A Tester',
      GIT_COMMITTER_EMAIL: 'tester@example.invalid',
    },
  });

const readJson = (name: string): unknown => JSON.parse(readFileSync(join(clone, name), 'utf8'));

beforeAll(() => {
  // Its own history of one commit: the test runs from a tarball or a shallow clone, too.
  mkdirSync(clone);
  for (const name of [
    'package.json',
    'package-lock.json',
    'CHANGELOG.md',
    'LICENSE',
    'tools',
    '.gitignore',
  ]) {
    cpSync(join(repoRoot(), name), join(clone, name), { recursive: true });
  }
  const changelog =
    '# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.0.1 — 2026-01-01\n\n- Older.\n';
  writeFileSync(join(clone, 'CHANGELOG.md'), changelog);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Begin');
  cpSync(join(repoRoot(), 'dist/src/errors.js'), join(clone, 'dist/src/errors.js'));
});

test('a dry run says what it would do, and changes nothing', () => {
  const before = git('rev-parse', 'HEAD');
  const { status, stdout, stderr } = release('9.8.7', '--dry-run');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.split(':')[0])).toEqual([
    'would do',
    'would do',
    'would do',
    'would do',
    'then',
  ]);
  expect(stdout).toContain('commit "Release 9.8.7" and tag v9.8.7');
  expect([git('status', '--porcelain'), git('rev-parse', 'HEAD'), git('tag')]).toEqual(['', before, '']);
  expect(readdirSync(join(clone, 'dist'))).toEqual(['src']);
});

test('a version that is none, and changes that are not committed, are refused', () => {
  expect(release('next')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('give a version') as unknown,
  });
  expect(release('9.8.7', '--dri-run')).toMatchObject({ status: 1, stderr: 'release: what is --dri-run?\n' });
  writeFileSync(join(clone, 'LICENSE'), 'changed');
  expect(release('9.8.7').stderr).toBe('release: there are changes that are not committed\n');
  git('checkout', '--quiet', 'LICENSE');
});

test('a run makes version, section, commit, tag, tarball and bill of materials', () => {
  const { status, stderr } = release('9.8.7');
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  expect(readJson('package.json')).toMatchObject({ version: '9.8.7' });
  expect(readJson('package-lock.json')).toMatchObject({ version: '9.8.7' });
  expect(readFileSync(join(clone, 'CHANGELOG.md'), 'utf8')).toMatch(
    /\n## Unreleased\n\n## 9\.8\.7 — \d{4}-\d\d-\d\d\n\n### Added\n\n- A thing\.\n\n## 0\.0\.1 /,
  );
  expect(git('log', '-1', '--format=%s %D')).toBe('Release 9.8.7 HEAD -> main, tag: v9.8.7');
  expect(git('status', '--porcelain')).toBe('');
  const out = 'dist/release';
  expect(readdirSync(join(clone, out)).toSorted()).toEqual([
    'lazycred-9.8.7.cdx.json',
    'lazycred-9.8.7.tgz',
    'notes.md',
  ]);
  expect(readFileSync(join(clone, out, 'notes.md'), 'utf8')).toBe('### Added\n\n- A thing.\n');
  const bill = readJson(`${out}/lazycred-9.8.7.cdx.json`) as {
    bomFormat: string;
    components: { name: string }[];
  };
  expect(bill.bomFormat).toBe('CycloneDX');
  const { dependencies } = readJson('package.json') as { dependencies: Record<string, string> };
  const listed = bill.components.map((c) => c.name);
  expect(
    Object.keys(dependencies).filter(
      (d) => !listed.includes(d.split('/').at(-1) ?? '') && !listed.includes(d),
    ),
  ).toEqual([]);
  expect(listed).not.toContain('jest');
  // A second time there is nothing to release, and the tag is there.
  expect(release('9.8.7').stderr).toBe('release: CHANGELOG.md has nothing under "Unreleased"\n');
});
