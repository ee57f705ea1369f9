/** One import of a TypeScript file, or one re-export. */
export interface Import {
  readonly from: string;
  /** The names taken, as the other file calls them; empty for a namespace or a bare import. */
  readonly names: readonly string[];
  /** Types alone: gone after compilation. */
  readonly types: boolean;
  /** Through `import()`, while running. */
  readonly dynamic: boolean;
  /** A re-export. */
  readonly exported: boolean;
}

/**
 * The text without comments. A scanner, not a parser: strings, templates and regular expressions are passed
 * over well enough for code that prettier has formatted.
 */
export function withoutComments(text: string): string {
  const token = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replace(token, (found) => (found.startsWith('/') ? '' : found));
}

const STATIC =
  /^(import|export)\s+(type\s+)?(?:(\{[^}]*\}|\*(?:\s+as\s+\w+)?|[\w$]+(?:\s*,\s*\{[^}]*\})?)\s+from\s+)?'([^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'([^']+)'\s*\)/g;

/** Every import and re-export of a file, in order of kind. */
export function importsOf(source: string): Import[] {
  const text = withoutComments(source);
  const found: Import[] = [];
  for (const [, keyword, type, what = '', from = ''] of text.matchAll(STATIC)) {
    const inBraces = /\{([^}]*)\}/.exec(what)?.[1] ?? '';
    const parts = inBraces.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
    const allTypes =
      parts.length > 0 && what.startsWith('{') && parts.every((part) => part.startsWith('type '));
    found.push({
      from,
      names: parts.map((part) => part.replace(/^type /, '').split(' as ')[0] ?? ''),
      types: type !== undefined || allTypes,
      dynamic: false,
      exported: keyword === 'export',
    });
  }
  for (const [whole, from = ''] of text.matchAll(DYNAMIC)) {
    // A type position, as in `typeof import('x')`, is gone after compilation.
    const types = text.includes(`typeof ${whole}`);
    found.push({ from, names: [], types, dynamic: true, exported: false });
  }
  return found;
}

const DECLARATION =
  /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|function\*?|class|interface|type)\s+([\w$]+)/;

/** The exported declarations that no doc comment stands before. Of overloads, the first needs one. */
export function undocumented(source: string): string[] {
  const lines = source.split('\n');
  const documented = new Set<string>();
  const missing = new Set<string>();
  for (const [i, line] of lines.entries()) {
    const name = DECLARATION.exec(line)?.[1];
    if (name === undefined) continue;
    if (lines[i - 1]?.trimEnd().endsWith('*/') === true) documented.add(name);
    else missing.add(name);
  }
  return [...missing].filter((name) => !documented.has(name));
}
