import {
  DescribeKeyCommand,
  ListAliasesCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { ask, type CallFor } from './request.js';
import { ALIAS_TAG } from './steps.js';

type Client = Pick<KMSClient, 'send'>;

/**
 * The id of a key that a set-up made for `alias` and was killed before it could give it the alias;
 * undefined for none. Without this look, each try would leave a key that costs money and that nobody
 * sees. Of several the first by id, so that two set-ups at once agree.
 *
 * Asks for the tags of each key that has no alias at all.
 */
export async function forgottenKey(
  client: Client,
  alias: string,
  call: CallFor,
): Promise<string | undefined> {
  const [keys, aliased] = await Promise.all([keyIds(client, call), aliasedIds(client, call)]);
  for (const id of keys.filter((key) => !aliased.has(key)).toSorted()) {
    if ((await madeFor(client, id, call)) === alias && (await isEnabled(client, id, call))) return id;
  }
  return undefined;
}

async function keyIds(client: Client, call: CallFor): Promise<string[]> {
  const ids: string[] = [];
  for (let Marker: string | undefined; ;) {
    const input = Marker === undefined ? {} : { Marker };
    const page = await ask(call('kms:ListKeys'), (o) => client.send(new ListKeysCommand(input), o));
    ids.push(...(page.Keys ?? []).flatMap(({ KeyId }) => KeyId ?? []));
    if (page.Truncated !== true || page.NextMarker === undefined) return ids;
    Marker = page.NextMarker;
  }
}

async function aliasedIds(client: Client, call: CallFor): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let Marker: string | undefined; ;) {
    const input = Marker === undefined ? {} : { Marker };
    const page = await ask(call('kms:ListAliases'), (o) => client.send(new ListAliasesCommand(input), o));
    for (const { TargetKeyId } of page.Aliases ?? []) if (TargetKeyId !== undefined) ids.add(TargetKeyId);
    if (page.Truncated !== true || page.NextMarker === undefined) return ids;
    Marker = page.NextMarker;
  }
}

async function madeFor(client: Client, KeyId: string, call: CallFor): Promise<string | undefined> {
  for (let Marker: string | undefined; ;) {
    const input = { KeyId, ...(Marker === undefined ? {} : { Marker }) };
    const page = await ask(
      call('kms:ListResourceTags'),
      (o) => client.send(new ListResourceTagsCommand(input), o),
      // Deleted meanwhile, or a key whose own policy shuts this caller out: ours has the default one.
      { NotFoundException: 'other', AccessDeniedException: 'other' },
    );
    if (page === 'other') return undefined;
    const tag = page.Tags?.find(({ TagKey }) => TagKey === ALIAS_TAG);
    if (tag !== undefined || page.Truncated !== true || page.NextMarker === undefined) return tag?.TagValue;
    Marker = page.NextMarker;
  }
}

// The loser of two set-ups at once is waiting to be deleted.
async function isEnabled(client: Client, KeyId: string, call: CallFor): Promise<boolean> {
  const answer = await ask(
    call('kms:DescribeKey'),
    (o) => client.send(new DescribeKeyCommand({ KeyId }), o),
    { NotFoundException: 'gone' },
  );
  return answer !== 'gone' && answer.KeyMetadata?.KeyState === 'Enabled';
}
