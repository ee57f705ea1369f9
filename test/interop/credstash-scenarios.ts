import { canary } from '../canary.js';
import { fails, line, type Line } from './lines.js';

/** Lines that write, and lines that then read what the others wrote. */
export interface Scenario {
  readonly title: string;
  readonly writes: readonly Line[];
  readonly reads: readonly Line[];
}

const secret = canary();

/** What the lines find in their folder. */
export const FILES: Readonly<Record<string, string>> = {
  'value.txt': `${secret}\nsecond line, Grüße\n`,
  'all.json': '{"x.one": "1", "x.two": ""}',
};

/** CredStash's command line. Lines whose outcome differs on purpose are not among them. */
export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'versions and comments',
    writes: [
      line('setup'),
      line('put', 'db.password', secret),
      fails(1, 'put', 'db.password', 'again'),
      line('put', 'db.password', 'two', '-v', '2', '-c', 'Grüße aus Wien'),
      line('put', '-av9', 'db.password', 'three'),
      line('put', '-k', 'alias/other', 'db.password', 'twelve', '--vers=12'),
      line('put', 'db.password', 'thirteen', '--autoversion', '--comment=after 12'),
      line('put', 'api', 'release', '-v', 'rel-1'),
      fails(1, 'put', 'api', 'next', '-a'),
      line('put', 'api', 'kept as it is', '-v', 'longer than 19 characters'),
      line('put', 'long', 'v', '-v', '12345678901234567890'),
      line('put', 'long', 'w', '-a'),
      line('put', 'gone', 'v'),
      line('delete', 'gone'),
    ],
    reads: [
      line('list'),
      line('get', '-nv1', 'db.password'),
      line('get', 'db.password', '--version', '0000000000000000002'),
      line('get', 'db.password', '-v', '+3'),
      fails(1, 'get', 'db.password', '-v', '1_0'),
      line('get', 'api'),
      line('get', 'api', '-v', '00000000000000rel-1'),
      line('get', 'long', '-v', '12345678901234567891'),
    ],
  },
  {
    title: 'contexts, values and digests',
    writes: [
      line('setup', '--tags', 'team=ops', 'env=prod'),
      line('put', 'ctx', secret, 'env=prod', 'app=wéb'),
      line('put', '-a', 'ctx', 'second', 'app=wéb', 'env=dev', 'env=prod'),
      fails(2, 'put', 'ctx', 'v', '-c', 'comment', 'a=b'),
      line('put', 'empty', ''),
      { ...line('put', 'large', '-'), input: secret.padEnd(290_000, 'x') },
      { ...line('put', 'stdin', '-'), input: `${secret}\r\nCRLF, Grüße 🔑\n\n` },
      line('put', 'file', '@value.txt'),
      fails(2, 'put', 'file', '@missing.txt'),
      line('put', 'sha1', 'v', '-d', 'SHA'),
      line('put', '-d', 'SHA512', 'ünï cödé', '--', '-x y'),
      fails(2, 'put'),
    ],
    reads: [
      line('list'),
      line('get', 'ctx', 'env=prod', 'app=wéb'),
      line('get', '-v', '1', 'ctx', 'app=wéb', 'env=prod'),
      fails(1, 'get', 'ctx', 'env=prod'),
      line('get', 'empty'),
      line('get', 'large'),
      line('get', '-n', 'stdin'),
      line('get', 'file'),
      line('get', 'ünï cödé'),
      line('get', 's[a-h]a1*', '-f', 'csv'),
      fails(1, 'get', '*'),
    ],
  },
  {
    title: 'many at once',
    writes: [
      line('setup'),
      line('putall', JSON.stringify({ 'app.a': secret, 'app.b': 'two words', 'app-b': 'dash' })),
      line('putall', ' {"10": "a", "9": "1.5", "x/y//z": "null", "10": "the last one"}'),
      { ...line('putall', '-', '-a'), input: '{"app.b": "newest", "other": "ö"}' },
      line('putall', '@all.json', '-v', '7'),
      fails(1, 'putall', '["a"]'),
      line('put', 'quoted', 'va\'l "q", x'),
      line('delete', 'other'),
    ],
    reads: [
      line('list'),
      line('getall'),
      line('get', 'app.*'),
      line('get', '*b', '-f', 'yaml'),
      line('get', 'app.a|oth*'),
      { ...line('get', '[^x]*|ä', '-fcsv'), unordered: true },
      line('get', 'quo*', '--form', 'dotenv'),
      fails(1, 'get', '(app*'),
      line('get', 'x.o*', '-v', '7'),
      fails(1, 'get', 'app*', '-v', '7'),
    ],
  },
  {
    title: 'regions and profiles',
    writes: [
      line('-r', 'eu-west-1', 'setup'),
      line('-r', 'eu-west-1', '--kms-region', 'us-east-1', 'put', 'far', secret),
      fails(1, '-r', 'eu-west-1', 'put', 'near', 'v'),
      line('setup', '--save-kms-region', 'us-east-1'),
      line('put', 'near', 'here'),
      line('--region=eu-west-1', 'put', 'near', 'there'),
      line('-p', 'ops', 'put', 'far', 'by the profile', '-a'),
      fails(1, '-p', 'missing', 'list'),
    ],
    reads: [
      line('list'),
      line('get', 'near'),
      line('-p', 'ops', 'list'),
      line('--profile', 'ops', 'get', 'near'),
      line('-r', 'eu-west-1', 'get', 'far'),
      fails(1, '-r', 'eu-west-1', '--kms-region', 'eu-west-1', 'get', 'far'),
    ],
  },
];

/** What the profile of the lines says, in the configuration file of AWS's tools. */
export const AWS_CONFIG =
  '[profile ops]\nregion = eu-west-1\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = not-a-real-one\n';
