import { LazycredError } from '../errors.js';
import { CredentialProcesses } from './credential-process.js';
import { printable } from '../text/printable.js';
import { withBoundedAnswers } from './bounded-credentials.js';
import type { CredentialStep } from './credential-step.js';
import { failureShape } from './service-errors.js';

/** What is used of credentials here. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type Provider<C extends Credentials> = (options?: Record<string, unknown>) => Promise<C>;

/** Steps that are under way, for the message where time runs out; one of each client. */
export class Waiting {
  readonly #steps: string[] = [];
  readonly #processes = new CredentialProcesses();

  /** The step that began last. */
  get step(): string | undefined {
    return this.#steps.at(-1);
  }

  /** Ends what was started for a step that nobody waits for any more. */
  stop(): void {
    this.#processes.kill();
  }

  /** Runs a step. */
  async during<T>(step: string, run: () => Promise<T>): Promise<T> {
    this.#steps.push(step);
    try {
      return await this.#processes.during(run);
    } finally {
      this.#steps.splice(this.#steps.lastIndexOf(step), 1);
    }
  }
}

/**
 * A provider whose failures are ours and name the step: ERR_ACCESS, ERR_CONFIG, or ERR_UNAVAILABLE where
 * the step's service can't be reached.
 *
 * @param findStep looked up anew with each call, since files change
 */
export function namedProvider<C extends Credentials>(
  provider: Provider<C>,
  findStep: () => CredentialStep,
  waiting: Waiting,
): Provider<C> {
  return async (options) => {
    const step = findStep();
    return waiting.during(step.text, async () => {
      let found: C;
      try {
        found = await withBoundedAnswers(
          () => provider(options),
          (tooLong) => notCredentials(step, tooLong),
        );
      } catch (e) {
        throw credentialFailure(e, step);
      }
      checkCredentials(found, step);
      return found;
    });
  };
}

// A line break that a shell's "$(…)" or an editor left would be refused far from here, as a header.
const UNFIT = /[^\x21-\x7e]/u;

function checkCredentials(found: Credentials, step: CredentialStep): void {
  const parts = [
    ['AWS_ACCESS_KEY_ID', 'the access key id', found.accessKeyId],
    ['AWS_SECRET_ACCESS_KEY', 'the secret access key', found.secretAccessKey],
    ['AWS_SESSION_TOKEN', 'the session token', found.sessionToken ?? ''],
  ] as const;
  for (const [variable, what, text] of parts) {
    if (!UNFIT.test(text)) continue;
    const which = step.kind === 'variables' ? variable : `${what} from ${step.text}`;
    const message = `${which} holds a blank, a line break or another character that none has`;
    throw new LazycredError('ERR_CONFIG', message, {
      hint: 'take the character away: such a line break often ends a file that was copied',
    });
  }
}

/** One of our errors for a failure to find credentials. */
function credentialFailure(e: unknown, step: CredentialStep): unknown {
  if (e instanceof LazycredError) return e;
  const { kind, text, hint } = step;
  const shape = failureShape(e);
  const details = { hint, cause: e };
  if (kind === 'instance' && shape.status === undefined) {
    const message =
      'there are no AWS credentials: none in the environment, in a profile, or from the machine';
    return new LazycredError('ERR_ACCESS', message, details);
  }
  if (isOutOfReach(shape)) {
    const why = shape.code ?? shape.name;
    return new LazycredError('ERR_UNAVAILABLE', `no credentials: ${text} can not be reached (${why})`, {
      hint: 'check the network, proxies and the region on the way there',
      cause: e,
    });
  }
  const isRefusal = shape.status !== undefined || shape.name === 'CredentialsProviderError';
  const code = isRefusal || shape.name === 'TokenProviderError' ? 'ERR_ACCESS' : 'ERR_CONFIG';
  return new LazycredError(code, `no credentials from ${text}: ${reasonOf(shape, kind)}`, details);
}

function notCredentials({ text }: CredentialStep, cause: Error): LazycredError {
  return new LazycredError('ERR_UNAVAILABLE', `no credentials from ${text}: ${cause.message}`, {
    hint: 'something else may answer in its place: check its address, and proxies on the way',
    cause,
  });
}

const REACHED_LATER = /^(?:Throttling|ThrottlingException|SlowDown|TooManyRequestsException|TimeoutError)$/u;

function isOutOfReach({ name, code, status }: ReturnType<typeof failureShape>): boolean {
  if (REACHED_LATER.test(name) || status === 429) return true;
  if (status !== undefined) return status >= 500;
  return NETWORK.test(code ?? '');
}

/** Node's codes for what goes wrong on the way to a server. */
const NETWORK =
  /^(?:ECONN\w+|ENOTFOUND|EAI_\w+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|EPROTO|CERT_\w+|\w+_CERT\w*)$/u;

function reasonOf({ name, message }: ReturnType<typeof failureShape>, kind: CredentialStep['kind']): string {
  // The SDK's sentence quotes the command and what it wrote, which may be a secret.
  if (kind === 'process') return 'the command failed, or printed no credentials';
  if (/^(?:Type|Range|Reference|Syntax)Error$/u.test(name))
    return `the settings there can not be read (${name})`;
  const text = printable(message.slice(0, 300).replace(/\s+/gu, ' '));
  return name === 'Error' || name === 'CredentialsProviderError' ? text : `${name}: ${text}`;
}
