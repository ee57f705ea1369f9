import { describe, expect, test } from '@jest/globals';
import { readCredstashArguments } from '../../../../src/cli/ancestors/credstash/arguments.js';
import { credstashHelp } from '../../../../src/cli/ancestors/credstash/help.js';
import { caught } from '../../../support/caught.js';

const NAMES = [
  ...[
    'region',
    'kms-region',
    'table',
    'profile',
    'arn',
    'credential',
    'value',
    'credentials',
    'noline',
    'version',
  ],
  ...['format', 'key', 'comment', 'autoversion', 'digest', 'prompt', 'infile', 'save-kms-region'],
];

/** What a line says: the action, each option and operand (a switch as true), the context, the tags. */
function read(line: string): object {
  const { action, wantsHelp, ...args } = readCredstashArguments(words(line));
  if (wantsHelp) return { help: action ?? 'all' };
  const values = NAMES.flatMap((name) => (args.has(name) ? [[name, args.text(name) ?? true]] : []));
  const pairs = (['context', 'tags'] as const).flatMap((name) =>
    Object.keys(args.pairs(name)).length === 0 ? [] : [[name, args.pairs(name)]],
  );
  return { action, ...(Object.fromEntries([...values, ...pairs]) as object) };
}

/** `''` is an empty word, `_` a blank within one. */
function words(line: string): string[] {
  return line.split(' ').flatMap((w) => (w === '' ? [] : [w === "''" ? '' : w.replaceAll('_', ' ')]));
}

// Each as Python 3.11's argparse reads it, with CredStash 1.17.1's own grammar.
test.each([
  ['', { action: undefined }],
  ['-t T', { action: undefined, table: 'T' }],
  ['-tT -reu get x', { action: 'get', region: 'eu', table: 'T', credential: 'x' }],
  ['--ta=T --reg eu keys', { action: 'keys', region: 'eu', table: 'T' }],
  ['-t A -t B list', { action: 'list', table: 'B' }],
  ['-n ARN get x -n', { action: 'get', arn: 'ARN', credential: 'x', noline: true }],
  ['get x -nv3', { action: 'get', credential: 'x', noline: true, version: '3' }],
  ['get x -v=3', { action: 'get', credential: 'x', version: '3' }],
  ['get x -v -3', { action: 'get', credential: 'x', version: '-3' }],
  ['get x --vers -1.5', { action: 'get', credential: 'x', version: '-1.5' }],
  ["get x -v ''", { action: 'get', credential: 'x', version: '' }],
  ['get x a=1 b=2 a=3 -fcsv', { action: 'get', credential: 'x', format: 'csv', context: { a: '3', b: '2' } }],
  ['getall -f yaml a=1', { action: 'getall', format: 'yaml', context: { a: '1' } }],
  ['getall a=1 -v 2', { action: 'getall', version: '2', context: { a: '1' } }],
  ['put x', { action: 'put', credential: 'x' }],
  ['put x -', { action: 'put', credential: 'x', value: '-' }],
  ['put x -5', { action: 'put', credential: 'x', value: '-5' }],
  ['put x -z_b', { action: 'put', credential: 'x', value: '-z b' }],
  ['put x -- -secret', { action: 'put', credential: 'x', value: '-secret' }],
  ['put x -- --', { action: 'put', credential: 'x', value: '--' }],
  ['put -- x v', { action: 'put', credential: 'x', value: 'v' }],
  ['put -aP x', { action: 'put', credential: 'x', autoversion: true, prompt: true }],
  ['put x v --auto -c_c', { action: 'put', credential: 'x', value: 'v', autoversion: true, comment: ' c' }],
  ['put x -i f', { action: 'put', credential: 'x', infile: 'f' }],
  [
    'put x v -d MD5 -k alias/y',
    { action: 'put', credential: 'x', value: 'v', digest: 'MD5', key: 'alias/y' },
  ],
  ['putall {} k=v --version=7', { action: 'putall', credentials: '{}', version: '7', context: { k: 'v' } }],
  [
    'setup --tags a=1 b=2 --save-kms eu',
    { action: 'setup', 'save-kms-region': 'eu', tags: { a: '1', b: '2' } },
  ],
  ['setup --tags', { action: 'setup' }],
  // Behind the action, as release 1.0 took them.
  ['get x -t T -r eu', { action: 'get', region: 'eu', table: 'T', credential: 'x' }],
  ['keys -n ARN', { action: 'keys', arn: 'ARN' }],
  ['put x v --pro', { action: 'put', credential: 'x', value: 'v', prompt: true }],
  ['get x --pro p', { action: 'get', credential: 'x', profile: 'p' }],
  // Help wins over what comes later and what is missing, not over what is wrong before it.
  ['-h get', { help: 'all' }],
  ['--he', { help: 'all' }],
  ['put -h', { help: 'put' }],
  ['-x get -h', { help: 'get' }],
  ['get x -h -v', { help: 'get' }],
])('%s', (line, expected) => {
  expect(read(line)).toEqual(expected);
});

describe('is refused', () => {
  test.each([
    ['frobnicate', 'unknown action'],
    ['get', 'CREDENTIAL is missing'],
    ['get -v', '--version needs a value'],
    ['get x -v -n', '--version needs a value'],
    ['get -n=1 x', '--noline takes no value'],
    ['get --noline=1 x', '--noline takes no value'],
    ['put x -a_b', '--autoversion takes no value'],
    ['get x -f xml', 'bad format: it is not one of json, csv, dotenv, yaml'],
    ['put x v -d sha256', 'bad digest: it is not one of SHA, SHA224, SHA256, SHA384, SHA512, MD5'],
    ['get x novalue', 'bad context: each word of it is KEY=VALUE'],
    ['get x k=', 'bad context: each word of it is KEY=VALUE'],
    ['get x =v', 'bad context: each word of it is KEY=VALUE'],
    ['get x a=b=c', 'bad context: each word of it is KEY=VALUE'],
    ['setup --tags a', 'bad tags: each word of it is KEY=VALUE'],
    ['put x -secret', 'an argument too many, or an unknown option'],
    ['get x -n a=1', 'an argument too many, or an unknown option'],
    ['put x -c c v a=1', '2 arguments too many, or an unknown option'],
    ['keys x', 'an argument too many, or an unknown option'],
    ['--log x keys', '--log may be --log-level or --log-file'],
    ['-p a -n b keys', '--profile and --arn exclude each other'],
    ['-p a keys -n b', '--profile and --arn exclude each other'],
    ['-- get x', 'unknown action'],
    ['get \ufffd', 'an argument is not UTF-8, or holds U+FFFD'],
  ])('%s', async (line, message) => {
    const error = await caught(
      Promise.resolve().then(() => read(line)),
      'ERR_USAGE',
    );
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('secret');
    // An option of lazy's own commands.
    expect(error.hint ?? '').not.toContain('--file');
  });
});

test('the help fits a terminal, and names every option', () => {
  const all = (['delete', 'get', 'getall', 'keys', 'list', 'put', 'putall', 'setup'] as const).map(
    credstashHelp,
  );
  const text = [credstashHelp(), ...all].join('');
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  for (const name of NAMES.filter((n) => !['credential', 'credentials', 'value'].includes(n))) {
    expect(text).toContain(`--${name}`);
  }
  expect(credstashHelp('put')).toContain('usage: credstash put [-h] [-k KEY]');
  expect(credstashHelp('put')).toContain('CREDENTIAL [VALUE] [KEY=VALUE …]');
});
