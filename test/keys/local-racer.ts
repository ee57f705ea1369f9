import { LocalKey, type LocalKeyOptions } from '../../src/keys/local.js';
import type { Racer } from '../support/race.js';

/** In a process of its own: each write wraps a new data key, and gives the wrapped key as its "version". */
export function racer(options: LocalKeyOptions): Racer {
  const key = new LocalKey(options);
  return {
    write: async () => JSON.stringify((await key.generate({ a: 'b' })).wrapped),
    close: () => key.close(),
  };
}
