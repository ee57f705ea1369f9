import { LazycredError } from '../errors.js';
import { printable, quote } from '../text/printable.js';
import type { Hint } from '../hints.js';
import { failureShape, serviceError } from '../aws/service-errors.js';
import { damagedKey } from './wrapped-text.js';

/** What was asked of KMS when it failed. */
export interface KmsCall {
  /** The configured key: `kms:alias/acme`. */
  readonly label: string;
  readonly region: string | undefined;
  readonly operation: 'GenerateDataKey' | 'Encrypt' | 'Decrypt';
  /** The key that the record names, when one is being opened; unverified. */
  readonly named?: string | undefined;
  /** The request named no key: a refusal is about the one that the ciphertext names. */
  readonly anyKey?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Refusal {
  readonly why: string;
  /** @param message KMS's own */
  readonly hint: (call: KmsCall, message: string) => string | Hint;
}

const CHECK_KEY: Hint = { code: 'check-key', setUpMakesIt: false };

// KMS Developer Guide, "Key states of AWS KMS keys", with the words of KMS's messages.
const STATES: readonly { readonly words: RegExp; readonly hint: string }[] = [
  {
    words: /pending (?:replica )?deletion/iu,
    hint: 'aws kms cancel-key-deletion brings it back, then aws kms enable-key',
  },
  {
    words: /pending import/iu,
    hint: 'its key material is gone: import the same again (aws kms import-key-material)',
  },
  { words: /creating|updating/iu, hint: 'it is being made or changed: try again in a minute' },
  {
    words: /unavailable|key store/iu,
    hint: 'its custom key store is not connected (aws kms connect-custom-key-store)',
  },
];

// The failures with which KMS says that this key won't do; another recipient's may. Source: the
// "Errors" of GenerateDataKey, Encrypt and Decrypt in the KMS API Reference.
const REFUSALS: Readonly<Record<string, Refusal>> = {
  IncorrectKeyException: { why: 'did not wrap this data key', hint: decryptKeysHint },
  AccessDeniedException: {
    why: 'may not be used',
    hint: ({ operation }) => `allow kms:${operation} on it for this caller, in the policies of both`,
  },
  NotFoundException: {
    why: 'does not exist',
    // A new key opens nothing that another one closed.
    hint: ({ operation }) => ({ code: 'check-key', setUpMakesIt: operation !== 'Decrypt' }),
  },
  DisabledException: { why: 'is disabled', hint: () => 'enable it again (aws kms enable-key)' },
  KMSInvalidStateException: {
    why: 'is not in a usable state (pending deletion, say)',
    hint: (_, message) =>
      STATES.find(({ words }) => words.test(message))?.hint ?? 'look at its state (aws kms describe-key)',
  },
  InvalidKeyUsageException: { why: 'is not a symmetric encryption key', hint: () => CHECK_KEY },
};

// The record's word is unverified: somebody who can write to the store could name a key of theirs.
function decryptKeysHint({ named }: KmsCall): string {
  return named === undefined || named === ''
    ? 'add the key that did to decryptKeys'
    : `the record names ${printable(named.slice(0, 200))}: if that key is yours, add it to decryptKeys`;
}

/** One of our errors for a failed KMS request; an aborted signal gives its reason. */
export function kmsError(e: unknown, call: KmsCall): unknown {
  const action = call.operation === 'Decrypt' ? 'unwrap a data key' : 'wrap a data key';
  const request = { service: serviceName(call), action, location: call.label, signal: call.signal };
  if (call.signal?.aborted === true) return serviceError(e, request);
  const { name, message, status } = failureShape(e);
  if (name === 'InvalidCiphertextException') return damagedKey(call.label, e);
  const refusal = REFUSALS[name];
  if (refusal !== undefined) {
    const key = call.anyKey === true ? 'that wrapped this data key' : call.label;
    const place = call.region === undefined ? key : `${key} in ${call.region}`;
    return new LazycredError('ERR_ACCESS', `the key ${place} ${refusal.why}: ${call.operation}, ${name}`, {
      location: call.label,
      hint: refusal.hint(call, message),
      cause: e,
    });
  }
  // An answer that can't be parsed: the parser's message quotes it, and a data key may be in it.
  if (name === 'SyntaxError' || (status !== undefined && status < 300)) return badAnswer(call);
  return serviceError(e, request);
}

/** KMS, or what stands in its place, answered something other than its API says. Quotes nothing of it. */
export function badAnswer(call: KmsCall): LazycredError {
  return new LazycredError(
    'ERR_UNAVAILABLE',
    `${serviceName(call)} gave an answer to ${call.operation} that cannot be understood`,
    { location: call.label, hint: 'check kmsEndpoint, and proxies on the way' },
  );
}

/** KMS, or what stands in its place, says that it used another key than the one that was asked. */
export function otherKey(answered: string, call: KmsCall): LazycredError {
  const message = `${serviceName(call)} answered ${call.operation} with another key than ${call.label}: ${quote(answered)}`;
  return new LazycredError('ERR_INTEGRITY', message, {
    location: call.label,
    hint: 'something else may answer in the place of KMS: check kmsEndpoint, and proxies on the way',
  });
}

function serviceName({ region }: KmsCall): string {
  return region === undefined ? 'KMS' : `KMS in ${region}`;
}
