import { inspect } from 'node:util';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LazycredError } from '../../src/errors.js';
import type { WrappedKey } from '../../src/keys.js';
import { AwsKmsKey } from '../../src/keys/aws-kms.js';
import { makeKmsKey, motoUrl, startMoto, type KmsKey } from '../emulators/servers.js';
import { atEveryCall, FAULT_KINDS, faultyClient } from '../suites/faults.js';
import { keySuite } from '../suites/keys.js';
import { answeringServer, type AnsweringServer } from '../support/answering-server.js';

const REGION = 'us-east-1';
const CONTEXT = { 'lazycred:name': 'prod/db' };

const clients: KMSClient[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
});

function clientOf(endpoint: string, region = REGION): KMSClient {
  const client = new KMSClient({ endpoint, region, maxAttempts: 1 });
  clients.push(client);
  return client;
}

function keyOf(key: string, endpoint = motoUrl(), region = REGION): AwsKmsKey {
  return new AwsKmsKey({ client: clientOf(endpoint, region), key, region });
}

function kmsSuite(title: string, pick: (key: KmsKey) => string): void {
  keySuite(
    title,
    async () => {
      const [ours, theirs] = [await makeKmsKey(), await makeKmsKey()];
      return {
        key: keyOf(pick(ours)),
        again: () => keyOf(pick(ours)),
        stranger: keyOf(pick(theirs)),
      };
    },
    // moto joins the context's pairs without delimiters: test/emulators says so.
    { joinsContext: true, flips: 150, runs: 20 },
  );
}

kmsSuite('AwsKmsKey by alias, on moto', (key) => key.alias);
kmsSuite('AwsKmsKey by ARN, on moto', (key) => key.arn);

