/**
 * `npm run build && node tools/servers.js > table.md`: tries the servers of S3's and DynamoDB's protocols that
 * are on PATH (and in node_modules/.bin), and prints the tables of docs/servers.md.
 *
 * Each server is started anew on 127.0.0.1, with an empty folder, and ended after. Run by hand: which servers
 * there are depends on the machine. Those that can't but listen on every interface are tried with `--open`, for a
 * network namespace without any: `unshare -n sh -c 'ip link set lo up; node tools/servers.js --open'`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SERVERS } from './servers/known.js';
import { TRIES } from './servers/tries.js';

const root = resolve(import.meta.dirname, '..');
const { isLazycredError, openStore, resolveConfig, setUp } = await import(join(root, 'dist/src/index.js'));

/** @typedef {import('./servers/known.js').Server} Server */

/** Longest wait for a server to listen, in milliseconds. */
const START_MS = 60_000;

/** @param {string} command */
function onPath(command) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(root, 'node_modules/.bin')];
  return folders.map((folder) => join(folder, command)).find((file) => existsSync(file));
}

/** @param {Server} server @param {string} file */
function versionOf({ version, command }, file) {
  if (version === 'npm') {
    for (let folder = dirname(realpathSync(file)); folder !== dirname(folder); folder = dirname(folder)) {
      const about = join(folder, 'package.json');
      if (existsSync(about)) return JSON.parse(readFileSync(about, 'utf8')).version;
    }
  }
  const ask = (/** @type {string} */ program, /** @type {readonly string[]} */ args) =>
    execFileSync(program, args, { encoding: 'utf8' });
  if (version === 'go') return /^\tmod\t\S+\tv(\S+)/mu.exec(ask('go', ['version', '-m', file]))?.[1] ?? '';
  if (version === 'pip') {
    const script = `import importlib.metadata as m; print(m.version("${command.replace('_server', '')}"))`;
    return ask(pythonOf(file), ['-c', script]).trim();
  }
  const args = typeof version === 'string' ? ['--version'] : version;
  return /\d+\.\d+\S*/u.exec(ask(file, args))?.[0] ?? '';
}

// The Python of a virtual environment stands beside its commands.
/** @param {string} file */
function pythonOf(file) {
  const beside = join(dirname(realpathSync(file)), 'python3');
  return existsSync(beside) ? beside : 'python3';
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => done(port));
    });
  });
}

/** @param {number} port */
async function listens(port) {
  for (const end = performance.now() + START_MS; performance.now() < end; await sleep(100)) {
    const isOpen = await new Promise((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false));
      socket.setTimeout(1000, () => socket.destroy());
    });
    if (isOpen) return;
  }
  throw new Error('it does not listen');
}

/** @param {Server} server @param {string} file @param {string} work */
async function trial(server, file, work) {
  const port = await freePort();
  const dir = join(work, 'data');
  mkdirSync(dir, { recursive: true });
  const { key, secret } = server.credentials ?? {
    key: 'AKIDEXAMPLE',
    secret: 'not-a-real-secret-access-key',
  };
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: key,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
  const args = server.args({ port, dir, key, secret });
  const env = { ...process.env, ...server.env?.({ port, key, secret }) };
  const child = spawn(file, args, { env, cwd: work, stdio: 'ignore' });
  try {
    await listens(port);
    const config = resolveConfig({
      store: server.protocol === 's3' ? 's3://lazycred-tried/creds/' : 'dynamodb://lazycred-tried',
      key: `local:${join(work, 'key')}`,
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      timeout: 60,
    });
    return await outcomes({ open: () => openStore(config), setUp: () => setUp(config) });
  } finally {
    child.kill();
    await new Promise((done) => (child.exitCode ?? child.signalCode) !== null || child.once('exit', done));
  }
}

/** @param {import('./servers/tries.js').Place} place */
async function outcomes(place) {
  const cells = [await outcome(async () => lacking(await place.setUp()))];
  const store = await place.open();
  for (const [, run] of TRIES) cells.push(await outcome(() => run(store, place)));
  await store.close();
  return cells;
}

/** @param {import('../dist/src/index.js').SetupReport} report */
function lacking({ steps }) {
  const lacks = steps.flatMap(({ detail }) => /this server does not offer .*/u.exec(detail) ?? []);
  return ['yes', ...lacks].join('; says: ');
}

/** @param {() => Promise<string>} run */
async function outcome(run) {
  try {
    return await run();
  } catch (e) {
    const { message, code } = /** @type {{ message: string, code?: string }} */ (e);
    return isLazycredError(e) ? `${code}: ${message}` : `no: ${message}`;
  }
}

/** @param {readonly (readonly string[])[]} rows */
function table(rows) {
  const [head = []] = rows;
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.slice(1).map(line)].join('\n');
}

const notes = /** @type {string[]} */ ([]);
/** What is longer than a word or two stands below the table, once. @param {string} cell */
function short(cell) {
  const text = cell.replaceAll('|', '\\|');
  const [word = '', ...rest] = text.split(/(?:; says)?: /u);
  if (rest.length === 0) return text;
  const note = text.replace(/^yes; says: /u, '');
  if (!notes.includes(note)) notes.push(note);
  return `${word} (${notes.indexOf(note) + 1})`;
}

const rows = [['server', 'version', 'protocol', '`setup`', ...TRIES.map(([column]) => column)]];
for (const server of SERVERS) {
  const file = onPath(server.command);
  if (file === undefined || (server.isOpen === true && !process.argv.includes('--open'))) continue;
  const work = mkdtempSync(join(tmpdir(), 'lazycred-servers-'));
  process.stderr.write(`${server.name}, ${server.protocol}\n`);
  const cells = await trial(server, file, work).catch((/** @type {unknown} */ e) => [
    `not started: ${/** @type {Error} */ (e).message}`,
  ]);
  rows.push([server.name, versionOf(server, file), server.protocol, ...cells.map(short)]);
  rmSync(work, { recursive: true, force: true });
}
process.stdout.write(`${table(rows)}\n\n${notes.map((note, i) => `${i + 1}. ${note}`).join('\n')}\n`);
