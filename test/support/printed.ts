import { afterAll, afterEach } from '@jest/globals';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { format } from 'node:util';

// Jest runs this before each test file (`setupFilesAfterEnv`): whatever the file prints, through the
// console, the process's streams, or the descriptors themselves as a logger does, is searched for
// the secrets that it registered.
let printed: string[] = [];

// Not imported, nor is what imports it until the taps are in: Jest keeps a core module's named
// exports as they were at its first import.
const fs = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');

function check(): void {
  const text = printed.join('');
  printed = [];
  assertNoSecretIn(text, 'what this test printed');
}

/** Makes `target[method]` note what it is about to print. */
function tap<Name extends string>(
  target: { [name in Name]: (...args: never[]) => unknown },
  name: Name,
  text: (args: readonly unknown[]) => string,
): () => void {
  const original = target[name];
  const tapped = function (this: unknown, ...args: never[]): unknown {
    printed.push(text(args));
    return Reflect.apply(original, this, args);
  };
  target[name] = tapped;
  return () => {
    target[name] = original;
  };
}

const toStream = ([chunk]: readonly unknown[]): string =>
  typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString('latin1');

const toDescriptor = ([fd, chunk]: readonly unknown[]): string =>
  fd === 1 || fd === 2 ? toStream([chunk]) : '';

const restore = [
  ...(['debug', 'error', 'info', 'log', 'trace', 'warn'] as const).map((method) =>
    tap(console, method, (args) => `${format(...args)}\n`),
  ),
  tap(process.stdout, 'write', toStream),
  tap(process.stderr, 'write', toStream),
  tap(fs, 'write', toDescriptor),
  tap(fs, 'writeSync', toDescriptor),
];
syncBuiltinESMExports();
const { assertNoSecretIn } = await import('../canary.js');

afterEach(check);
afterAll(() => {
  for (const undo of restore) undo();
  syncBuiltinESMExports();
  check();
});
