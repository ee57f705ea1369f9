import type { Logger } from 'pino';
import { loadConfig, type ConfigInput } from './config.js';
import { openStore } from './connect.js';
import { isLazycredError } from './errors.js';
import type { Store } from './store.js';

/** The part of a pino logger that is used. */
export type ErrorLogger = Pick<Logger, 'error'>;

/** Settings of the simple functions: a configuration inline, and where failures are logged. */
export interface SimpleConfig extends ConfigInput {
  /** Any pino logger; by default one that writes to stderr, synchronously. */
  readonly logger?: ErrorLogger | undefined;
}

let config: SimpleConfig = {};
let opened: Promise<Store> | undefined;
let stderrLogger: ErrorLogger | undefined;

/**
 * Sets the configuration of {@link get} and {@link put}, field by field above what a config file and
 * the environment say (read once, at the first use after this). LazyCred's own settings (`s3_path`,
 * `key_alias`, `region`) are understood.
 *
 * @example
 * setConfig({ store: 's3://acme/creds/', key: 'kms:alias/acme', logger });
 */
export function setConfig(settings: SimpleConfig): void {
  config = { ...settings };
  // What was opened is left to the calls that still use it: it holds idle sockets at most.
  opened = undefined;
}

/**
 * The newest value of a secret as text, or null on any failure, which is logged with its code, name
 * and location; never throws. For values that are not UTF-8, use `openStore` and `bytes()`.
 *
 * @example
 * const password = await get('db_password'); // null: the reason is in the log
 */
export async function get(name: string): Promise<string | null> {
  try {
    return (await (await store()).get(name)).text();
  } catch (e) {
    await log(e, 'get', name);
    return null;
  }
}

/**
 * Stores text (as UTF-8) or bytes as the next version of a secret; true when it is stored, false on
 * any failure, which is logged; never throws.
 *
 * @example
 * if (!(await put('db_password', password))) throw new Error('not stored');
 */
export async function put(name: string, value: string | Uint8Array): Promise<boolean> {
  try {
    await (await store()).put(name, value);
    return true;
  } catch (e) {
    await log(e, 'put', name);
    return false;
  }
}

function store(): Promise<Store> {
  opened ??= open(config);
  const current = opened;
  // A configuration that couldn't be read is read again at the next call.
  current.catch(() => {
    if (opened === current) opened = undefined;
  });
  return current;
}

async function open({ logger: _, ...inline }: SimpleConfig): Promise<Store> {
  const loaded = await loadConfig({ cwd: process.cwd(), env: process.env, inline });
  const passphrase = process.env['LAZYCRED_PASSPHRASE'];
  return openStore(loaded, passphrase === undefined ? {} : { passphrase: () => Promise.resolve(passphrase) });
}

async function log(e: unknown, action: string, name: string): Promise<void> {
  const logger = config.logger ?? (await defaultLogger());
  if (isLazycredError(e)) {
    const { code, location, hint } = e;
    logger.error({ code, name, location, hint }, `cannot ${action} "${name}": ${e.message}`);
  } else {
    logger.error({ err: e, name }, `cannot ${action} "${name}"`);
  }
}

async function defaultLogger(): Promise<ErrorLogger> {
  if (stderrLogger === undefined) {
    // Loaded only to report a failure. Synchronous, so that an exit right after loses no line.
    const { pino } = await import('pino');
    stderrLogger = pino({ base: null }, pino.destination({ dest: 2, sync: true }));
  }
  return stderrLogger;
}
