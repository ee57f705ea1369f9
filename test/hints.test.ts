/** Hints of the library: kept with their code wherever an error is copied, and in words for those who call it. */
import { describe, expect, test } from '@jest/globals';
import { serviceError } from '../src/aws/service-errors.js';
import { Problems } from '../src/config/problems.js';
import { LazycredError } from '../src/errors.js';
import { unfit } from '../src/text/unfit.js';
import { openStore } from '../src/connect.js';
import { lazyOptions } from './support/lazy-options.js';
import { sourceFiles } from './support/layers.js';
import { withoutComments } from './support/source-scan.js';

const advice = { code: 'check-key', setUpMakesIt: true } as const;
const hint = 'check key and region in the settings; setUp() makes what is missing';
const failure = new LazycredError('ERR_ACCESS', 'no', { name: 'db', location: 'here', hint: advice });

test('a code is advice, and a hint in words', () => {
  expect(failure).toMatchObject({ advice, hint });
  const plain = new LazycredError('ERR_ACCESS', 'no', { hint: 'ask' });
  expect([plain.hint, plain.advice]).toEqual(['ask', undefined]);
  const none = new LazycredError('ERR_ACCESS', 'no');
  expect([none.hint, none.advice]).toEqual([undefined, undefined]);
});

describe('the advice of a copy is that of the original:', () => {
  test('with()', () => {
    const copy = failure.with({ code: 'ERR_CONFIG', message: 'not here', cause: failure });
    expect(copy).toMatchObject({
      code: 'ERR_CONFIG',
      message: 'not here',
      secret: 'db',
      location: 'here',
      cause: failure,
      advice,
      hint,
    });
    expect(failure.with({ hint: 'ask' })).toMatchObject({ message: 'no', hint: 'ask', advice: undefined });
    expect(failure.with({ hint: undefined }).hint).toBeUndefined();
  });

  test('one secret, and many', async () => {
    const store = await openStore({ store: 'memory:' });
    const missing = { hint: 'store.list() gives the names that are there', advice: { code: 'list-names' } };
    await expect(store.get('a')).rejects.toMatchObject({ ...missing, secret: 'a' });
    await expect(store.getMany(['a', 'b'])).rejects.toMatchObject({
      ...missing,
      failures: [missing, missing],
    });
    await store.close();
  });

  test('a time limit that ended a request', () => {
    const late = new LazycredError('ERR_UNAVAILABLE', 'no answer within 1 s', {
      hint: { code: 'more-time' },
    });
    const call = { service: 'S3', action: 'read', location: 's3://b/', signal: AbortSignal.abort(late) };
    expect(serviceError(new Error('aborted'), call)).toMatchObject({
      code: 'ERR_UNAVAILABLE',
      location: 's3://b/',
      advice: { code: 'more-time' },
    });
  });

  test('problems of the configuration', () => {
    const problems = new Problems();
    problems.collect('key', () => unfit('no key', 'set key'));
    expect(problems.error()).toMatchObject({ hint: 'set key', advice: undefined });
    const coded = new Problems();
    coded.collect('key', () => unfit('no key', advice));
    coded.add('store', 'no store', 'set store');
    expect(coded.error()).toMatchObject({ hint, advice });
  });
});

// AWS's own command line has options of the same names: what follows `aws` or one of its options is its own.
const OF_AWS = /\baws [a-z0-9-]+ .*|--(?:key-id|stack-name|template-file|profile \$\{).*/gu;

test("outside of the command no text names one of lazy's commands or options", async () => {
  const options = (await lazyOptions()).map(({ name }) => `--${name}`);
  const named = sourceFiles()
    .filter(({ path }) => path !== 'cli' && !path.startsWith('cli/'))
    .flatMap(({ path, text }) =>
      withoutComments(text)
        .split('\n')
        // Another program's arguments are no text that anyone reads.
        .filter((line) => !/\bspawn(?:Sync)?\(/u.test(line))
        .filter((line) => namesCommand(line.replace(OF_AWS, ''), options))
        .map((line) => `${path}: ${line.trim()}`),
    );
  expect(named).toEqual([]);
});

function namesCommand(line: string, options: readonly string[]): boolean {
  if (/\blazy [a-z]|\bdoctor\b|on the command line/u.test(line)) return true;
  const words = line.match(/(?<![\w-])--?[a-z][\w-]*/gu) ?? [];
  // A letter is an option where a text ends or goes on behind it, and a minus sign in code otherwise.
  return words.some((word) => options.includes(word) || /^-[a-z]$/u.test(word));
}
