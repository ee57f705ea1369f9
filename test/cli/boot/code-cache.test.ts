import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCodeCache } from '../../../src/cli/boot/code-cache.js';
import { repoRoot } from '../../emulators/root.js';
import { BIN, runBundle, type Run } from '../../build/command.js';

const MAIN = `const { answer } = require('./other.cjs');
process.exitCode = process.argv[2] === 'fail' ? 3 : 0;
console.log(answer(process.argv[2]));`;
const OTHER = `exports.answer = (word) => 'the answer to ' + word + ' is ' + 42;`;

let work: string;
let home: string;
let folder: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'lazycred-boot-'));
  home = join(work, 'home');
  folder = join(home, '.cache', 'lazycred');
  mkdirSync(home, { mode: 0o700 });
  for (const name of ['lazy.cjs', 'chunks.cjs']) copyFileSync(join(BIN, name), join(work, name));
  writeFileSync(join(work, 'main.cjs'), MAIN);
  writeFileSync(join(work, 'other.cjs'), OTHER);
});

afterEach(() => {
  rmSync(work, { recursive: true, force: true });
});

function run(word = 'get', env?: Record<string, string>, node: string[] = []): Run {
  return runBundle(join(work, 'lazy.cjs'), [word], { env: env ?? { HOME: home }, work, node });
}

function answered(word = 'get'): Partial<Run> {
  return { status: 0, stdout: `the answer to ${word} is 42\n`, stderr: '' };
}

const cachedChunks = (r: Run): string[] => r.scripts.filter((s) => s.cached).map((s) => s.chunk);
const cacheFile = (chunk: string): string => {
  const name = readdirSync(folder).find((n) => n.startsWith(`${chunk}-`));
  if (name === undefined) throw new Error(`no cache of ${chunk}`);
  return join(folder, name);
};

describe('the code cache', () => {
  test('is made by the first run, private, and used by the second', () => {
    const first = run();
    expect(first).toMatchObject(answered());
    expect(cachedChunks(first)).toEqual([]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const names = readdirSync(folder);
    expect(names.map((n) => n.split('-')[0]).sort()).toEqual(['main.cjs', 'other.cjs']);
    for (const name of names) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);

    const second = run();
    expect(second).toMatchObject(answered());
    expect(cachedChunks(second)).toEqual(['main.cjs', 'other.cjs']);
  });

  test('lies under XDG_CACHE_HOME where that is set', () => {
    const xdg = join(work, 'xdg');
    run('get', { HOME: home, XDG_CACHE_HOME: xdg });
    expect(readdirSync(join(xdg, 'lazycred'))).toHaveLength(2);
    expect(existsSync(folder)).toBe(false);
  });

  test('is written again for a command that ran for the first time, and then left alone', () => {
    // Words that the build knows have bits of their own; all others share one.
    run('nonsense');
    const before = readFileSync(cacheFile('other.cjs'));
    run('rubbish');
    expect(readFileSync(cacheFile('other.cjs'))).toEqual(before);
    run('get');
    const after = readFileSync(cacheFile('other.cjs'));
    expect(after).not.toEqual(before);
    run('nonsense');
    run('get');
    expect(readFileSync(cacheFile('other.cjs'))).toEqual(after);
  });

  test('is not written by a run that failed', () => {
    expect(run('fail')).toMatchObject({ ...answered('fail'), status: 3 });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('keeps a bounded number of files, the newest', () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (let i = 0; i < 600; i++) {
      writeFileSync(join(folder, `old-${i}`), '');
      utimesSync(join(folder, `old-${i}`), 1, 1);
    }
    run();
    expect(readdirSync(folder)).toHaveLength(512);
    expect(cachedChunks(run())).toEqual(['main.cjs', 'other.cjs']);
    // Else one command would throw out what another had put in, again and again.
    const chunks = readdirSync(BIN).filter((file) => file.endsWith('.cjs'));
    expect(2 * chunks.length).toBeLessThan(512);
  });
});

describe('a cache file that is off is done without and made anew', () => {
  const spoil: Record<string, (file: string) => void> = {
    'a damaged byte of code': (file) => {
      const bytes = readFileSync(file);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9);
      writeFileSync(file, bytes);
    },
    'a damaged digest': (file) => {
      const bytes = readFileSync(file);
      bytes.writeUInt8(bytes.readUInt8(50) ^ 1, 50);
      writeFileSync(file, bytes);
    },
    'another V8': (file) => {
      const bytes = readFileSync(file);
      bytes.writeUInt8(bytes.readUInt8(8) ^ 1, 8);
      writeFileSync(file, bytes);
    },
    truncated: (file) => {
      writeFileSync(file, readFileSync(file).subarray(0, -100));
    },
    'cut within the header': (file) => {
      writeFileSync(file, readFileSync(file).subarray(0, 40));
    },
    empty: (file) => {
      writeFileSync(file, '');
    },
    'writable by others': (file) => {
      chmodSync(file, 0o622);
    },
    'readable by others': (file) => {
      chmodSync(file, 0o644);
    },
    'a symbolic link': (file) => {
      renameSync(file, join(work, 'elsewhere'));
      symlinkSync(join(work, 'elsewhere'), file);
    },
    'a named pipe': (file) => {
      rmSync(file);
      execFileSync('mkfifo', ['-m', '600', file]);
    },
    "another chunk's": (file) => {
      copyFileSync(cacheFile('other.cjs'), file);
    },
  };

  test.each(Object.keys(spoil))('%s', (what) => {
    run();
    spoil[what]?.(cacheFile('main.cjs'));
    const spoilt = run();
    expect(spoilt).toMatchObject(answered());
    expect(cachedChunks(spoilt)).toEqual(['other.cjs']);
    expect(cachedChunks(run())).toEqual(['main.cjs', 'other.cjs']);
  });

  test('of a chunk that changed, its length the same', () => {
    run();
    writeFileSync(join(work, 'other.cjs'), OTHER.replace('42', '43'));
    const changed = run();
    expect(changed.stdout).toBe('the answer to get is 43\n');
    expect(cachedChunks(changed)).toEqual(['main.cjs']);
  });

  test('of a V8 with other flags', () => {
    run();
    const other = run('get', { HOME: home }, ['--no-flush-bytecode', '--max-lazy']);
    expect(other).toMatchObject(answered());
    expect(cachedChunks(other)).toEqual([]);
  });
});

