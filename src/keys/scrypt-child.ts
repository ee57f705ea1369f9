import { spawn } from 'node:child_process';
import { env, execPath } from 'node:process';

/** scrypt's parameters as Node takes them. */
export interface ScryptWork {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly maxmem: number;
  readonly salt: Uint8Array;
  /** Length of the key, in bytes. */
  readonly bytes: number;
}

// What the child runs: the passphrase comes on stdin with its length in four bytes before it, the key goes to
// stdout. When stdin ends before, whoever wanted the key is gone, however that process ended.
const PROGRAM = `
const { scrypt } = require('node:crypto');
const { writeSync } = require('node:fs');
const [N, r, p, maxmem, bytes] = process.argv.slice(1, 6).map(Number);
const salt = Buffer.from(process.argv[6], 'hex');
let got = Buffer.alloc(0);
let begun = false;
process.stdin.on('data', (part) => {
  got = Buffer.concat([got, part]);
  if (begun || got.length < 4 || got.length < 4 + got.readUInt32BE()) return;
  begun = true;
  scrypt(got.subarray(4), salt, bytes, { N, r, p, maxmem }, (e, key) => {
    process.exitCode = e === null ? 0 : 1;
    if (e === null) writeSync(1, key);
    process.stdin.destroy();
  });
});
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));
`;

/**
 * Derives a key in a process of its own, which is killed when `signal` is aborted: within a process nothing
 * stops scrypt, neither the end of its thread nor that of the process, which waits for it.
 *
 * @throws what could not be started or ended without a key; the signal's reason
 */
export async function scryptInChild(
  passphrase: Uint8Array,
  { N, r, p, maxmem, salt, bytes }: ScryptWork,
  signal: AbortSignal,
): Promise<Buffer> {
  signal.throwIfAborted();
  const numbers = [N, r, p, maxmem, bytes].map(String);
  const child = spawn(execPath, ['-e', PROGRAM, ...numbers, Buffer.from(salt).toString('hex')], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // What is preloaded into this process is not meant for that one; and Electron is to be Node there.
    env: { ...env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' },
    windowsHide: true,
    signal,
    killSignal: 'SIGKILL',
  });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  // A child that ended early closes its stdin; its status tells why.
  child.stdin.on('error', () => undefined);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(passphrase.length);
  child.stdin.write(Buffer.concat([length, passphrase]));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.destroy();
  const key = Buffer.concat(parts);
  for (const part of parts) part.fill(0);
  if (status === 0 && key.length === bytes) return key;
  throw new Error(`scrypt ended with status ${status}`);
}
