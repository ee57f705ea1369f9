/**
 * A release, as far as it happens on one's own machine:
 *
 *     node tools/release.js 0.2.0 --dry-run   what would be done; changes nothing
 *     node tools/release.js 0.2.0             version, section of the changelog, commit, tag, then --pack
 *     node tools/release.js --pack            dist/release/: tarball, software bill of materials, notes
 *
 * Nothing is pushed or published: pushing the tag does that (.github/workflows/release.yml).
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const OUT = 'dist/release';
const VERSION = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

const words = process.argv.slice(2);
const isDry = words.includes('--dry-run');
try {
  const [version, ...more] = words.filter((word) => !word.startsWith('--'));
  const unknown = words.find((word) => word.startsWith('--') && !['--dry-run', '--pack'].includes(word));
  if (unknown !== undefined || more.length > 0) throw new Error(`what is ${unknown ?? more[0]}?`);
  if (words.includes('--pack') && version === undefined) pack();
  else release(version);
} catch (e) {
  console.error(`release: ${e instanceof Error ? e.message : String(e)}`);
  process.exitCode = 1;
}

/** @param {string | undefined} version */
function release(version) {
  if (version === undefined || !VERSION.test(version)) throw new Error('give a version, such as 0.2.0');
  const changelog = read('CHANGELOG.md');
  const notes = notesOf(changelog, 'Unreleased');
  if (notes === '') throw new Error('CHANGELOG.md has nothing under "Unreleased"');
  if (changelog.includes(`\n## ${version} `))
    throw new Error(`CHANGELOG.md has a section ${version} already`);
  const tag = `v${version}`;
  if (git('tag', '--list', tag) !== '') throw new Error(`the tag ${tag} is there already`);
  if (git('status', '--porcelain') !== '') throw new Error('there are changes that are not committed');

  const heading = `## ${version} — ${new Date().toISOString().slice(0, 10)}`;
  step(`CHANGELOG.md: "## Unreleased" becomes "${heading}"`, () => {
    write('CHANGELOG.md', changelog.replace('## Unreleased\n', `## Unreleased\n\n${heading}\n`));
  });
  step(`package.json and package-lock.json: version ${version}`, () => {
    // npm refuses to set the version that is there.
    npm('version', version, '--no-git-tag-version', '--allow-same-version', '--ignore-scripts');
  });
  step(`commit "Release ${version}" and tag ${tag}`, () => {
    git('commit', '--quiet', '--all', '--message', `Release ${version}`);
    git('tag', '--annotate', tag, '--message', `${tag}\n\n${notes.replaceAll(/^#+ /gm, '')}`);
  });
  step(`${OUT}/: tarball, software bill of materials (CycloneDX), notes`, pack);
  console.log(`then: git push --follow-tags; the workflow publishes ${tag} with its provenance`);
}

/** What is to be published, from what the build has made. */
function pack() {
  rmSync(join(root, OUT), { recursive: true, force: true });
  mkdirSync(join(root, OUT), { recursive: true });
  const { name, version } = JSON.parse(read('package.json'));
  npm('pack', '--silent', '--ignore-scripts', '--pack-destination', OUT);
  const bill = npm('sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--omit', 'dev');
  write(`${OUT}/${name}-${version}.cdx.json`, bill);
  write(`${OUT}/notes.md`, `${notesOf(read('CHANGELOG.md'), version)}\n`);
}

/**
 * What the changelog says under a heading of the second level.
 * @param {string} changelog
 * @param {string} title `Unreleased` or a version
 */
function notesOf(changelog, title) {
  const section = changelog.split(/^## /m).find((part) => part.split(/[ \n]/, 1)[0] === title);
  return section?.slice(section.indexOf('\n')).trim() ?? '';
}

/** @param {string} what @param {() => void} run */
function step(what, run) {
  console.log(`${isDry ? 'would do' : 'doing'}: ${what}`);
  if (!isDry) run();
}

/** @param {string} name */
function read(name) {
  return readFileSync(join(root, name), 'utf8');
}

/** @param {string} name @param {string} text */
function write(name, text) {
  writeFileSync(join(root, name), text);
}

/** @param {string[]} args */
function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

/** @param {string[]} args */
function npm(...args) {
  // A shell on Windows, where npm is a script; every argument is one of this file's or a checked version.
  return execFileSync('npm', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
}
