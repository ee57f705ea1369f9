import { existsSync } from 'node:fs';
import { loadConfig, unknownVariables, type KeySpec, type LoadedConfig } from '../config.js';
import { isAsked } from '../config/key-spec.js';
import { lasts, showLocation } from '../config/location.js';
import { openStore } from '../connect.js';
import { isLazycredError, LazycredError } from '../errors.js';
import type { Store } from '../index.js';
import { currentFolder } from './current-folder.js';
import { inlineConfig, OPTION_NAMES, type Given } from './arguments/options.js';
import { unknownNames, withNearNames } from './io/near-names.js';
import { tell, type LogFormat } from './io/report.js';
import { askMfaCode } from './io/mfa-code.js';
import { promptHidden } from './io/prompt.js';

/** How long names are looked for that may have been meant, in milliseconds: a large table takes longer to list. */
const NEAR_NAMES_MS = 2_000;

/** How many names are compared: more take longer than anyone waits for a guess. */
const MOST_NAMES = 10_000;

/**
 * Characters below which a passphrase is called short. NIST SP 800-63B-4 (3.1.1.2) asks for 15 where nothing
 * else protects; a guess here costs scrypt's work, so that 12 random ones do.
 */
const SHORT_PASSPHRASE = 12;

function lacksSalt(key: KeySpec): boolean {
  return 'saltFile' in key && !existsSync(key.saltFile);
}

/** One run of the command: what surrounds it, and what it opened. */
export class Session {
  /** The current folder; `''` when it was deleted. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv = process.env;
  /** Aborts with Interrupted. */
  readonly signal: AbortSignal;
  /** What is being done (`get "db"`), once it is begun: for messages. */
  doing: string | undefined;
  /** Names that are given are those of deleted secrets. */
  looksForDeleted = false;
  /** Show neither talk nor progress. */
  readonly isQuiet: boolean;
  /** Tells a request, if asked to. */
  readonly trace: ((line: string) => void) | undefined;
  readonly #given: Given;
  /** Talk is text unless JSON was asked for by name: a person reads it, also in a log. */
  readonly #talkFormat: LogFormat;
  #config: Promise<LoadedConfig> | undefined;
  #store: Store | undefined;
  #openedAt = 0;

  constructor(given: Given, signal: AbortSignal) {
    this.cwd = currentFolder();
    this.signal = signal;
    this.#given = given;
    this.isQuiet = given.has('quiet');
    this.#talkFormat = given.text('log-format') === 'json' ? 'json' : 'text';
    this.trace = given.has('verbose') ? (line) => this.talk(line) : undefined;
  }

