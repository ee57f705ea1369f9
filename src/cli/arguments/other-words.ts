/** Words of other tools that mean just what a command of ours does. */
const SAME: ReadonlyMap<string, string> = new Map([
  ['cat', 'get'],
  ['ls', 'list'],
  ['set', 'put'],
]);

/** The command that a word means. */
export function commandOf(word: string): string {
  return SAME.get(word) ?? word;
}

// The pipe stands apart from the removal: a get that fails must not lead to a delete.
const COPY = 'lazy get OLD | lazy put NEW copies the newest value';

/** Words of other tools for what is done otherwise here, or means one of several things, and the next step. */
const NEXT_STEPS: readonly (readonly [words: string, step: string])[] = [
  [
    'rm remove del unset',
    'lazy delete NAME, which lazy undelete NAME takes back; lazy destroy NAME removes its values for good',
  ],
  ['purge wipe erase shred', 'lazy destroy NAME removes all values for good, lazy prune NAME the old ones'],
  [
    'show view reveal print read describe',
    'lazy get NAME writes the value, lazy history NAME lists the versions',
  ],
  ['mv move rename', `${COPY}; once that is there, lazy delete OLD`],
  ['cp copy', COPY],
  [
    'add new create write store save insert update change',
    'lazy put NAME stores a value as the next version',
  ],
  ['gen random rotate', 'lazy generate NAME stores a random value as the next version'],
  ['versions log', 'lazy history NAME lists the versions'],
  [
    'revert restore undo',
    'lazy rollback NAME VERSION makes an older value the newest, lazy undelete NAME brings a deleted secret back',
  ],
  ['search grep', 'lazy find TEXT lists the names that contain a text'],
  ['dump backup getall env', 'lazy export writes many secrets in one format: json, dotenv, shell …'],
  ['template render fill', 'lazy inject -i TEMPLATE -o FILE fills a template with secrets'],
  ['run', 'lazy exec -p PREFIX -- CMD runs a program with secrets as variables'],
  ['load putall', 'lazy import FILE stores the secrets of a file'],
  [
    'login configure',
    'lazy init writes a .lazycredrc, lazy config shows the settings in force, lazy setup makes the bucket, table and key that they name',
  ],
  ['info status whoami settings', 'lazy config shows the settings in force, and where they are from'],
  ['version', 'lazy --version'],
];

/** What to do instead of a command that other tools have; undefined for any other word. */
export function nextStepOf(word: string): string | undefined {
  return NEXT_STEPS.find(([words]) => words.split(' ').includes(word))?.[1];
}
