/**
 * A process of its own in which two operations on one name of a local store take turns: `node two-at-once.js JOB`.
 * It tries every way in which each stops once for the other, and prints what went wrong.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { cp, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalBackend } from '../../src/backends/local.js';
import { isLazycredError } from '../../src/errors.js';
import { LocalKey } from '../../src/keys/local.js';
import { Store } from '../../src/store.js';
import { run } from './run.js';
import { beforeSystemCalls } from './system-calls.js';

/** What can be done. */
export type TurnAction = 'put' | 'destroy' | 'prune';

/** The two, in the order in which they begin. */
export interface TurnsJob {
  readonly actions: readonly [TurnAction, TurnAction];
  /** How many values are put before. */
  readonly versions: number;
}

/** What came out of all schedules. */
export interface TurnsDone {
  readonly schedules: number;
  readonly faults: readonly string[];
}

const NAME = 'db';
const script = fileURLToPath(import.meta.url);

/** Runs a job in a process of its own. */
export async function runTurns(job: TurnsJob): Promise<TurnsDone> {
  const { stdout, stderr, code } = await run([process.execPath, script, JSON.stringify(job)], {
    env: {},
    timeout: 110_000,
  });
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as TurnsDone;
}

/** Whose call comes next: the first makes `i`, the second `j`, then the first ends, then the second. */
class Turns {
  readonly #segments: { readonly who: number; calls: number }[];
  #waiting: (() => void)[] = [];

  constructor(i: number, j: number) {
    this.#segments = [
      { who: 0, calls: i },
      { who: 1, calls: j },
      { who: 0, calls: Infinity },
      { who: 1, calls: Infinity },
    ];
    this.#skip();
  }

  async turnOf(who: number): Promise<void> {
    while (this.#segments[0] !== undefined && this.#segments[0].who !== who) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const [now] = this.#segments;
    if (now !== undefined) now.calls--;
    this.#skip();
  }

  /** It has come to its end. @returns whether it did so before its turn was over */
  end(who: number): boolean {
    const wasEarly = this.#segments.filter((s) => s.who === who).length > 1;
    const left = this.#segments.filter((s) => s.who !== who);
    this.#segments.splice(0, this.#segments.length, ...left);
    this.#skip();
    return wasEarly;
  }

  #skip(): void {
    while (this.#segments[0]?.calls === 0) this.#segments.shift();
    const woken = this.#waiting;
    this.#waiting = [];
    for (const wake of woken) wake();
  }
}

const actor = new AsyncLocalStorage<number>();
const key = new LocalKey({});
let turns: Turns | undefined;

// What is done with an open file of one's own meets nobody: only where paths are looked up does the order matter.
const OWN = /^(?:read|close|sync|writeFile) /u;

function openIn(dir: string): Store {
  return new Store({ backend: new LocalBackend({ dir }), keys: [key], backOff: () => Promise.resolve() });
}

async function act(store: Store, action: TurnAction): Promise<string> {
  if (action === 'put') return (await store.put(NAME, 'kept')).version;
  if (action === 'destroy') await store.destroy(NAME);
  else await store.prune(NAME, { keep: 1 });
  return '';
}

/** Runs one schedule; what is wrong afterwards, and which of the two ended before it was to stop. */
async function schedule(
  { actions }: TurnsJob,
  dir: string,
  gone: readonly string[],
  at: readonly [number, number],
): Promise<{ readonly faults: readonly string[]; readonly early: readonly boolean[] }> {
  const now = new Turns(...at);
  const early: boolean[] = [];
  turns = now;
  const store = openIn(dir);
  const outcomes = await Promise.all(
    actions.map((action, who) =>
      actor.run(who, async () => {
        try {
          return await act(store, action);
        } catch (e) {
          return e;
        } finally {
          early[who] = now.end(who);
        }
      }),
    ),
  );
  turns = undefined;
  const faults = outcomes.flatMap((o, who) =>
    o instanceof Error ? [`${actions[who]} failed: ${o.message}`] : [],
  );
  const files = await readdir(join(dir, NAME));
  faults.push(...files.filter((file) => file.startsWith('.tmp-')).map((file) => `${file} is left`));
  const bodies = await Promise.all(files.map((file) => readFile(join(dir, NAME, file), 'utf8')));
  if (bodies.some((body) => gone.some((data) => body.includes(data))))
    faults.push('a removed value is there');
  const isDestroyed = actions.includes('destroy');
  for (const version of outcomes.filter((o) => typeof o === 'string' && o !== '')) {
    const value = await store.get(NAME, { version: String(version) }).catch((e: unknown) => e);
    const isGone =
      isDestroyed && isLazycredError(value, 'ERR_NOT_FOUND') && value.message.includes('destroyed');
    if (
      !isGone &&
      !(value instanceof Object && 'text' in value && (value as { text(): string }).text() === 'kept')
    )
      faults.push(`version ${String(version)} was acknowledged, and is lost`);
  }
  await store.put(NAME, 'later');
  if ((await store.get(NAME)).text() !== 'later') faults.push('a later put is not what get gives');
  return { faults, early };
}

// Nobody sees a flush, and it takes longer than all the rest.
async function withoutFlushing(): Promise<void> {
  const handle = await open(script);
  (Object.getPrototypeOf(handle) as typeof handle).sync = () => Promise.resolve();
  await handle.close();
}

async function main(job: TurnsJob): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'turns-'));
  const start = join(root, 'start');
  const before = openIn(start);
  for (let i = 0; i < job.versions; i++) await before.put(NAME, `value ${i}`);
  const dataOf = async (file: string): Promise<string> =>
    (JSON.parse(await readFile(join(start, NAME, file), 'utf8')) as { data: string }).data;
  const values = await Promise.all((await readdir(join(start, NAME))).toSorted().map(dataOf));
  // Of what prune removes only the oldest goes whichever comes first; a destroy takes all that was there.
  const gone = job.actions.includes('destroy') ? values : values.slice(0, -1);
  // A killed put's record, of a value that goes.
  await cp(
    join(start, NAME, `${'1'.padStart(19, '0')}.json`),
    join(start, NAME, '.tmp-0123456789abcdef01234567'),
  );

  await withoutFlushing();
  beforeSystemCalls(async ({ text }) => {
    const who = actor.getStore();
    if (who !== undefined && !OWN.test(text)) await turns?.turnOf(who);
  });
  const faults: string[] = [];
  let schedules = 0;
  for (let i = 0, firstEnded = false; !firstEnded; i++) {
    for (let j = 1, secondEnded = false; !secondEnded; j++) {
      const dir = join(root, `${i}-${j}`);
      await cp(start, dir, { recursive: true });
      const found = await schedule(job, dir, gone, [i, j]);
      await rm(dir, { recursive: true });
      faults.push(...found.faults.map((fault) => `after ${i} and ${j} calls: ${fault}`));
      schedules++;
      firstEnded ||= found.early[0] === true && i > 0;
      secondEnded = found.early[1] === true;
    }
  }
  await rm(root, { recursive: true });
  const done: TurnsDone = { schedules, faults };
  process.stdout.write(JSON.stringify(done));
}

if (process.argv[1] === script) await main(JSON.parse(process.argv[2] ?? '') as TurnsJob);