  /** Says a line on stderr, unless asked to be quiet. */
  talk(line: string): void {
    if (!this.isQuiet) tell(line, this.#talkFormat);
  }

  /** Whether what is said on stderr is text, which a line that changes in place may stand among. */
  get talksText(): boolean {
    return this.#talkFormat === 'text';
  }

  /**
   * Says where something was sealed, and for whom. Asked to be quiet, too, where a project's file names the
   * key: whose that is shows nowhere else.
   *
   * @param what what was done: `stored "db" version 2`
   */
  async tellSealed(what: string, store: Store, rest = ''): Promise<void> {
    const under = store.keyLabels.length === 0 ? '' : ` under ${store.keyLabels.join(', ')}`;
    const line = `${what} in ${store.location}${under}${rest}`;
    if ((await this.config()).projectKey === undefined) this.talk(line);
    else tell(line, this.#talkFormat);
  }

  /** What surrounds the run, as the library wants it. */
  get around(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
    return { cwd: this.cwd, env: this.env };
  }

  /** The configuration in force; found once. */
  config(): Promise<LoadedConfig> {
    this.#config ??= this.#loadAndWarn();
    return this.#config;
  }

  async #loadAndWarn(): Promise<LoadedConfig> {
    this.warnOfVariables();
    const config = await this.#load(false);
    const lost = config.contradicted ?? [];
    for (const file of new Set(lost.map(({ by }) => by))) {
      const here = lost.filter(({ by }) => by === file);
      const variables = here.map(({ variable }) => variable).join(', ');
      const ways = [...here.flatMap(({ key }) => OPTION_NAMES[key] ?? []), 'LAZYCRED_CONFIG=none'];
      const verb = here.length === 1 ? 'does' : 'do';
      this.talk(`note: ${variables} ${verb} not count, ${file} says otherwise: use ${ways.join(', ')}`);
    }
    return config;
  }

  /** Tells of variables that look like settings and are none. */
  warnOfVariables(): void {
    for (const { variable, guess } of unknownVariables(this.env))
      this.talk(`note: the variable ${variable} is no setting${guess}`);
  }

  /** The configuration to be shown, not used: what isn't trusted is left out instead of refused. */
  configToShow(): Promise<LoadedConfig> {
    return this.#load(true);
  }

  /**
   * Opens the store. Asks for a passphrase before the clock of the operation starts where `uses`
   * says that it is sure to be needed: all keys wrap, and the first is tried first to open.
   */
  async open(uses: 'nothing' | 'opens' | 'wraps'): Promise<Store> {
    const config = await this.config();
    const { keys } = config.settings;
    refuseFleeting(config);
    const isNew = uses === 'wraps' && keys.some(lacksSalt);
    const passphrase = this.#passphrase(isNew);
    const sure = uses === 'wraps' ? keys : uses === 'opens' ? keys.slice(0, 1) : [];
    if (sure.some(isAsked)) await passphrase();
    this.#openedAt = performance.now();
    this.#store = await openStore(config, { passphrase, mfaCode: this.mfaCode, trace: this.trace });
    if (config.origins['store']?.source === 'default') {
      this.talk(
        `using ${this.#store.location}: set store in ~/.lazycredrc or LAZYCRED_STORE to end this note`,
      );
    }
    return this.#store;
  }

  /**
   * The failure `e`; where it is of a name that the store doesn't hold, with names in its hint that may have
   * been meant. They cost one listing, within the time limit of the command and 2 s; where that is denied or
   * fails, and with --quiet, the failure is as it was.
   */
  async explained(e: unknown): Promise<unknown> {
    const unknown = isLazycredError(e, 'ERR_NOT_FOUND') ? unknownNames(e) : [];
    if (!isLazycredError(e) || unknown.length === 0) return e;
    const names = this.isQuiet ? [] : await this.#namesThere();
    const verb = /^(?:get|delete)\b/u.exec(this.doing ?? '')?.[0];
    return withNearNames(e, unknown, names, verb);
  }

  async #namesThere(): Promise<string[]> {
    const names: string[] = [];
    const left = (await this.config()).settings.timeoutMs - (performance.now() - this.#openedAt);
    if (this.#store === undefined || left <= 0) return names;
    try {
      const timeout = AbortSignal.timeout(Math.min(left, NEAR_NAMES_MS));
      const signal = AbortSignal.any([this.signal, timeout]);
      const deleted = this.looksForDeleted;
      for await (const { name } of this.#store.list({ signal, deleted })) {
        if (names.push(name) === MOST_NAMES) break;
      }
    } catch {
      // What was not asked for may fail: the failure at hand is the answer, and names of half a listing are near, too.
    }
    return names;
  }

  /** Frees what was opened, so that the process can end. */
  async close(): Promise<void> {
    await this.#store?.close();
  }

  /** Asks for the code that an MFA device shows. */
  readonly mfaCode = (serial: string): Promise<string> => askMfaCode(serial, this.signal);

  #load(lenient: boolean): Promise<LoadedConfig> {
    return loadConfig({
      ...this.around,
      inline: inlineConfig(this.#given),
      inlineNames: OPTION_NAMES,
      file: this.#given.text('config'),
      allowDefault: true,
      lenient,
    });
  }

  #passphrase(isNew: boolean): () => Promise<string> {
    let asked: Promise<string> | undefined;
    return () => (asked ??= isNew ? this.#newPassphrase() : this.#askPassphrase('passphrase: '));
  }

  /** The passphrase of a salt that is about to be made: nothing could tell a typing error in it later. */
  async #newPassphrase(): Promise<string> {
    const passphrase = await this.#askPassphrase('new passphrase: ');
    if ((await this.#askPassphrase('the same again: ')) !== passphrase) {
      throw new LazycredError('ERR_USAGE', 'the two passphrases differ: nothing is stored', {
        hint: 'try again, or set LAZYCRED_PASSPHRASE',
      });
    }
    const characters = [...passphrase].length;
    if (characters < SHORT_PASSPHRASE) {
      this.talk(`note: the passphrase is short (${characters} characters): who gets the store can guess it`);
    }
    return passphrase;
  }

  async #askPassphrase(question: string): Promise<string> {
    const variable = this.env['LAZYCRED_PASSPHRASE'] ?? '';
    if (variable !== '') return variable;
    const typed = await promptHidden(question, 'or set LAZYCRED_PASSPHRASE', this.signal);
    if (typed !== undefined) return typed;
    throw new LazycredError('ERR_ACCESS', 'the key is a passphrase, and there is no terminal to ask for it', {
      hint: 'set LAZYCRED_PASSPHRASE',
    });
  }
}

// What a command puts there ends with the command, though it says "stored".
function refuseFleeting({ settings, origins }: LoadedConfig): void {
  if (lasts(settings.store)) return;
  const isOption = origins['store']?.source === 'inline';
  throw new LazycredError(
    isOption ? 'ERR_USAGE' : 'ERR_CONFIG',
    `${isOption ? '--store' : 'store'}: ${showLocation(settings.store)} ends with the command that writes to it`,
    {
      hint: 'name a store that lasts, such as file:DIR: this one is for tests of programs that use the library',
    },
  );
}
