import type { ConfigInput } from '../../index.js';

/** Text that YAML reads as this very text without quotes: a location, a key, a region, a path; never a number. */
const PLAIN = /^(?:[a-z][a-z0-9-]*:|\.{0,2}\/|[a-z]{2,}-)(?:[A-Za-z0-9_./:-]*[A-Za-z0-9_./-])$/u;

const HEAD = `# Settings of lazycred: lazy config shows what is in force, lazy help configuration what there is.
`;

/** The text of a config file with these settings, in their order. */
export function configText(input: ConfigInput): string {
  const lines = Object.entries(input).flatMap(([key, value]: [string, unknown]) => {
    if (value === undefined) return [];
    if (Array.isArray(value)) {
      const [first = '', ...more] = value.map((one) => scalar(String(one)));
      return [`${key}: ${more.length === 0 ? first : `[${[first, ...more].join(', ')}]`}`];
    }
    if (typeof value === 'string') return [`${key}: ${scalar(value)}`];
    const pairs = Object.entries(value as Record<string, string>);
    return [`${key}:`, ...pairs.map(([name, text]) => `  ${JSON.stringify(name)}: ${JSON.stringify(text)}`)];
  });
  return `${HEAD}${lines.join('\n')}\n`;
}

// JSON's strings are YAML's, too (YAML 1.2.2, 7.3.1).
function scalar(text: string): string {
  return PLAIN.test(text) ? text : JSON.stringify(text);
}
