import { LazycredError } from '../errors.js';
import { printable } from '../text/printable.js';
import type { Credentials } from './credentials.js';

/** Asks for the code that an MFA device shows; `serial` is its ARN or serial number. */
export type AskMfaCode = (serial: string) => Promise<string>;

/** Credentials that may end. */
interface Temporary extends Credentials {
  readonly expiration?: Date;
}

type Provider = (options?: Record<string, unknown>) => Promise<Temporary>;

/** Providers that the clients of one store share, by profile and role: STS takes a code once. */
export type SharedProviders = Map<string, Promise<Provider>>;

// STS API reference, AssumeRole, TokenCode.
const CODE = /^[0-9]{6}$/u;

/** So long before credentials end new ones are asked for, in milliseconds: what the SDK itself does. */
const EARLY_MS = 5 * 60_000;

/** The codes of MFA devices, each used once. */
export class MfaCodes {
  readonly #ask: AskMfaCode | undefined;
  readonly #ready = new Map<string, string>();

  constructor(ask: AskMfaCode | undefined) {
    this.#ask = ask;
  }

  /** Asks now for what the first credentials need, before the time limit of any operation runs. */
  async prepare(serials: readonly string[]): Promise<void> {
    if (this.#ask === undefined) return;
    for (const serial of serials) this.#ready.set(serial, await this.#asked(serial));
  }

  /** @throws ERR_ACCESS where nobody can be asked; ERR_USAGE for what is no code */
  async codeOf(serial: string): Promise<string> {
    const ready = this.#ready.get(serial);
    this.#ready.delete(serial);
    return ready ?? this.#asked(serial);
  }

  async #asked(serial: string): Promise<string> {
    if (this.#ask === undefined) {
      const message = `a code of the MFA device ${printable(serial)} is needed, and nobody can be asked for it`;
      throw new LazycredError('ERR_ACCESS', message, { hint: 'give openStore mfaCode, or credentials' });
    }
    const code = (await this.#ask(serial)).trim();
    if (CODE.test(code)) return code;
    // What was typed is not shown: it may be a password, typed at the wrong question.
    throw new LazycredError('ERR_USAGE', 'what was entered is no code of an MFA device: that is 6 digits');
  }
}

/** A provider that is asked again only when what it gave is about to end, by however many clients. */
export function sharedProvider(provider: Provider): Provider {
  let current: Promise<Temporary> | undefined;
  const begin = (options: Record<string, unknown> | undefined): Promise<Temporary> => {
    const begun = provider(options);
    // A failure is for those who waited for it; who comes later asks anew.
    begun.catch(() => (current = undefined));
    current = begun;
    return begun;
  };
  return async (options) => {
    const asked = current ?? begin(options);
    const found = await asked;
    const left = (found.expiration?.getTime() ?? Infinity) - Date.now();
    if (left > EARLY_MS) return found;
    return current === undefined || current === asked ? begin(options) : current;
  };
}
