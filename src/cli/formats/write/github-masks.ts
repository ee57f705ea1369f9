import { linesToMask, SHORTEST_MASK } from '../mask-lines.js';

/** Commands that make GitHub's runner hide values in logs, and whose values are too short to be hidden. */
export interface GithubMasks {
  readonly commands: string;
  readonly tooShort: readonly string[];
}

/**
 * `::add-mask::` for each value, and for each of its lines, since the runner looks at a log line by line. In a command
 * `%`, CR and LF are escaped ("Workflow commands for GitHub Actions"; without it a command ends at the first line
 * break, and the rest of the value is printed).
 */
export function githubMasks(
  values: readonly { readonly name: string; readonly text: string }[],
): GithubMasks {
  const masked = new Set<string>();
  const tooShort: string[] = [];
  for (const { name, text } of values) {
    // The runner takes no blank mask.
    if (text.trim() === '' || text.length < SHORTEST_MASK) {
      if (text !== '') tooShort.push(name);
      continue;
    }
    for (const part of [text, ...linesToMask(text)]) masked.add(part);
  }
  return { commands: [...masked].map((text) => `::add-mask::${escaped(text)}\n`).join(''), tooShort };
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