describe('a cache folder that is off is left as it is', () => {
  test.each([
    ['open to others', 0o755],
    ['writable by all', 0o777],
  ])('%s', (_, mode) => {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, mode);
    expect(run()).toMatchObject(answered());
    expect(readdirSync(folder)).toEqual([]);
    expect(statSync(folder).mode & 0o777).toBe(mode);
  });

  test('a symbolic link', () => {
    const elsewhere = join(work, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    mkdirSync(join(home, '.cache'));
    symlinkSync(elsewhere, folder);
    expect(run()).toMatchObject(answered());
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test('a file in its place', () => {
    mkdirSync(join(home, '.cache'));
    writeFileSync(folder, 'mine');
    expect(run()).toMatchObject(answered());
    expect(readFileSync(folder, 'utf8')).toBe('mine');
  });

  test("somebody else's", () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const uid = statSync(folder).uid;
    expect(openCodeCache({ HOME: home }, uid)).toBeDefined();
    expect(openCodeCache({ HOME: home }, uid + 1)).toBeUndefined();
  });

  test("none is made in somebody else's home", () => {
    expect(openCodeCache({ HOME: home }, statSync(home).uid + 1)).toBeUndefined();
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('there is no cache', () => {
  const nowhere: Record<string, () => Record<string, string>> = {
    'where LAZYCRED_NO_CACHE is set': () => ({ HOME: home, LAZYCRED_NO_CACHE: '1' }),
    'without HOME': () => ({}),
    'where HOME is relative': () => ({ HOME: 'home' }),
    'where HOME is a file': () => ({ HOME: join(work, 'main.cjs') }),
    'where nothing can be written': () => ({ HOME: '/proc/self' }),
  };

  test.each(Object.keys(nowhere))('%s', (what) => {
    const env = nowhere[what]?.() ?? {};
    expect(run('get', env)).toMatchObject(answered());
    const again = run('get', env);
    expect(again).toMatchObject(answered());
    expect(cachedChunks(again)).toEqual([]);
    expect(readdirSync(home)).toEqual([]);
  });

  test('a relative XDG_CACHE_HOME is ignored, as its specification says', () => {
    run('get', { HOME: home, XDG_CACHE_HOME: 'here' });
    expect(existsSync(join(work, 'here'))).toBe(false);
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

describe('--version', () => {
  test('is printed without loading the command', () => {
    const { version } = JSON.parse(readFileSync(join(repoRoot(), 'package.json'), 'utf8')) as {
      version: string;
    };
    const r = run('--version');
    expect(r).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '', scripts: [] });
  });

  test.each(['credstash', 'cchain', 'lazycred'])('under a link named %s the front end answers', (name) => {
    symlinkSync(join(work, 'lazy.cjs'), join(work, name));
    const r = runBundle(join(work, name), ['--version'], { env: { HOME: home }, work });
    expect(r).toMatchObject(answered(name));
  });
});
