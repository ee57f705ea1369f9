import { FORMATS } from '../../record.js';
import { COMMON_OPTIONS, type Given, type Option } from '../arguments/options.js';
import { commandOf } from '../arguments/other-words.js';
import type { Command } from '../command.js';
import { scanWords, type Scan } from './scan.js';

/** One word that may stand at the cursor, and what it does. */
export interface Choice {
  readonly word: string;
  readonly about?: string;
}

/** What may stand at the cursor. */
export interface Expected {
  /** Words that are known without a store. */
  readonly choices?: readonly Choice[];
  readonly files?: true;
  /** Names of secrets, or the folders that they lie in (`prod/`), or both. */
  readonly names?: { readonly of: readonly ('names' | 'folders')[]; readonly deleted: boolean };
  /** What of the word at the cursor stays in front: `--env=`, `VAR=`. */
  readonly keep: string;
  /** Whether a word that begins with a dash would be taken for an option here. */
  readonly dashMeansOption: boolean;
  /** The options before the cursor, which choose the store. */
  readonly given: Given;
}

/** What the command can do, by name. */
export interface Vocabulary {
  readonly commands: ReadonlyMap<
    string,
    { readonly summary: string; readonly load: () => Promise<{ readonly command: Command }> }
  >;
  readonly ancestors: ReadonlyMap<string, { readonly summary: string }>;
  /** What `lazy help` tells of beside commands. */
  readonly topics: ReadonlyMap<string, { readonly summary: string }>;
}

/**
 * What may stand at the cursor, behind the words `before` (without `lazy` itself), where `current` was begun.
 */
export async function expectedAt(
  before: readonly string[],
  current: string,
  vocabulary: Vocabulary,
): Promise<Expected> {
  const first = scanWords(before, COMMON_OPTIONS, true);
  const [word, ...rest] = first.operands;
  const base = { keep: '', dashMeansOption: true, given: first.given };
  if (word === undefined)
    return ofOption(first, COMMON_OPTIONS, current) ?? { ...base, choices: firstWords(vocabulary) };
  if (word === 'help') {
    if (rest.length > 0) return base;
    return { ...base, choices: [...firstWords(vocabulary), ...choicesFrom(vocabulary.topics)] };
  }
  const entry = vocabulary.commands.get(commandOf(word));
  if (entry === undefined) return base;
  const { command } = await entry.load();
  const options = [...COMMON_OPTIONS, ...command.options];
  const leading = before.slice(0, before.length - first.operands.length);
  const scan = scanWords([...leading, ...rest], options, command.endsAtOperand === true);
  return ofOption(scan, options, current) ?? ofOperand(scan, command);
}

function firstWords({ commands, ancestors }: Vocabulary): Choice[] {
  return [...choicesFrom(commands), ...choicesFrom(ancestors), { word: 'help', about: 'show help' }];
}

function choicesFrom(words: ReadonlyMap<string, { readonly summary: string }>): Choice[] {
  return [...words].map(([word, { summary }]) => ({ word, about: summary }));
}

/** An option or its value, where one is expected. */
function ofOption(scan: Scan, options: readonly Option[], current: string): Expected | undefined {
  const base = { given: scan.given, keep: '', dashMeansOption: false };
  if (scan.waiting !== undefined) return { ...base, ...ofValue(scan.waiting, current, '') };
  if (scan.isPastOptions || !current.startsWith('-')) return undefined;
  const [keep = '', name = ''] = /^--([^=]+)=/u.exec(current) ?? [];
  const option = options.find((o) => o.name === name);
  if (option !== undefined) return { ...base, ...ofValue(option, current.slice(keep.length), keep) };
  return { ...base, choices: options.map((o) => ({ word: `--${o.name}`, about: o.about })) };
}

/** The value of an option, of which `begun` stands behind `keep`. */
function ofValue(option: Option, begun: string, keep: string): Partial<Expected> & { readonly keep: string } {
  const { takes = '', choices } = option;
  if (choices !== undefined) return { keep, choices: choices.map((word) => ({ word })) };
  if (takes === 'FORMAT' && option.name === 'record-format') {
    return { keep, choices: FORMATS.map((word) => ({ word })) };
  }
  const [variable] = takes.endsWith('=SECRET') ? (/^[^=]*=/u.exec(begun) ?? []) : [];
  if (variable !== undefined) return { keep: keep + variable, names: { of: ['names'], deleted: false } };
  return { keep, ...ofWord(takes.endsWith('=SECRET') ? '' : takes, false) };
}

/** The next operand, by the command's usage: `put NAME [VALUE]`. */
function ofOperand({ operands, given, isPastOptions }: Scan, command: Command): Expected {
  const words = command.usage
    .split(' ')
    .slice(1)
    .filter((word) => word !== '[OPTIONS]' && word !== '--');
  const last = words.at(-1) ?? '';
  const word = words[operands.length] ?? (last.endsWith('…') ? last : '');
  const deleted = command.namesDeleted === true;
  return { keep: '', given, dashMeansOption: !isPastOptions, ...ofWord(word, deleted) };
}

/** What a word of a usage stands for. */
function ofWord(word: string, deleted: boolean): Partial<Expected> {
  const alternatives = word.replace(/[[\]…]/gu, '').split('|');
  const folders = alternatives.includes('PREFIX');
  // A prefix alone is a folder; one that may be a pattern, too, is the beginning of a name.
  if (folders && alternatives.length === 1) return { names: { of: ['folders'], deleted } };
  if (folders) return { names: { of: ['folders', 'names'], deleted } };
  if (alternatives.includes('NAME')) return { names: { of: ['names'], deleted } };
  if (alternatives.some((a) => ['FILE', 'CMD', 'ARG'].includes(a))) return { files: true };
  const literal = alternatives.filter((a) => /^[a-z][a-z-]*$/u.test(a));
  return { choices: literal.map((choice) => ({ word: choice })) };
}
