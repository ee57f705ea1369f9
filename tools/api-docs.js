/**
 * `npm run docs:api`: the API reference in `docs/api`, from the doc comments of what the package exports.
 *
 * With `--check` it writes nothing, and fails where `docs/api` isn't what would be written.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installAside } from './aside.js';

const root = resolve(import.meta.dirname, '..');
const docs = join(root, 'docs/api');

/** What typedoc goes by; nothing in it depends on the machine, the day or the commit. */
function settings() {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const modules = Object.values(exports).flatMap(({ default: file }) => (file === undefined ? [] : [file]));
  return {
    name,
    plugin: [join(installAside(), 'node_modules/typedoc-plugin-markdown/dist/index.js')],
    entryPoints: modules.map((file) =>
      join(root, file.replace('./dist/src/', 'src/').replace(/\.js$/u, '.ts')),
    ),
    tsconfig: join(root, 'tsconfig.json'),
    router: 'module',
    readme: 'none',
    githubPages: false,
    disableSources: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    excludePrivate: true,
    // Read off these constants are unions, which signatures name.
    intentionallyNotExported: ['EXIT_STATUS', 'FORMATS', 'ROWS'],
    // The build has checked the types.
    skipErrorChecking: true,
    logLevel: 'Warn',
    treatWarningsAsErrors: true,
  };
}

/** @param {string} out the folder that is written, its old content gone */
function generate(out) {
  const work = mkdtempSync(join(tmpdir(), 'lazycred-docs-'));
  try {
    const options = join(work, 'typedoc.json');
    writeFileSync(options, JSON.stringify({ ...settings(), out }));
    const typedoc = join(installAside(), 'node_modules/typedoc/bin/typedoc');
    const { status } = spawnSync(process.execPath, [typedoc, '--options', options], {
      cwd: root,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error('typedoc failed');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string} folder @returns {Map<string, string>} path below it → text */
function pages(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.md'),
  );
  return new Map(files.sort().map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

function check() {
  const out = mkdtempSync(join(tmpdir(), 'lazycred-api-'));
  try {
    generate(out);
    const [now, then] = [pages(out), pages(docs)];
    const stale = [...new Set([...now.keys(), ...then.keys()])].filter(
      (file) => now.get(file) !== then.get(file),
    );
    for (const file of stale) process.stderr.write(`docs/api/${file} is not current: npm run docs:api\n`);
    if (stale.length > 0) process.exitCode = 1;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

if (process.argv.includes('--check')) check();
else generate(docs);