describe('which key is asked', () => {
  /** A client that notes the inputs of what it sends. */
  function recording(): { client: Pick<KMSClient, 'send' | 'destroy'>; inputs: Record<string, unknown>[] } {
    const inputs: Record<string, unknown>[] = [];
    const client = clientOf(motoUrl());
    client.middlewareStack.add(
      (next) => (args) => {
        inputs.push({ ...args.input });
        return next(args);
      },
      { step: 'initialize' },
    );
    return { client, inputs };
  }

  test('the configured one, in every request, whatever the record says', async () => {
    const [ours, theirs] = [await makeKmsKey(), await makeKmsKey()];
    const { client, inputs } = recording();
    const key = new AwsKmsKey({ client, key: ours.alias });
    const { key: dataKey, wrapped } = await key.generate(CONTEXT);
    await key.wrap(dataKey, CONTEXT);
    await key.unwrap({ ...wrapped, id: theirs.arn }, CONTEXT);
    const { wrapped: strange } = await keyOf(theirs.arn).generate(CONTEXT);
    await expect(key.unwrap(strange, CONTEXT)).rejects.toMatchObject({ code: 'ERR_ACCESS' });
    expect(inputs).toHaveLength(4);
    for (const input of inputs) {
      expect(input['KeyId']).toBe(ours.alias);
      expect(input['EncryptionContext']).toEqual(CONTEXT);
    }
    expect(inputs[0]?.['KeySpec']).toBe('AES_256');
  });

  test('the hint is the ARN that KMS answered, by whatever name the key is configured', async () => {
    const made = await makeKmsKey();
    for (const name of [made.alias, made.keyId, made.arn]) {
      const { key: dataKey, wrapped } = await keyOf(name).generate(CONTEXT);
      expect(wrapped).toMatchObject({ provider: 'aws-kms', id: made.arn });
      expect(await keyOf(name).wrap(dataKey, CONTEXT)).toMatchObject({ provider: 'aws-kms', id: made.arn });
    }
  });

  test('what is refused locally is never sent', async () => {
    const { client, inputs } = recording();
    const key = new AwsKmsKey({ client, key: 'alias/none' });
    for (const wrapped of ['', 'A', 'AA==AA==', 'AB==', 'A'.repeat(2736)]) {
      const strange = { provider: 'aws-kms', id: '', wrapped };
      await expect(key.unwrap(strange, {})).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    }
    const reason = new Error('enough');
    await expect(key.generate({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(inputs).toEqual([]);
  });

  test('another length is wrapped for the ancestors, and opened only where it is asked for', async () => {
    const key = keyOf((await makeKmsKey()).alias);
    const text = Buffer.from('A'.repeat(43) + '=');
    const wrapped = await key.wrap(text, {});
    await expect(key.unwrap(wrapped, {})).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
    expect(Buffer.from(await key.unwrap(wrapped, {}, { keyBytes: 44 })).equals(text)).toBe(true);
    const { wrapped: short } = await key.generate({});
    await expect(key.unwrap(short, {}, { keyBytes: 44 })).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  });
});

describe('zeroing', () => {
  // Stands in for the client: what it hands out can then be looked at again.
  function answering(answer: object): AwsKmsKey {
    const client = { send: async () => answer, destroy: () => undefined };
    return new AwsKmsKey({ client, key: 'alias/acme' });
  }

  test('an opened key of the wrong length does not linger', async () => {
    const Plaintext = new Uint8Array(44).fill(7);
    const wrapped = { provider: 'aws-kms', id: '', wrapped: 'AAAA' };
    await expect(answering({ Plaintext, KeyId: 'k' }).unwrap(wrapped, {})).rejects.toMatchObject({
      code: 'ERR_INTEGRITY',
    });
    expect(Plaintext).toEqual(new Uint8Array(44));
  });

  test('nor a new one that came without what opens it', async () => {
    const Plaintext = new Uint8Array(32).fill(7);
    await expect(answering({ Plaintext, KeyId: 'k' }).generate({})).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
    });
    expect(Plaintext).toEqual(new Uint8Array(32));
  });
});

describe('failures', () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let key: AwsKmsKey;
  let alias: string;
  let arn: string;
  let wrapped: WrappedKey;
  beforeAll(async () => {
    moto = await startMoto();
    ({ alias, arn } = await makeKmsKey(moto.url));
    key = keyOf(alias, moto.url);
    ({ wrapped } = await key.generate(CONTEXT));
  });
  beforeEach(() => moto.faults.clear());
  afterAll(() => moto.stop());

  const answers: readonly (readonly [string, number, string, string, string | undefined])[] = [
    ['IncorrectKeyException', 400, 'ERR_ACCESS', 'did not wrap this data key', 'add it to decryptKeys'],
    ['AccessDeniedException', 400, 'ERR_ACCESS', 'may not be used', 'allow kms:Decrypt on it'],
    ['NotFoundException', 400, 'ERR_ACCESS', 'does not exist', 'check key and region'],
    ['DisabledException', 409, 'ERR_ACCESS', 'is disabled', 'enable it again'],
    ['KMSInvalidStateException', 400, 'ERR_ACCESS', 'is not in a usable state', 'look at its state'],
    [
      'InvalidKeyUsageException',
      400,
      'ERR_ACCESS',
      'is not a symmetric encryption key',
      'check key and region',
    ],
    ['InvalidCiphertextException', 400, 'ERR_INTEGRITY', 'the wrapped data key is damaged', undefined],
    ['KeyUnavailableException', 500, 'ERR_UNAVAILABLE', 'KMS in us-east-1 is unavailable', undefined],
    ['DependencyTimeoutException', 503, 'ERR_UNAVAILABLE', 'KMS in us-east-1 is unavailable', undefined],
    ['KMSInternalException', 500, 'ERR_UNAVAILABLE', 'KMS in us-east-1 is unavailable', undefined],
    ['ThrottlingException', 400, 'ERR_UNAVAILABLE', 'KMS in us-east-1 is unavailable', undefined],
    ['LimitExceededException', 400, 'ERR_UNAVAILABLE', 'KMS in us-east-1 is unavailable', undefined],
    ['ExpiredTokenException', 400, 'ERR_ACCESS', 'KMS in us-east-1 refuses', 'which credentials'],
    ['UnrecognizedClientException', 400, 'ERR_ACCESS', 'KMS in us-east-1 refuses', 'which credentials'],
    ['ValidationException', 400, 'ERR_CONFIG', 'KMS in us-east-1 refuses', undefined],
  ];
  test.each(answers)('%s (%i) is %s', async (code, status, expected, message, hint) => {
    await moto.faults.inject({ target: 'TrentService.Decrypt', status, code });
    const failure = await failureOf(key.unwrap(wrapped, CONTEXT));
    expect(failure.code).toBe(expected);
    expect(failure.message).toContain(message);
    if (hint !== undefined) expect(failure.hint).toContain(hint);
    expect(failure.location).toBe(`kms:${alias}`);
    expect(await key.unwrap(wrapped, CONTEXT)).toHaveLength(32);
  });

  test('a refusal names key, region and request; for another key, the one that the record names', async () => {
    const target = 'TrentService.Decrypt';
    await moto.faults.inject({ target, status: 400, code: 'IncorrectKeyException' });
    const failure = await failureOf(key.unwrap(wrapped, CONTEXT));
    expect(failure.message).toBe(
      `the key kms:${alias} in us-east-1 did not wrap this data key: Decrypt, IncorrectKeyException`,
    );
    expect(failure.hint).toBe(`the record names ${arn}: if that key is yours, add it to decryptKeys`);
    await moto.faults.inject({ target, status: 400, code: 'IncorrectKeyException' });
    const { hint } = await failureOf(key.unwrap({ ...wrapped, id: '\u001b[2J\nx'.repeat(1000) }, CONTEXT));
    expect(hint).toMatch(/^the record names \\u001b\[2J\\u000ax/u);
    expect(hint?.length).toBeLessThan(1500);
    expect(hint).not.toContain('\u001b');
  });

  test.each(['GenerateDataKey', 'Encrypt'] as const)(
    'a refused %s says which permission it needs',
    async (operation) => {
      await moto.faults.inject({
        target: `TrentService.${operation}`,
        status: 400,
        code: 'AccessDeniedException',
      });
      const outcome = operation === 'Encrypt' ? key.wrap(new Uint8Array(32), {}) : key.generate({});
      await expect(outcome).rejects.toMatchObject({
        code: 'ERR_ACCESS',
        hint: `allow kms:${operation} on it for this caller, in the policies of both`,
      });
    },
  );

  test('a key that does not exist is ERR_ACCESS, and an ARN’s own region is the one named', async () => {
    const missing = 'arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000000';
    const failure = await failureOf(keyOf(missing, moto.url).generate(CONTEXT));
    expect(failure).toMatchObject({ code: 'ERR_ACCESS' });
    expect(failure.message).toContain(`the key kms:${missing} in eu-west-1 does not exist`);
  });

  test('a cut connection is ERR_UNAVAILABLE', async () => {
    await moto.faults.inject({ target: 'TrentService.Decrypt', drop: true });
    await expect(key.unwrap(wrapped, CONTEXT)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    await moto.faults.inject({ target: 'TrentService.Decrypt', truncate: 60 });
    await expect(key.unwrap(wrapped, CONTEXT)).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    await expect(keyOf(alias, 'http://127.0.0.1:1').generate(CONTEXT)).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
    });
  });

  test('an abort ends a request that hangs, with its reason', async () => {
    await moto.faults.inject({ target: 'TrentService.Decrypt', delay: 2 });
    const controller = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 50);
    const started = performance.now();
    await expect(key.unwrap(wrapped, CONTEXT, { signal: controller.signal })).rejects.toBe(reason);
    expect(performance.now() - started).toBeLessThan(1500);
  });

  test.each(FAULT_KINDS)('the fault "%s" at each call: a right answer or an honest failure', async (kind) => {
    const calls = await atEveryCall(kind, async (plan) => {
      const client = faultyClient(clientOf(moto.url), plan);
      const provider = new AwsKmsKey({ client, key: alias, region: REGION });
      const { signal } = plan;
      try {
        const { key: dataKey, wrapped: first } = await provider.generate(CONTEXT, { signal });
        const second = await provider.wrap(dataKey, CONTEXT, { signal });
        for (const w of [first, second]) {
          expect(Buffer.from(await provider.unwrap(w, CONTEXT, { signal }))).toEqual(Buffer.from(dataKey));
        }
      } catch (e) {
        if (!plan.excuses(e)) throw e;
      }
    });
    expect(calls).toBe(4);
  });
});

