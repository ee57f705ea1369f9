/** Runs the command's chunks, each with V8's cached code where a sound one is at hand. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { openCodeCache, type CachedCode, type CodeCache } from './code-cache.js';

/** The commands, put in by the build; their places are the bits of {@link CachedCode.words}. */
declare const LAZYCRED_COMMANDS: readonly string[];

type Wrapper = (
  ...args: [
    exports: unknown,
    require: (id: string) => unknown,
    module: { exports: unknown },
    filename: string,
    dirname: string,
  ]
) => void;

interface LoadedChunk {
  readonly name: string;
  readonly source: Buffer;
  readonly script: Script;
  readonly cached: CachedCode | undefined;
}

/**
 * Evaluates the chunk `entry` of `folder` and what it requires in turn.
 *
 * When the process ends well, code that V8 compiled meanwhile is kept for the next run: for chunks that had
 * none, and for those that `word` (the command's name, the first argument) runs for the first time, since
 * V8 compiles a function only when it is first called and each command calls others.
 */
export function startChunks(folder: string, entry: string, word: string): void {
  // Not by files/current-user: that asks the database of users, and would load the library's errors into this file.
  const cache = openCodeCache(process.env, process.getuid?.());
  // Loads Node's own modules, and the chunks where there is no cache: they hold all of our dependencies.
  const native = createRequire(join(folder, 'lazy.cjs'));
  if (cache === undefined) {
    native(entry);
    return;
  }
  const wordBit = 1 << (LAZYCRED_COMMANDS.indexOf(word) + 1);
  const loaded: LoadedChunk[] = [];
  const modules = new Map<string, { exports: unknown }>();

  const requireChunk = (id: string): unknown => {
    if (!id.startsWith('./')) return native(id);
    const known = modules.get(id);
    if (known !== undefined) return known.exports;
    const module: { exports: unknown } = { exports: {} };
    modules.set(id, module);
    const filename = join(folder, id);
    const chunk = compile(cache, id.slice(2), filename);
    loaded.push(chunk);
    const wrapper = chunk.script.runInThisContext() as Wrapper;
    wrapper.call(module.exports, module.exports, requireChunk, module, filename, folder);
    return module.exports;
  };

  process.once('exit', (status) => {
    // A run that failed compiled too little to be worth keeping.
    if (status === 0) keep(cache, loaded, wordBit);
  });
  requireChunk(entry);
}

function compile(cache: CodeCache, name: string, filename: string): LoadedChunk {
  const source = readFileSync(filename);
  const cached = cache.read(name, source);
  // The build writes ASCII alone, which Latin-1 decodes fastest. No line break, so that line numbers hold.
  const text = `(function (exports, require, module, __filename, __dirname) {${source.toString('latin1')}\n})`;
  const script = new Script(text, {
    filename,
    ...(cached === undefined ? {} : { cachedData: cached.data }),
  });
  const refused = script.cachedDataRejected === true;
  return { name, source, script, cached: refused ? undefined : cached };
}

function keep(cache: CodeCache, loaded: readonly LoadedChunk[], wordBit: number): void {
  const missing = loaded.filter((chunk) => ((chunk.cached?.words ?? 0) & wordBit) === 0);
  for (const { name, source, script, cached } of missing) {
    cache.write(name, source, { words: (cached?.words ?? 0) | wordBit, data: script.createCachedData() });
  }
  if (missing.length > 0) cache.prune();
}
