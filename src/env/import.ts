/**
 * `import 'lazycred/env'`: what is imported after it finds its secrets in `process.env`.
 *
 * Not for CommonJS, where nothing can wait at the top of a file: that gets `ready.ts` alone.
 */
import { ready } from './ready.js';

await ready;

export { ready };
export type { FilledEnvironment } from '../references/fill.js';
