/**
 * The start of the `lazy` command: the one file that runs on every call, so it stays tiny.
 *
 * The build bundles it to `dist/bin/lazy.cjs`, and the rest of the command to chunks beside it:
 * CommonJS, since V8's cached code can be attached to scripts alone.
 */
import { basename } from 'node:path';

/** The program's version, put in by the build. */
declare const LAZYCRED_VERSION: string;

/** Names that the command may be linked under; each starts a front end with a `--version` of its own. */
const FRONT_ENDS: readonly string[] = ['credstash', 'cchain', 'lazycred'];

const [, script = '', ...args] = process.argv;

// Loading all of the command only to print one constant would take longer than starting Node does.
if (args.length === 1 && args[0] === '--version' && !FRONT_ENDS.includes(basename(script))) {
  process.stdout.write(`${LAZYCRED_VERSION}\n`);
} else {
  void import('./boot-chunks.js').then(({ startChunks }) => {
    startChunks(import.meta.dirname, './main.cjs', args[0] ?? '');
  });
}
