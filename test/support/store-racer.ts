import { openStore, type ConfigInput } from '../../src/index.js';
import type { Racer } from './race.js';

/** Writes through the library as its users do, waiting as long as it takes. */
export async function racer(config: ConfigInput): Promise<Racer> {
  const store = await openStore(config);
  return {
    write: async (name, text) => (await store.put(name, text)).version,
    close: () => store.close(),
  };
}
