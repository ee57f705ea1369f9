import type { StoreKind } from '../kind.js';

/** The memory of this process. */
export interface MemoryLocation {
  readonly kind: 'memory';
}

const SPELLED = 'memory:';

/** A store for tests, gone with the process. */
export const memory: StoreKind<MemoryLocation> = {
  kind: 'memory',
  form: SPELLED,
  formats: ['native'],
  withoutKey: 'throw-away',
  parse: (text) => (text === SPELLED ? { kind: 'memory' } : undefined),
  show: () => SPELLED,
  async open() {
    const { MemoryBackend } = await import('../../backends/memory.js');
    return new MemoryBackend();
  },
  setUp() {
    const { kind } = memory;
    const step = { what: kind, action: 'none', detail: 'needs nothing', cost: '' } as const;
    return Promise.resolve({ run: () => Promise.resolve([step]), close: () => undefined });
  },
  awsParts: () => ({}),
};
