import { allOrError, forEach } from '../../../store/bulk.js';
import { LazycredError } from '../../../errors.js';
import type { Store } from '../../../index.js';
import { jsonMembers } from '../../formats/read/json.js';
import { caution } from '../../io/caution.js';
import { writeError, writeOut } from '../../io/streams.js';
import { withTable, type CredstashRun } from './open.js';
import { promptedValue } from './values.js';

/** `put`: stores one credential, as version 1 unless told otherwise. */
export async function put(run: CredstashRun, text: string): Promise<void> {
  const { args, around } = run;
  const name = args.text('credential') ?? '';
  const value = args.has('prompt') ? await promptedValue(name, around) : text;
  const credential = { name, value, comment: args.text('comment'), version: '1' };
  await withTable(run, ({ store }) => putOne(run, store, credential));
  tellNotBound();
}

/**
 * `putall`: stores each member of a JSON object, in its order, as version 0 unless told otherwise.
 * One that fails doesn't spare the others, as in the original, which however ends with success. A
 * comment is dropped, as there.
 */
export async function putAll(run: CredstashRun, text: string): Promise<void> {
  const values = membersOf(text);
  await withTable(run, async ({ store }) => {
    const outcomes = await forEach(
      [...values.keys()],
      async (name) => {
        const value = values.get(name);
        if (typeof value !== 'string')
          throw new LazycredError('ERR_USAGE', 'the value is not text', { name });
        await putOne(run, store, { name, value, comment: undefined, version: '0' });
      },
      // One after the other: the lines on stdout are in the order of the object.
      { limit: 1 },
    );
    if (outcomes.some((o) => 'value' in o)) tellNotBound();
    allOrError(outcomes, 'store');
  });
}

interface Credential {
  readonly name: string;
  readonly value: string;
  readonly comment: string | undefined;
  /** Where the arguments have none. */
  readonly version: string;
}

async function putOne({ args, around }: CredstashRun, store: Store, credential: Credential): Promise<void> {
  const { name, value, comment, version } = credential;
  // An empty version is padded to zeros, as any text is.
  const wanted = (args.text('version') ?? version) || '0';
  await store.put(name, value, {
    signal: around.signal,
    comment,
    digest: args.text('digest'),
    ...(args.has('autoversion') ? {} : { version: wanted, backfill: true }),
  });
  await writeOut(`${name} has been stored\n`);
}

function tellNotBound(): void {
  caution('credstash', (line) => writeError(`${line}\n`));
}

/** The members of a JSON object; of a name that is there twice the last, as Python has it. */
function membersOf(text: string): ReadonlyMap<string, unknown> {
  try {
    const all: unknown = JSON.parse(text);
    if (typeof all === 'object' && all !== null && !Array.isArray(all)) {
      // Not its properties: names like "1" would be out of order.
      return new Map([...jsonMembers(text)].map((m) => [JSON.parse(m.name) as string, JSON.parse(m.value)]));
    }
  } catch (e) {
    // V8's message quotes the text.
    if (!(e instanceof SyntaxError)) throw e;
  }
  throw new LazycredError('ERR_USAGE', 'the credentials are not one JSON object', {
    hint: 'as in {"name": "value", …}',
  });
}
