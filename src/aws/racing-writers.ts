import { randomUUID } from 'node:crypto';
import { LazycredError } from '../errors.js';

/** One record that writers race for. */
export interface RaceGround {
  /** Where the record lies, for the message of one that could not be removed: `the object KEY`. */
  readonly place: string;
  /** Writes on condition that there is no record; whether the server says that it did. */
  create(text: string): Promise<boolean>;
  /** Writes on condition that the record still is the one that is there now; whether the server says that it did. */
  overwrite(text: string): Promise<boolean>;
  /** The text of the record, read consistently; undefined when there is none. */
  read(): Promise<string | undefined>;
  /** Removes the record and what the server keeps of it; one that isn't there is no failure. */
  remove(): Promise<void>;
}

/** Whose server it is, for messages. */
export interface RaceService {
  /** `S3 in eu-west-1`. */
  readonly service: string;
  readonly location: string;
  /** What to use instead of such a server. */
  readonly hint: string;
}

/** Writers that race at once: less than the 50 sockets of a client, so that none waits for another one. */
const WRITERS = 16;

/** Races of each kind: a server that checks and writes in two steps does not lose every one. */
const ROUNDS = 4;

/**
 * Lets writers race, to see that conditional writes are atomic: sixteen at once create a record that isn't
 * there, then sixteen at once overwrite one and the same, four times each. Of each race one writer may be told
 * that it made it, and that writer's text must be what is read then. What was written is removed.
 *
 * The requests don't end with `signal`, which counts between the rounds: a write that nobody waits for any
 * more could land after the removal.
 *
 * @param newGround a record of its own for each round, where nobody else looks for one
 * @throws ERR_UNSUPPORTED `… 3 of 16 racing writers were told that they made it`; what the requests throw
 */
export async function raceWriters(
  of: RaceService,
  newGround: () => RaceGround,
  signal?: AbortSignal,
): Promise<void> {
  let won = 0;
  for (let round = 0; round < ROUNDS; round++) {
    signal?.throwIfAborted();
    const ground = newGround();
    try {
      if (await both(of, ground)) won++;
    } catch (e) {
      await remove(ground, e);
      throw e;
    }
    await remove(ground);
  }
  // A winner's answer may be lost, and its second attempt refused: not in each round.
  if (won === 0)
    throw refusal(of, `in ${ROUNDS} rounds none of ${WRITERS} racing writers was told that it wrote`);
}

async function both(of: RaceService, ground: RaceGround): Promise<boolean> {
  const created = await race((text) => ground.create(text));
  checkRace(of, created, 'made the record');
  if (created.told.length === 0) return false;
  await checkKept(of, ground, created);
  const overwritten = await race((text) => ground.overwrite(text));
  checkRace(of, overwritten, 'overwrote the record');
  if (overwritten.told.length === 0) return false;
  await checkKept(of, ground, overwritten);
  return true;
}

interface Race {
  /** The texts whose writers were told that they wrote. */
  readonly told: readonly string[];
}

async function race(write: (text: string) => Promise<boolean>): Promise<Race> {
  const texts = Array.from({ length: WRITERS }, () => randomUUID());
  const outcomes = await Promise.allSettled(texts.map(write));
  const told = outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
  return { told: texts.filter((_, i) => told[i]) };
}

function checkRace(of: RaceService, { told }: Race, done: string): void {
  if (told.length < 2) return;
  throw refusal(of, `${told.length} of ${WRITERS} racing writers were told that they ${done}`);
}

async function checkKept(of: RaceService, ground: RaceGround, { told }: Race): Promise<void> {
  if ((await ground.read()) === told[0]) return;
  throw refusal(
    of,
    `one of ${WRITERS} racing writers was told that it wrote, and another one's record is kept`,
  );
}

function refusal({ service, location, hint }: RaceService, what: string): LazycredError {
  const message = `the conditional writes of ${service} are not atomic, so that values would be lost: ${what}`;
  return new LazycredError('ERR_UNSUPPORTED', message, { location, hint });
}

async function remove(ground: RaceGround, failure?: unknown): Promise<void> {
  try {
    await ground.remove();
  } catch (e) {
    const first = failure ?? e;
    if (!(first instanceof LazycredError)) throw first;
    throw first.with({ message: `${first.message}; what was written to try it may remain: ${ground.place}` });
  }
}