describe('answers that no KMS should give', () => {
  let server: AnsweringServer;
  let body = '';
  let key: AwsKmsKey;
  beforeAll(async () => {
    server = await answeringServer();
    server.answer = () => ({ status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body });
    key = keyOf('alias/acme', server.url);
  });
  afterAll(() => server.close());

  const secret = Buffer.alloc(32, 0x5a);
  const blob = Buffer.alloc(100, 1).toString('base64');
  const wrapped: WrappedKey = { provider: 'aws-kms', id: '', wrapped: blob };
  const arn = 'arn:aws:kms:us-east-1:123456789012:key/1';

  test.each([0, 1, 16, 31, 33, 44, 64])('a data key of %i bytes is ERR_INTEGRITY', async (length) => {
    body = JSON.stringify({ KeyId: arn, Plaintext: Buffer.alloc(length, 0x5a).toString('base64') });
    await expect(key.unwrap(wrapped, {})).rejects.toMatchObject({ code: 'ERR_INTEGRITY' });
  });

  test('a new data key of another length, without its blob, its id, or with one too long is ERR_UNAVAILABLE', async () => {
    const whole = { KeyId: arn, Plaintext: secret.toString('base64'), CiphertextBlob: blob };
    body = JSON.stringify(whole);
    expect((await key.generate({})).wrapped).toEqual({ ...wrapped, id: arn });
    for (const odd of [
      { ...whole, Plaintext: Buffer.alloc(16).toString('base64') },
      { ...whole, CiphertextBlob: undefined },
      { ...whole, CiphertextBlob: '' },
      { ...whole, CiphertextBlob: Buffer.alloc(2049).toString('base64') },
      { ...whole, KeyId: undefined },
      { ...whole, KeyId: { arn } },
      { ...whole, CiphertextBlob: [1, 2, 3] },
      { ...whole, Plaintext: [...secret] },
      { KeyId: arn },
      {},
    ]) {
      body = JSON.stringify(odd);
      await expect(key.generate({})).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    }
    body = JSON.stringify({ KeyId: arn });
    await expect(key.wrap(secret, {})).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    await expect(key.unwrap(wrapped, {})).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
  });

  const alias = 'arn:aws:kms:us-east-1:123456789012:alias/acme';
  test.each([
    ['another key than the ARN configured', arn, `${arn}2`],
    ['the same id in another account', arn, arn.replace('123456789012', '210987654321')],
    ['the same id in another region', arn, arn.replace('us-east-1', 'eu-west-1')],
    ['another key than the id configured', '1', `${arn}1`],
    [
      'a key of another account than the alias configured',
      alias,
      arn.replace('123456789012', '210987654321'),
    ],
    ['a key of another region than the alias configured', alias, arn.replace('us-east-1', 'eu-west-1')],
  ])(
    '%s in the answer to any request is ERR_INTEGRITY, and no data key is used',
    async (_, configured, answered) => {
      const of = keyOf(configured, server.url);
      const calls = [() => of.generate({}), () => of.wrap(secret, {}), () => of.unwrap(wrapped, {})];
      for (const call of calls) {
        body = JSON.stringify({
          KeyId: answered,
          Plaintext: secret.toString('base64'),
          CiphertextBlob: blob,
        });
        await expect(call()).rejects.toMatchObject({
          code: 'ERR_INTEGRITY',
          message: expect.stringContaining(`with another key than kms:${configured}`) as unknown,
        });
        body = JSON.stringify({ KeyId: arn, Plaintext: secret.toString('base64'), CiphertextBlob: blob });
        await call();
      }
    },
  );

  test('an answer to Decrypt without the key’s id is ERR_UNAVAILABLE', async () => {
    for (const KeyId of [undefined, '', null, 5, { arn }]) {
      body = JSON.stringify({ KeyId, Plaintext: secret.toString('base64') });
      await expect(key.unwrap(wrapped, {})).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    }
  });

  test('one that can’t be parsed is ERR_UNAVAILABLE, and nothing quotes it', async () => {
    const text = JSON.stringify({ KeyId: 'k', Plaintext: secret.toString('base64') });
    for (const odd of [
      text.slice(0, -1),
      `${text}}`,
      `{"Plaintext":"${secret.toString('base64')}`,
      `<html>${secret.toString('base64')}</html>`,
      `{"Plaintext":${secret.toString('base64')}}`,
      JSON.stringify({ Plaintext: `${secret.toString('base64')}!` }),
      JSON.stringify({ Plaintext: [...secret] }),
      JSON.stringify({ Plaintext: { length: 32, data: secret.toString('base64') } }),
      JSON.stringify(secret.toString('base64')),
      'null',
      '',
    ]) {
      body = odd;
      const failure = await failureOf(key.unwrap(wrapped, {}));
      expect(failure.code).toBe('ERR_UNAVAILABLE');
      expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toMatch(
        /WlpaWlpa|90, 90|5a5a5a|5a 5a/u,
      );
    }
  });
});

async function failureOf(outcome: Promise<unknown>): Promise<LazycredError> {
  return outcome.then(
    () => Promise.reject(new Error('it should have failed')),
    (e: unknown) => e as LazycredError,
  );
}
