import { loadConfig } from '../config.js';
import { openStore } from '../connect.js';
import { isLazycredError, LazycredError } from '../errors.js';
import { fillEnvironment, type FilledEnvironment, type FillOptions } from '../references/fill.js';
import { quote } from '../text/printable.js';

export type { FilledEnvironment } from '../references/fill.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The secrets below these prefixes, between commas. */
const PREFIX = 'LAZYCRED_ENV_PREFIX';
/** `true`: they replace what is set already. */
const OVERRIDE = 'LAZYCRED_ENV_OVERRIDE';
/** `warn`: what fails is a warning, and nothing is filled. */
const ON_FAILURE = 'LAZYCRED_ENV_ON_FAILURE';

/**
 * Fulfilled when `process.env` holds its secrets, with the names of variables; rejected when it can't, with nothing
 * changed. `import 'lazycred/env'` waits for it by itself; CommonJS does so by `await require('lazycred/env').ready`.
 *
 * Filled are the variables that `LAZYCRED_RESOLVE` or the setting `resolve` names and that hold a reference, and one
 * for each secret below the prefixes of `LAZYCRED_ENV_PREFIX`. See {@link fillEnvironment}.
 *
 * @throws ERR_USAGE where nothing says what to fill it with; ERR_CONFIG; what `fillEnvironment` throws
 */
export const ready: Promise<FilledEnvironment> = fill(process.env);

async function fill(env: NodeJS.ProcessEnv): Promise<FilledEnvironment> {
  const isLenient = choiceOf(env, ON_FAILURE, ['throw', 'warn']) === 'warn';
  const override = choiceOf(env, OVERRIDE, ['false', 'true']) === 'true';
  try {
    const result = await fillFrom(env, { prefixes: listOf(env[PREFIX]), override });
    if (result.unresolved.length > 0) {
      const names = result.unresolved.join(', ');
      warn(`${names} holds a reference and stays as it is: name it in LAZYCRED_RESOLVE`);
    }
    return result;
  } catch (e) {
    if (!isLazycredError(e)) throw e;
    const failure = e.with({ message: `cannot fill the environment: ${e.message}` });
    if (!isLenient) throw failure;
    warn(failure.message);
    return { filled: [], kept: [], unresolved: [] };
  }
}

async function fillFrom(env: NodeJS.ProcessEnv, o: FillOptions): Promise<FilledEnvironment> {
  const loaded = await loadConfig({ cwd: process.cwd(), env });
  const { resolve = [] } = loaded.settings;
  if (resolve.length === 0 && o.prefixes?.length === 0) {
    throw new LazycredError('ERR_USAGE', 'nothing says which secrets it gets', {
      hint: `set LAZYCRED_RESOLVE, the setting resolve, or ${PREFIX}`,
    });
  }
  const passphrase = env['LAZYCRED_PASSPHRASE'];
  const store = await openStore(
    loaded,
    passphrase === undefined ? {} : { passphrase: () => Promise.resolve(passphrase) },
  );
  try {
    return await fillEnvironment(store, env, { ...o, resolve });
  } finally {
    await store.close();
  }
}

function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The first of the choices where the variable is empty or not set. */
function choiceOf(env: Env, variable: string, choices: readonly [string, string]): string {
  const text = env[variable] ?? '';
  if (text === '') return choices[0];
  if (choices.includes(text)) return text;
  throw new LazycredError('ERR_USAGE', `${variable} is ${quote(text)}, not ${choices.join(' or ')}`);
}

function warn(text: string): void {
  process.emitWarning(text, { code: 'LAZYCRED_ENV' });
}
