import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  GetKeyRotationStatusCommand,
  ScheduleKeyDeletionCommand,
  type KeyMetadata,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { LazycredError } from '../errors.js';
import { ask, settle, type CallFor } from './request.js';
import { ALIAS_TAG, KEY_DESCRIPTION, type SetupRun, type SetupStep } from './steps.js';
import { forgottenKey } from './forgotten-kms-key.js';

/** A key as configured, and how to reach KMS. */
export interface KmsKeySetup extends SetupRun {
  /** Stays open. */
  readonly client: Pick<KMSClient, 'send'>;
  /** The same without retries: a creation whose answer was lost, sent again, would make a second key. */
  readonly once: Pick<KMSClient, 'send'>;
  /** `alias/…`, a key id, or an ARN of either; only a bare alias is ever made. */
  readonly key: string;
  /** The client's region. */
  readonly region: string;
}

/** AWS's price page as of March 2026; that rotation is charged twice only, since May 2024. */
const COST =
  'about 1 USD a month, 1 more from each of its first two yearly rotations on, and 0.03 USD per 10,000 requests after the first 20,000 a month (March 2026)';

/** The shortest time that KMS allows before it deletes a key, in days. */
const SHORTEST_WINDOW_DAYS = 7;

// Other servers of KMS than the one that made a key know it a moment later.
const NOT_YET = { NotFoundException: 'again', DependencyTimeoutException: 'again' } as const;

/**
 * Makes a symmetric key with yearly rotation and then the configured alias for it, or gives the alias
 * to the key that an interrupted set-up made for it; a key that exists is only checked.
 *
 * @throws ERR_ACCESS naming a missing permission, or when the key is not usable; ERR_CONFIG when an
 *   id or ARN names no key, or the alias is one of AWS's own; ERR_UNAVAILABLE
 */
export async function setUpKmsKey(o: KmsKeySetup): Promise<SetupStep[]> {
  const what = `key kms:${o.key}`;
  const service = `KMS in ${o.region}`;
  const call: CallFor = (permission, also) => ({
    service,
    permission,
    also,
    what,
    location: `kms:${o.key}`,
    signal: o.signal,
  });
  const found = await describeKey(o, o.key, call);
  if (found !== undefined) return check(o, found, call);
  mustBeAlias(o);
  const forgotten = await forgottenKey(o.client, o.key, call);
  if (!o.dryRun) await make(o, forgotten, call);
  const detail = `symmetric, rotated yearly, in ${o.region}`;
  return [
    forgotten === undefined
      ? { what, action: 'make', detail, cost: COST }
      : {
          what,
          action: 'change',
          detail: `finish what an interrupted set-up began with key ${forgotten}: ${detail}`,
          cost: COST,
        },
  ];
}

async function describeKey(o: KmsKeySetup, KeyId: string, call: CallFor): Promise<KeyMetadata | undefined> {
  const answer = await ask(
    call('kms:DescribeKey'),
    (options) => o.client.send(new DescribeKeyCommand({ KeyId }), options),
    { NotFoundException: 'absent' },
  );
  return answer === 'absent' ? undefined : answer.KeyMetadata;
}

// The alias comes last: a key that can be found by it is complete.
async function make(o: KmsKeySetup, forgotten: string | undefined, call: CallFor): Promise<void> {
  const KeyId = forgotten ?? (await createKey(o, call));
  await settle(call(''), () =>
    ask(
      call('kms:EnableKeyRotation'),
      (options) => o.client.send(new EnableKeyRotationCommand({ KeyId }), options),
      NOT_YET,
    ),
  );
  const alias = await settle(call(''), () =>
    ask(
      call('kms:CreateAlias', 'the same on the key itself'),
      (options) => o.client.send(new CreateAliasCommand({ AliasName: o.key, TargetKeyId: KeyId }), options),
      { ...NOT_YET, AlreadyExistsException: 'there' },
    ),
  );
  if (alias !== 'there') return;
  const winner = await settle(call(''), async () => (await describeKey(o, o.key, call)) ?? 'again');
  // Our own request that was sent twice, or somebody gave the alias to the same key.
  if (winner.KeyId === KeyId) return;
  // Two set-ups at once. Nobody can have used this key: no alias ever led to it.
  const PendingWindowInDays = SHORTEST_WINDOW_DAYS;
  await ask(
    call('kms:ScheduleKeyDeletion'),
    (options) => o.client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }), options),
    // The other set-up had found this key, too, and was first.
    { KMSInvalidStateException: 'done' },
  );
}

