import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

/** A call that is about to be made. */
export interface SystemCall {
  /** Its name and the file's: `link 0000000000000000001.json`. */
  readonly text: string;
  /** Whether it changes anything, on the disk or in what a power cut leaves of it. */
  readonly changes: boolean;
}

export type BeforeCall = (call: SystemCall) => Promise<void>;

/** The calls on paths that code under test makes; `link` and `rename` name what they make second. */
const ON_PATHS = [
  'mkdir',
  'open',
  'writeFile',
  'link',
  'rename',
  'rm',
  'unlink',
  'readdir',
  'lstat',
  'stat',
] as const;
const ON_HANDLES = ['writeFile', 'chmod', 'truncate', 'sync', 'read', 'stat', 'close'] as const;

const READING: ReadonlySet<string> = new Set(['readdir', 'lstat', 'stat', 'read', 'close']);

type AnyCall = (...args: unknown[]) => Promise<unknown>;

/**
 * Has every call of `node:fs/promises` in this process wait for `before`. Only in a process of its own:
 * what a file has imported of the module changes with it, and nothing changes it back.
 */
export function beforeSystemCalls(before: BeforeCall): void {
  const module = fs as unknown as Record<string, AnyCall>;
  for (const call of ON_PATHS) {
    const original = module[call] as AnyCall;
    module[call] = async (...args) => {
      const file = shown(call === 'link' || call === 'rename' ? args[1] : args[0]);
      const reads = READING.has(call) || (call === 'open' && args[1] !== 'wx');
      await before({ text: `${call} ${file}`, changes: !reads });
      const result = await original(...args);
      if (call === 'open') watchHandle(result as FileHandle, file, before);
      return result;
    };
  }
  syncBuiltinESMExports();
}

function watchHandle(handle: FileHandle, file: string, before: BeforeCall): void {
  const methods = handle as unknown as Record<string, AnyCall>;
  for (const call of ON_HANDLES) {
    const original = (methods[call] as AnyCall).bind(handle);
    methods[call] = async (...args) => {
      await before({ text: `${call} ${file}`, changes: !READING.has(call) });
      return original(...args);
    };
  }
}

/** What differs from run to run is left out. */
function shown(path: unknown): string {
  return basename(String(path)).replace(/[0-9a-f]{12,24}(?!\d*\.json)/u, '*');
}
