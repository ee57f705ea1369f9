/** The manual page of the command, which the build makes from the same texts as its help: `dist/man/lazy.1`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What roff would otherwise make typographic: `lazy export '…'` must still run when it is copied. @type {Record<string, string>} */
const GLYPHS = { '~': '\\(ti', '^': '\\(ha', '`': '\\(ga', "'": '\\(aq' };

/**
 * Text as roff takes it for itself (groff_char(7)): ASCII alone, so that no reader has to know the encoding.
 *
 * @param {string} text
 */
function roff(text) {
  return text
    .replace(/\\/gu, '\\e')
    .replace(/-/gu, '\\-')
    .replace(
      /[^\n -~]/gu,
      (c) => `\\[u${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replace(/[~^`']/gu, (c) => GLYPHS[c] ?? c)
    .replace(/^\./gmu, '\\&.');
}

/** @param {string} text paragraphs, with an empty line between two */
function paragraphs(text) {
  return text.split('\n\n').flatMap((paragraph) => ['.PP', roff(paragraph.replaceAll('\n', ' '))]);
}

/**
 * @param {string} term
 * @param {string} meaning
 */
function entry(term, meaning) {
  return ['.TP', `\\fB${roff(term)}\\fR`, roff(meaning.replaceAll('\n', ' '))];
}

/** @param {import('../dist/src/cli/arguments/options.js').Option} option */
function option({ name, letter, takes, about }) {
  const names = `${letter === undefined ? '' : `-${letter}, `}--${name}`;
  return entry(takes === undefined ? names : `${names} ${takes}`, about);
}

/** @param {import('../dist/src/cli/command.js').Command} command */
function commandSection({ usage, about, options, examples }) {
  return [
    `.SS "lazy ${roff(usage)}"`,
    ...paragraphs(about),
    ...options.flatMap(option),
    ...examples.flatMap(([line, why]) => entry(`$ ${line}`, why)),
  ];
}

/**
 * @param {import('../dist/src/cli/topics/topic.js').Topic['blocks'][number]} block
 * @returns {string[]}
 */
function topicBlock(block) {
  return typeof block === 'string' ? paragraphs(block) : block.flatMap((term) => entry(...term));
}

/**
 * Writes `<dist>/man/lazy.1` from what tsc wrote to `<dist>/src/cli`.
 *
 * @param {string} dist
 */
export async function writeManual(dist) {
  /**
   * @template T
   * @param {string} file
   * @returns {Promise<T>}
   */
  const load = async (file) => import(pathToFileURL(join(dist, 'src/cli', file)).href);
  /** @type {typeof import('../dist/src/cli/commands.js')} */
  const { COMMANDS } = await load('commands.js');
  /** @type {typeof import('../dist/src/cli/ancestors.js')} */
  const { ANCESTORS } = await load('ancestors.js');
  /** @type {typeof import('../dist/src/cli/arguments/options.js')} */
  const { COMMON_OPTIONS } = await load('arguments/options.js');
  /** @type {typeof import('../dist/src/cli/topics/topics.js')} */
  const { TOPICS } = await load('topics/topics.js');

  const lines = [...HEAD];
  for (const entryOf of COMMANDS.values()) lines.push(...commandSection((await entryOf.load()).command));
  lines.push('.SH "COMMAND LINES OF OTHER TOOLS"');
  for (const [name, { summary }] of ANCESTORS) lines.push(...entry(`lazy ${name} …`, summary));
  lines.push('.SH "OPTIONS OF EVERY COMMAND"', ...COMMON_OPTIONS.flatMap(option));
  for (const [name, { blocks }] of TOPICS) {
    lines.push(`.SH "${roff(name.toUpperCase())}"`, ...blocks.flatMap(topicBlock));
  }
  mkdirSync(join(dist, 'man'), { recursive: true });
  writeFileSync(join(dist, 'man/lazy.1'), `${lines.join('\n')}\n`);
}

/** What stands above the commands. */
const HEAD = [
  '.\\" Made by tools/man.js from the texts of the command\'s help.',
  '.TH LAZY 1 "" "lazycred" "User Commands"',
  '.SH NAME',
  'lazy \\- keep secrets in S3, DynamoDB or local files',
  '.SH SYNOPSIS',
  '\\fBlazy\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]',
  '.SH DESCRIPTION',
  ...paragraphs(`Keeps secrets where you keep other things: in S3, DynamoDB or local files, encrypted before they leave
this machine, under a key of AWS KMS or your own.`),
  '.SH COMMANDS',
];
