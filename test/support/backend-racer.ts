import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from '../../src/backend.js';
import { LocalBackend } from '../../src/backends/local.js';
import { isLazycredError } from '../../src/errors.js';
import { parseName } from '../../src/record/names.js';
import type { Racer } from './race.js';

/** Where to race. */
export interface RacerOptions {
  readonly dir: string;
}

export function openBackend({ dir }: RacerOptions): Backend {
  return new LocalBackend({ dir });
}

/** Writes with the bare backend: the number after the newest, again on ERR_CONFLICT. */
export function racer(options: RacerOptions): Racer {
  const backend = openBackend(options);
  return {
    async write(text, value) {
      const name = parseName(text);
      for (;;) {
        const newest = await backend.get(name);
        const version = String(((await backend.numberBefore(name, newest)) ?? 0) + 1);
        const header = JSON.stringify({ version });
        try {
          await backend.create({ name, version, fields: { lazycred: '1', header, data: value } }, newest);
          return version;
        } catch (e) {
          if (!isLazycredError(e, 'ERR_CONFLICT')) throw e;
          // About as long as all the others take for one write each: sooner only costs requests.
          await sleep(Math.random() * 300);
        }
      }
    },
    close: () => backend.close(),
  };
}
