import { lstat, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { systemCode } from '../../files/system-errors.js';
import { writePrivateFile } from '../io/files.js';

/**
 * Adds files and folders to the `.gitignore` of the git checkout that `folder` lies in, but for those that lie
 * elsewhere or are ignored by such a line already.
 *
 * @returns the lines that were added, and the file that holds them
 */
export async function ignoreInGit(
  folder: string,
  paths: readonly string[],
): Promise<{ readonly file: string; readonly lines: readonly string[] } | undefined> {
  const root = await checkoutOf(folder);
  if (root === undefined) return undefined;
  const file = join(root, '.gitignore');
  const text = await readFile(file, 'utf8').catch(absent);
  const there = new Set((text ?? '').split(/\r?\n/u));
  const lines = paths
    .flatMap((path) => lineFor(relative(root, path)) ?? [])
    .filter((line) => !there.has(line));
  if (lines.length === 0) return undefined;
  const gap = text === undefined || text === '' || text.endsWith('\n') ? '' : '\n';
  const mode = text === undefined ? 0o644 : (await lstat(file)).mode & 0o777;
  await writePrivateFile(file, Buffer.from(`${text ?? ''}${gap}${lines.join('\n')}\n`), { mode });
  return { file, lines };
}

/** The nearest folder above that holds `.git`: a folder, or the file that a worktree has. */
async function checkoutOf(folder: string): Promise<string | undefined> {
  for (let path = folder; ; path = dirname(path)) {
    if ((await lstat(join(path, '.git')).catch(absent)) !== undefined) return path;
    if (dirname(path) === path) return undefined;
  }
}

// gitignore(5): a line that begins with a slash counts from the file's folder; a backslash quotes.
function lineFor(path: string): string | undefined {
  const isOutside = path === '' || path === '..' || path.startsWith(`..${sep}`) || path.includes('\n');
  return isOutside
    ? undefined
    : `/${path
        .split(sep)
        .join('/')
        .replace(/[\\*?[\] ]/gu, '\\$&')}`;
}

function absent(e: unknown): undefined {
  if (systemCode(e) !== 'ENOENT' && systemCode(e) !== 'ENOTDIR') throw e;
  return undefined;
}