async function createKey(o: KmsKeySetup, call: CallFor): Promise<string> {
  const Tags = Object.entries({ ...o.tags, [ALIAS_TAG]: o.key }).map(([TagKey, TagValue]) => ({
    TagKey,
    TagValue,
  }));
  const answer = await ask(call('kms:CreateKey', 'kms:TagResource'), (options) =>
    o.once.send(new CreateKeyCommand({ Description: KEY_DESCRIPTION, Tags }), options),
  );
  const id = answer.KeyMetadata?.KeyId;
  if (id !== undefined) return id;
  throw new LazycredError('ERR_UNAVAILABLE', 'KMS made a key and did not name it', {
    location: `kms:${o.key}`,
    hint: 'run the set-up again: it finds the key',
  });
}

function mustBeAlias({ key, region }: KmsKeySetup): void {
  const location = `kms:${key}`;
  if (!key.startsWith('alias/')) {
    throw new LazycredError('ERR_CONFIG', `the key kms:${key} does not exist in ${region}`, {
      location,
      hint: 'set-up makes keys for kms:alias/NAME alone: check the id or ARN and the region',
    });
  }
  // KMS API reference, CreateAlias: reserved. Asked for first, it would leave a key without an alias.
  if (!key.startsWith('alias/aws/')) return;
  throw new LazycredError('ERR_CONFIG', `the alias ${key} is reserved for AWS's own keys`, {
    location,
    hint: 'choose an alias that does not begin with alias/aws/',
  });
}

async function check(o: KmsKeySetup, key: KeyMetadata, call: CallFor): Promise<SetupStep[]> {
  const what = `key kms:${o.key}`;
  // The aws command takes no region from a configuration of ours.
  const named = `--key-id ${key.KeyId} --region ${o.region}`;
  const unfit = (why: string, hint: string): LazycredError =>
    new LazycredError('ERR_ACCESS', `the key kms:${o.key} ${why}`, { location: `kms:${o.key}`, hint });
  if (key.KeyState === 'Disabled') throw unfit('is disabled', `enable it again: aws kms enable-key ${named}`);
  if (key.KeyState === 'PendingDeletion' || key.KeyState === 'PendingReplicaDeletion') {
    throw unfit('is waiting to be deleted', `bring it back: aws kms cancel-key-deletion ${named}`);
  }
  if (key.KeyState !== 'Enabled' && key.KeyState !== 'Updating' && key.KeyState !== 'Creating') {
    throw unfit(`is not usable: ${key.KeyState}`, `look at it: aws kms describe-key ${named}`);
  }
  if ((key.KeySpec ?? 'SYMMETRIC_DEFAULT') !== 'SYMMETRIC_DEFAULT') {
    throw unfit('is not a symmetric encryption key', 'choose another key, or another alias');
  }
  const exists: SetupStep = {
    what,
    action: 'none',
    detail: `exists, enabled: ${key.Arn ?? o.key}`,
    cost: '',
  };
  // An id or ARN may be another account's key, of which no more than this need be told.
  if (!o.key.startsWith('alias/') || key.KeyManager === 'AWS' || key.Origin !== 'AWS_KMS') return [exists];
  const status = await ask(
    call('kms:GetKeyRotationStatus'),
    (options) => o.client.send(new GetKeyRotationStatusCommand({ KeyId: key.KeyId }), options),
    { UnsupportedOperationException: 'not offered' },
  );
  if (status === 'not offered') return [exists];
  if (status.KeyRotationEnabled === true)
    return [{ ...exists, detail: exists.detail.replace('enabled', 'enabled, rotated') }];
  const detail = `off; on with: aws kms enable-key-rotation ${named}`;
  return [exists, { what: `rotation of ${what}`, action: 'none', detail, cost: '' }];
}
