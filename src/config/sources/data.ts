import { basename, extname } from 'node:path';
import { printable } from '../../text/printable.js';
import { unfit } from '../../text/unfit.js';

/** LazyCred's own file: JSON, to which its users are used to leave a comma at the end. */
export const LAZYCRED_FILE = '.lazycred';
/** Read for its `lazycred` member. */
export const PACKAGE_FILE = 'package.json';

const PROGRAMS = new Set(['.js', '.cjs', '.mjs', '.ts', '.cts', '.mts']);

/**
 * What a config file's text says, as plain data: JSON by its name (`.json`, `.lazycred`), else YAML,
 * which JSON is, too. An empty file is an empty map. Nothing is ever executed or imported.
 *
 * @throws ERR_CONFIG with what is wrong and its line, never with the text around it
 */
export async function parseData(file: string, text: string): Promise<unknown> {
  const name = basename(file);
  const extension = extname(name).toLowerCase();
  if (PROGRAMS.has(extension)) return unfit('programs are not run: write the settings as YAML or JSON');
  if (text.trim() === '') return {};
  if (name === LAZYCRED_FILE) return parseJson(withoutLastCommas(text));
  if (extension === '.json') return parseJson(text);
  return await parseYaml(file, text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (e) {
    if (!(e instanceof Error)) throw e;
    // V8's message quotes the text, but for "… at position N".
    const position = /at position ([0-9]+)/u.exec(e.message)?.[1];
    return unfit(`is not valid JSON${position === undefined ? '' : atPosition(text, Number(position))}`);
  }
}

/**
 * Blanks a comma before a closing bracket, outside of strings, so that positions stay. One pass, character by
 * character: an expression begins anew at each quote of a string that is never closed.
 */
function withoutLastCommas(text: string): string {
  const parts: string[] = [];
  let from = 0;
  let comma = -1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '"') i = endOfString(text, i);
    if (comma >= 0 && (c === '}' || c === ']')) {
      parts.push(text.slice(from, comma), ' ');
      from = comma + 1;
    }
    if (c === ',') comma = i;
    else if (!/\s/u.test(c)) comma = -1;
  }
  return [...parts, text.slice(from)].join('');
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
}

function atPosition(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`;
}

async function parseYaml(file: string, text: string): Promise<unknown> {
  // Loaded only now: most runs that find a file pay for it, the others don't.
  const { loadYaml } = await import('cosmiconfig/dist/loaders.js');
  try {
    const value: unknown = loadYaml(file, text);
    return value ?? {};
  } catch (e) {
    if (!(e instanceof Error)) throw e;
    // js-yaml's message quotes the text; its `reason` and `mark` don't.
    const { reason, mark } = e as { reason?: unknown; mark?: { line?: unknown; column?: unknown } | null };
    const why = typeof reason === 'string' ? `: ${printable(reason.slice(0, 200))}` : '';
    const at =
      typeof mark?.line === 'number' && typeof mark.column === 'number'
        ? ` (line ${mark.line + 1}, column ${mark.column + 1})`
        : '';
    const bare = /[:-] +([a-z0-9]+:) *(?:#.*)?$/mu.exec(text)?.[1];
    return unfit(`is not valid YAML${why}${at}`, bare === undefined ? undefined : `put "${bare}" in quotes`);
  }
}
