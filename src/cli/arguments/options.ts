import type { ConfigInput } from '../../config.js';
import { pairsOf } from './pairs.js';

/** One option of the command line, as data: what is read, checked and shown in the help. */
export interface Option {
  /** Without the two dashes. */
  readonly name: string;
  readonly letter?: string;
  /** What its value is called in the help; a switch without one. */
  readonly takes?: string;
  /** What it does, shown in the help. */
  readonly about: string;
  /** The heading that it stands under in the help. */
  readonly group: string;
  readonly choices?: readonly string[];
  /** May be given more than once. */
  readonly many?: boolean;
}

/** What a command line may hold, for one command. */
export interface Grammar {
  /** As in the help: `put NAME [VALUE]`. */
  readonly usage: string;
  /** Its own options, beside the common ones. */
  readonly options: readonly Option[];
  /** Options that exclude each other. */
  readonly conflicts?: readonly (readonly [string, string])[];
  /** Fewest and most operands. */
  readonly operands: readonly [number, number];
  /** The first operand ends the options: what follows is another program's command line. */
  readonly endsAtOperand?: boolean;
  /** NAME is that of a secret that was deleted. */
  readonly namesDeleted?: boolean;
}

/** The whole line of a command: `lazy get NAME… [OPTIONS]`, `lazy exec [OPTIONS] -- CMD [ARG]…`. */
export function usageLine({ usage, endsAtOperand }: Grammar): string {
  return endsAtOperand === true ? `lazy ${usage.replace(' ', ' [OPTIONS] -- ')}` : `lazy ${usage} [OPTIONS]`;
}

const STORE = 'Which store and key:';
const AWS = 'AWS:';
const OTHER = 'Other:';

/** The options that every command takes. */
export const COMMON_OPTIONS: readonly Option[] = [
  {
    name: 'store',
    letter: 's',
    takes: 'LOCATION',
    about: 's3://BUCKET/PREFIX/, dynamodb://TABLE, file:DIR, or a name from "stores"',
    group: STORE,
  },
  {
    name: 'key',
    takes: 'KEY,…',
    about: 'kms:alias/NAME, kms:ARN, local:[FILE] or passphrase:[FILE]; every one wraps the value’s key',
    group: STORE,
  },
  { name: 'decrypt-keys', takes: 'KEY,…', about: 'more keys that may open values', group: STORE },
  {
    name: 'record-format',
    takes: 'FORMAT',
    about: 'native, or lazycred, credstash, cloudchain for a store of theirs',
    group: STORE,
  },
  {
    name: 'accept',
    takes: 'FORMAT,…',
    about: 'formats to read beside the one written',
    group: STORE,
  },
  {
    name: 'context',
    takes: 'NAME=VALUE',
    about: 'encryption context; may be repeated',
    group: STORE,
    many: true,
  },
  {
    name: 'config',
    takes: 'FILE',
    about: 'read this config file and search for none ("none": no file)',
    group: STORE,
  },
  { name: 'region', takes: 'REGION', about: 'of the store, and of KMS unless it has its own', group: AWS },
  { name: 'kms-region', takes: 'REGION', about: 'of KMS', group: AWS },
  { name: 'profile', takes: 'NAME', about: 'profile in the AWS configuration files', group: AWS },
  { name: 'role', takes: 'ARN', about: 'role to assume', group: AWS },
  { name: 'endpoint', takes: 'URL', about: 'of an S3-compatible or local server', group: AWS },
  { name: 'kms-endpoint', takes: 'URL', about: 'of another server for KMS', group: AWS },
  {
    name: 'timeout',
    takes: 'TIME',
    about: 'for the answers of store and key: 500ms, 30s, 2m (30s)',
    group: OTHER,
  },
  {
    name: 'log-format',
    takes: 'FORMAT',
    about: 'of errors: text, json (json unless stderr is a terminal)',
    group: OTHER,
    choices: ['text', 'json'],
  },
  { name: 'verbose', about: 'show each request, its time and retries on stderr', group: OTHER },
  { name: 'quiet', letter: 'q', about: 'say nothing on stderr but errors', group: OTHER },
  { name: 'help', letter: 'h', about: 'show help', group: OTHER },
];

/** Of the common options, those that exclude each other. */
export const COMMON_CONFLICTS = [['quiet', 'verbose']] as const;

/** Which option sets which key of the configuration; lists are comma-separated. */
const CONFIG_KEYS = [
  ['store', 'store'],
  ['region', 'region'],
  ['kms-region', 'kmsRegion'],
  ['profile', 'profile'],
  ['role', 'role'],
  ['endpoint', 'endpoint'],
  ['kms-endpoint', 'kmsEndpoint'],
  ['timeout', 'timeout'],
  ['record-format', 'format'],
] as const;
const CONFIG_LISTS = [
  ['key', 'key'],
  ['decrypt-keys', 'decryptKeys'],
  ['accept', 'accept'],
] as const;

/** How messages about the configuration call its keys when they came from the command line. */
export const OPTION_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  [...CONFIG_KEYS, ...CONFIG_LISTS, ['context', 'context'], ['config', 'config']].map(([option, key]) => [
    key,
    `--${option}`,
  ]),
);

/** The options of one command line, read: which were given, and their values. */
export interface Given {
  /** The value; undefined when it wasn't given. */
  text(option: string): string | undefined;
  /** The values of an option that may be repeated. */
  all(option: string): readonly string[];
  has(option: string): boolean;
}

/**
 * The part of the configuration that stands on the command line, unchecked but for its shape.
 *
 * @throws ERR_USAGE for a context that is no pair
 */
export function inlineConfig(given: Given): ConfigInput {
  const input: Record<string, unknown> = {};
  for (const [option, key] of CONFIG_KEYS) input[key] = given.text(option);
  for (const [option, key] of CONFIG_LISTS)
    input[key] = given
      .text(option)
      ?.split(',')
      .map((t) => t.trim());
  if (given.has('context')) input['context'] = pairsOf('context', given.all('context'));
  return input;
}

/** What a command was called with. */
export interface CommandArguments extends Given {
  readonly operands: readonly string[];
}
