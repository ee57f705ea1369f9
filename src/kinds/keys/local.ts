import type { KeyKind } from '../kind.js';
import { keyFilePart, parseKeyFile } from './files.js';

/** A key in a file. */
export interface LocalSpec {
  readonly kind: 'local';
  readonly file: string;
  readonly label?: string;
}

/** A key in a file of this machine. */
export const local: KeyKind<LocalSpec> = {
  kind: 'local',
  forms: ['local:'],
  isRemote: false,
  isAsked: false,
  parse(text, base) {
    const found = parseKeyFile(text, 'local', 'local.key', base);
    if (found === undefined) return undefined;
    const { path, ...label } = found;
    return { kind: 'local', file: path, ...label };
  },
  hintFor: () => undefined,
  show: ({ file }) => `local:${file}`,
  opener: () => ({
    async open({ file, label }) {
      const { LocalKey } = await import('../../keys/local.js');
      return new LocalKey({ file, label });
    },
  }),
  setUp: ({ file }) =>
    Promise.resolve(keyFilePart('local key', file, 'keep a copy: without it the store is lost')),
  awsParts: () => undefined,
};
