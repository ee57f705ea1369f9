import type { ArgparseGrammar, ArgparseOperand, ArgparseOption } from '../python/argparse/grammar.js';

/** CredStash's actions. */
export type ActionName = 'delete' | 'get' | 'getall' | 'keys' | 'list' | 'put' | 'putall' | 'setup';

/** The options of the whole program; the first release took them behind the action, too. */
export const PROGRAM_OPTIONS: readonly ArgparseOption[] = [
  {
    name: 'region',
    letter: 'r',
    takes: 'REGION',
    about: "of table and key (AWS_DEFAULT_REGION, the profile's, us-east-1)",
  },
  { name: 'kms-region', takes: 'REGION', about: "of the key (~/.credstash, the table's)" },
  {
    name: 'table',
    letter: 't',
    takes: 'TABLE',
    about: 'the table (CREDSTASH_DEFAULT_TABLE, credential-store)',
  },
  { name: 'log-level', takes: 'LEVEL', about: 'no effect: no log is written' },
  { name: 'log-file', takes: 'FILE', about: 'no effect: no log is written' },
  { name: 'profile', letter: 'p', takes: 'PROFILE', about: 'profile in the AWS configuration files' },
  { name: 'arn', letter: 'n', takes: 'ARN', about: 'role to assume' },
];

/** Of the program's options, those that exclude each other. */
export const EXCLUSIVE = ['profile', 'arn'] as const;

const NAME: ArgparseOperand = { name: 'credential', count: 'one' };
const CONTEXT: ArgparseOperand = { name: 'context', count: 'any', refuse: refuseOtherThanPair };

const FORMAT: ArgparseOption = {
  name: 'format',
  letter: 'f',
  takes: 'FORMAT',
  about: 'of what is printed (json)',
  choices: ['json', 'csv', 'dotenv', 'yaml'],
};
const VERSION_TO_GET: ArgparseOption = {
  name: 'version',
  letter: 'v',
  takes: 'VERSION',
  about: 'this version instead of the newest: a number, or the stored text',
};

const WRITING: readonly ArgparseOption[] = [
  { name: 'key', letter: 'k', takes: 'KEY', about: 'alias, id or ARN of the KMS key (alias/credstash)' },
  { name: 'comment', letter: 'c', takes: 'TEXT', about: 'kept with it; not secret' },
  { name: 'version', letter: 'v', takes: 'VERSION', about: 'this version, which must be free' },
  { name: 'autoversion', letter: 'a', about: 'the version after the newest, whatever -v says' },
  {
    name: 'digest',
    letter: 'd',
    takes: 'DIGEST',
    about: 'hash of the HMAC (SHA256)',
    choices: ['SHA', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'MD5'],
  },
];

/** One action: what follows its name, and what it does. */
export interface ActionGrammar extends ArgparseGrammar {
  readonly about: string;
}

function action(
  about: string,
  operands: readonly ArgparseOperand[] = [],
  options: readonly ArgparseOption[] = [],
): ActionGrammar {
  return { about, operands, options, outer: PROGRAM_OPTIONS };
}

/** CredStash 1.17.1's actions, and `-i` of release 1.0. */
export const ACTIONS: Readonly<Record<ActionName, ActionGrammar>> = {
  delete: action('Deletes all versions of a credential, for good.', [NAME]),
  get: action(
    'Prints a credential; or, where its name holds "*", all that match, in a format.',
    [NAME, CONTEXT],
    [{ name: 'noline', letter: 'n', about: 'no line break after the value' }, VERSION_TO_GET, FORMAT],
  ),
  getall: action('Prints all credentials, in a format.', [CONTEXT], [VERSION_TO_GET, FORMAT]),
  keys: action('Lists the names.'),
  list: action('Lists the versions, with their comments.'),
  put: action(
    'Stores a value: VALUE, the text of a file (@FILE), or stdin (-). Version 1 without -v or -a.',
    [NAME, { name: 'value', count: 'optional' }, CONTEXT],
    [
      ...WRITING,
      { name: 'prompt', letter: 'P', about: 'ask for the value on the terminal, hidden' },
      { name: 'infile', letter: 'i', takes: 'FILE', about: 'the text of this file, as release 1.0 had it' },
    ],
  ),
  putall: action(
    'Stores all members of a JSON object: CREDENTIALS, @FILE or - (stdin). Version 0 without -v or -a.',
    [{ name: 'credentials', count: 'one' }, CONTEXT],
    WRITING,
  ),
  setup: action(
    'Makes the table.',
    [],
    [
      { name: 'save-kms-region', takes: 'REGION', about: 'keep it in ~/.credstash' },
      {
        name: 'tags',
        takes: 'KEY=VALUE …',
        about: 'on the table',
        many: true,
        refuse: refuseOtherThanPair,
      },
    ],
  ),
};

/** What stands before the action. */
export const PROGRAM: ArgparseGrammar = {
  options: PROGRAM_OPTIONS,
  operands: [{ name: 'action', count: 'command' }],
};

/** The pairs of words that have passed {@link refuseOtherThanPair}; of a name given twice, the last. */
export function pairsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const [name = '', value = ''] = word.split('=');
      return [name, value];
    }),
  );
}

function refuseOtherThanPair(word: string): string | undefined {
  const parts = word.split('=');
  return parts.length === 2 && !parts.includes('')
    ? undefined
    : 'each word of it is KEY=VALUE, with one "=", and neither side empty';
}
