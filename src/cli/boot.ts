/**
 * The start of the `lazy` command: the one file that runs on every call, so it stays tiny.
 *
 * The build bundles it to `dist/bin/lazy.cjs`, and the rest of the command to chunks beside it:
 * CommonJS, since V8's cached code can be attached to scripts alone.
 */
import { basename } from 'node:path';

/** The program's version, put in by the build. */
declare const LAZYCRED_VERSION: string;

/** Names that the command may be linked under, put in by the build: the ancestors' commands, each with its own grammar. */
declare const LAZYCRED_ANCESTORS: readonly string[];

// Before anything else: without a listener, USR1 opens Node's inspector on a port of this machine, where any
// of its users reads what is in memory.
process.on('SIGUSR1', () => undefined);

const name = basename(process.argv[1] ?? '', '.cjs');
if (LAZYCRED_ANCESTORS.includes(name)) process.argv.splice(2, 0, name);
const [word = '', ...rest] = process.argv.slice(2);

// Loading all of the command only to print one constant would take longer than starting Node does.
if (word === '--version' && rest.length === 0) {
  process.stdout.write(`${LAZYCRED_VERSION}\n`);
} else {
  void import('./boot/chunks.js').then(({ startChunks }) => {
    startChunks(import.meta.dirname, './main.cjs', word);
  });
}
