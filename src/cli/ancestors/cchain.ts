import { cloudchainName } from '../../record/cloudchain-names.js';
import { loadConfig } from '../../config.js';
import { openStore } from '../../connect.js';
import type { Store } from '../../index.js';
import { refuseReplaced } from '../arguments/parse.js';
import { endAsPython } from './end-as-python.js';
import type { FrontEnd, Surrounding } from './front-end.js';
import { CCHAIN_HINTS } from './cchain/hints.js';
import { withHintsIn } from './hints.js';
import { askMfaCode } from '../io/mfa-code.js';
import { caution } from '../io/caution.js';
import { writeError, writeOut } from '../io/streams.js';
import { argparseUsage, type ArgparseGrammar } from './python/argparse/grammar.js';
import { parseArgparse } from './python/argparse.js';
import { botoProfile } from './python/boto-profile.js';

/** cloudchain 0.1.7's command line. */
export const GRAMMAR: ArgparseGrammar = {
  options: [
    { name: 'user', letter: 'u', takes: 'USER', about: 'user name' },
    { name: 'service', letter: 'e', takes: 'SERVICE', about: 'service or application' },
    { name: 'save', letter: 's', takes: 'SECRET', about: 'save this secret' },
    { name: 'read', letter: 'r', about: 'print the secret' },
  ],
  operands: [],
};

const HELP = `usage: cchain [-h] [-u USER] [-e SERVICE] (-s SECRET | -r)

Saves or prints a secret in the table that ~/.cchainrc names.

options:
  -h, --help             show this
  -u, --user USER        user name
  -e, --service SERVICE  service or application
  -s, --save SECRET      save the secret (every user of this machine can see it while
                         this runs: lazy put SERVICE/USER reads it from stdin)
  -r, --read             print the secret
`;

type Values = ReadonlyMap<string, readonly string[]>;

/** Runs cloudchain's command line. */
export const frontEnd: FrontEnd = {
  run: (args, around) =>
    endAsPython(
      () => read(args),
      (values) => withHintsIn(CCHAIN_HINTS, () => act(values, around)),
    ),
};

/** What the options say; undefined where the help is asked for. */
function read(args: readonly string[]): Values | undefined {
  const { values, wantsHelp, surplus } = parseArgparse(args, GRAMMAR);
  if (wantsHelp) return undefined;
  if (surplus > 0) throw argparseUsage('an argument is too many, or an unknown option');
  if (!values.has('save') && !values.has('read')) throw argparseUsage('--save or --read is missing');
  if (values.has('save') && values.has('read')) throw argparseUsage('--save and --read exclude each other');
  for (const word of [...values.values()].flat()) refuseReplaced(word);
  return values;
}

async function act(values: Values | undefined, around: Surrounding): Promise<void> {
  if (values === undefined) return writeOut(HELP);
  const [secret] = values.get('save') ?? [];
  const name = nameOf(values);
  const store = await openTable(around);
  try {
    if (secret === undefined) await print(store, name, around.signal);
    else await save(store, name, secret, around.signal);
  } finally {
    await store.close();
  }
}

function nameOf(values: Values): string {
  const given = (option: string): string => {
    const [value = ''] = values.get(option) ?? [];
    // The grammar lets the option be left out, but a row needs both names.
    if (value === '') throw argparseUsage(`--${option} is missing`);
    return value;
  };
  return cloudchainName(given('service'), given('user'));
}

async function openTable({ cwd, env, signal }: Surrounding): Promise<Store> {
  const inline = { profile: botoProfile(env) };
  const mfaCode = (serial: string): Promise<string> => askMfaCode(serial, signal);
  return openStore(await loadConfig({ cwd, env, inline, ancestor: 'cloudchain' }), { mfaCode });
}

async function print(store: Store, name: string, signal: AbortSignal): Promise<void> {
  const value = (await store.get(name, { signal })).bytes();
  await writeOut(Buffer.concat([value, Buffer.from('\n')]));
}

async function save(store: Store, name: string, secret: string, signal: AbortSignal): Promise<void> {
  await store.put(name, secret, { signal });
  caution('cloudchain', (line) => writeError(`${line}\n`));
  await writeOut('Secret saved!\n');
}
