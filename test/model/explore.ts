/**
 * An explicit-state model checker over the code itself: every interleaving of the requests that
 * `Store.put` really makes, with crashes, lost answers and refused requests, breadth-first.
 *
 * The server is a pure function of a small state (a `World`). A writer is the real store and backend
 * over a client that hands each request to the checker; since all between two requests is
 * deterministic, a writer's state is the list of answers that it has had, and is reached by replay.
 */
import { createHash } from 'node:crypto';
import type { Backend } from '../../src/backend.js';
import { isLazycredError } from '../../src/errors.js';
import type { KeyProvider } from '../../src/keys.js';
import { Store } from '../../src/store.js';

/** A request as the client saw it: the SDK command's name and input. */
export interface Request {
  readonly op: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What is stored: place → content. */
export type State = ReadonlyMap<string, string>;

/** A server's answer as data: what makes it, and an SDK-like failure's name where it fails. */
export type Answer =
  { readonly ok: string | null | readonly string[] } | { readonly error: string; readonly status: number };

/** A storage service, reduced to what the backend asks of it. */
export interface World {
  /** Runs a request atomically. */
  execute(state: State, request: Request): { readonly state: State; readonly answer: Answer };
  /** The SDK's output for an answer. */
  output(request: Request, answer: Answer): unknown;
  isWrite(request: Request): boolean;
  /** What a write is answered, without an effect, that meets another one. */
  readonly underWay?: Answer;
  backend(send: (command: Command) => Promise<unknown>): Backend;
  /** The records under the one name, by place; and which of them `get` without a version gives. */
  records(state: State): readonly Shown[];
  newest(state: State): Shown | undefined;
}

/** A stored record as its reader would see it. */
export interface Shown {
  readonly version: number;
  /** Which put made it; '' for what was there at the start or what LazyCred's tool wrote. */
  readonly by: string;
  readonly native: boolean;
  /** A tombstone or stub: no value. */
  readonly removed: boolean;
  readonly body: string;
}

export interface Command {
  readonly constructor: { readonly name: string };
  readonly input: object;
}

/** One operation of a writer: a put unless it says something else. */
export interface Operation {
  readonly kind?: 'delete' | 'undelete' | 'destroy' | 'prune';
  readonly ifVersion?: number;
  /** Instead of a put of ours: another program overwrites this place with this body, unconditionally. */
  readonly overwrite?: { readonly place: string; readonly body: string };
}

export interface Scenario {
  readonly world: World;
  readonly initial: State;
  readonly writers: readonly (readonly Operation[])[];
  readonly crashes: number;
  /** Writes whose answer is lost: sent again by the SDK, or given up. */
  readonly losses: number;
  /** Conditional writes that are answered as if another one were under way (S3's 409), and do nothing. */
  readonly conflicts?: number;
  readonly accept?: readonly ('native' | 'lazycred')[];
}

export const NAME = 'db';

type Outcome = { readonly version: number; readonly kind: string } | { readonly code: string };
type Step = { readonly request: Request } | { readonly done: Outcome };

interface Ack {
  readonly by: string;
  /** How many bodies had been the newest when it began: what it must not bring back. */
  readonly since: number;
  readonly outcome: Outcome;
  readonly ifVersion: number | undefined;
}

interface Writer {
  readonly at: number;
  /** How many bodies had been the newest when the current operation sent its first request. */
  readonly since: number;
  readonly answers: readonly Answer[];
  /** The same answers as interned numbers: what tells one state from another. */
  readonly path: string;
  readonly alive: boolean;
}

interface Node {
  readonly state: State;
  readonly writers: readonly Writer[];
  readonly crashes: number;
  readonly losses: number;
  readonly conflicts: number;
  readonly acks: readonly Ack[];
  /** The bodies of the newest record, in the order in which they were it. */
  readonly heads: readonly string[];
  readonly trace: Trace | undefined;
}

interface Trace {
  readonly label: string;
  readonly before: Trace | undefined;
}

const numbers = new Map<string, number>();

/** A small number for a text, always the same: states are compared by numbers, not by kilobytes. */
function intern(text: string): number {
  const known = numbers.get(text);
  if (known !== undefined) return known;
  numbers.set(text, numbers.size);
  return numbers.size - 1;
}

const KEY = new Uint8Array(32).fill(7);

// One fixed key: what wraps the data key plays no part in the protocol.
export const provider: KeyProvider = {
  id: 'local',
  label: 'local:',
  generate: () =>
    Promise.resolve({ key: KEY.slice(), wrapped: { provider: 'local', id: '', wrapped: 'AA==' } }),
  wrap: () => Promise.resolve({ provider: 'local', id: '', wrapped: 'AA==' }),
  unwrap: () => Promise.resolve(KEY.slice()),
  rank: () => 0,
  close: () => Promise.resolve(),
};

function withResolvers<T>() {
  let resolve: (value: T) => void = fail;
  let reject: (reason: unknown) => void = fail;
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

/** Runs one put as far as the answers go: to its next request, or its end. */
async function replay(
  scenario: Scenario,
  op: Operation,
  by: string,
  answers: readonly Answer[],
): Promise<Step> {
  const controller = new AbortController();
  const given = [...answers];
  let draws = 0;
  const step = withResolvers<Step>();
  const backend = scenario.world.backend((command) => {
    const request = { op: command.constructor.name, input: command.input as Request['input'] };
    const answer = given.shift();
    if (answer === undefined) {
      step.resolve({ request });
      // The rest of this run is not wanted: the abort below ends it.
      return new Promise((_, reject) => {
        controller.signal.addEventListener('abort', () => reject(new Error('abandoned')));
      });
    }
    if ('error' in answer) {
      const failure = Object.assign(new Error('model'), { $metadata: { httpStatusCode: answer.status } });
      failure.name = answer.error;
      return Promise.reject(failure);
    }
    return Promise.resolve(scenario.world.output(request, answer));
  });
  const store = new Store({
    backend,
    keys: [provider],
    now: () => new Date(0),
    backOff: () => Promise.resolve(),
    random: (size) => createHash('shake256', { outputLength: size }).update(`${by} ${draws++}`).digest(),
    ...(scenario.accept === undefined ? {} : { format: 'native', accept: scenario.accept }),
  });
  start(store, op, by, controller.signal).then(
    (version) => step.resolve({ done: { version, kind: op.kind ?? 'put' } }),
    (e: unknown) => (isLazycredError(e) ? step.resolve({ done: { code: e.code } }) : step.reject(e)),
  );
  try {
    return await step.promise;
  } finally {
    controller.abort();
  }
}

async function start(store: Store, op: Operation, by: string, signal: AbortSignal): Promise<number> {
  if (op.kind === undefined) {
    const condition = op.ifVersion === undefined ? {} : { ifVersion: op.ifVersion };
    return Number((await store.put(NAME, 'v', { by, signal, ...condition })).version);
  }
  if (op.kind === 'delete' || op.kind === 'undelete') {
    return Number((await store[op.kind](NAME, { by, signal })).version);
  }
  if (op.kind === 'destroy') await store.destroy(NAME, { by, signal });
  else await store.prune(NAME, { keep: 1, by, signal });
  return 0;
}

/** What a run of the checker found. */
export interface Report {
  readonly states: number;
  /** The first violation, with the requests that lead to it. */
  readonly violation: string | undefined;
  /** How often each outcome was acknowledged, over all states: shows that the checker went there. */
  readonly outcomes: ReadonlyMap<string, number>;
}

/** Visits every reachable state; ends at the first violation. */
export async function explore(scenario: Scenario): Promise<Report> {
  const { world } = scenario;
  const steps = new Map<string, Step>();
  const next = async (op: Operation, by: string, answers: readonly Answer[], path: string): Promise<Step> => {
    if (op.overwrite !== undefined) {
      const request = { op: 'Overwrite', input: { ...op.overwrite } };
      return answers.length === 0 ? { request } : { done: { code: 'overwritten' } };
    }
    const key = `${by} ${path}`;
    const known = steps.get(key);
    if (known !== undefined) return known;
    const step = await replay(scenario, op, by, answers);
    steps.set(key, step);
    return step;
  };
  const first: Node = {
    state: scenario.initial,
    writers: scenario.writers.map(() => ({ at: 0, since: 0, answers: [], path: '', alive: true })),
    crashes: scenario.crashes,
    losses: scenario.losses,
    conflicts: scenario.conflicts ?? 0,
    acks: [],
    heads: headOf(world, scenario.initial),
    trace: undefined,
  };
  const seen = new Set<string>([identity(first)]);
  const queue: Node[] = [first];
  const outcomes = new Map<string, number>();
  for (let i = 0; i < queue.length; i++) {
    const node = queue[i] as Node;
    let quiet = true;
    for (const [w, writer] of node.writers.entries()) {
      const op = scenario.writers[w]?.[writer.at];
      if (!writer.alive || op === undefined) continue;
      quiet = false;
      const by = `w${w}.${writer.at}`;
      const step = await next(op, by, writer.answers, writer.path);
      if (!('request' in step)) throw new Error('a finished operation was left in a state');
      for (const successor of await successors(scenario, node, w, op, by, step.request, next)) {
        const fault = violation(world, scenario, successor);
        if (fault !== undefined) return { states: seen.size, violation: explain(fault, successor), outcomes };
        const id = identity(successor);
        if (seen.has(id)) continue;
        seen.add(id);
        queue.push(successor);
        const ack = successor.acks.at(-1);
        if (ack !== undefined && ack !== node.acks.at(-1)) {
          const kind = 'code' in ack.outcome ? ack.outcome.code : ack.outcome.kind;
          outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
        }
      }
    }
    if (quiet) {
      const fault = await stuck(scenario, node, next);
      if (fault !== undefined) return { states: seen.size, violation: explain(fault, node), outcomes };
    }
  }
  return { states: seen.size, violation: undefined, outcomes };
}

type Next = (op: Operation, by: string, answers: readonly Answer[], path: string) => Promise<Step>;

async function successors(
  scenario: Scenario,
  node: Node,
  w: number,
  op: Operation,
  by: string,
  request: Request,
  next: Next,
): Promise<Node[]> {
  const { world } = scenario;
  const writer = node.writers[w] as Writer;
  const label = `${by} ${describe(request)}`;
  const { state, answer } = execute(world, node.state, request);
  const since = writer.answers.length === 0 ? node.heads.length : writer.since;
  const deliver = async (after: State, given: Answer, said: string, losses = node.losses): Promise<Node> => {
    const answers = [...writer.answers, given];
    const path = `${writer.path},${intern(JSON.stringify(given))}`;
    const step = await next(op, by, answers, path);
    const finished = 'done' in step;
    return {
      ...node,
      state: after,
      losses,
      writers: node.writers.with(
        w,
        finished
          ? { at: writer.at + 1, since: 0, answers: [], path: '', alive: true }
          : { ...writer, since, answers, path },
      ),
      acks: finished ? [...node.acks, { by, since, outcome: step.done, ifVersion: op.ifVersion }] : node.acks,
      heads: moved(world, node, after),
      trace: { label: `${label}: ${said}`, before: node.trace },
    };
  };
  const out = [await deliver(state, answer, JSON.stringify(answer))];
  if (node.crashes > 0) {
    out.push({
      ...node,
      crashes: node.crashes - 1,
      writers: node.writers.with(w, { ...writer, alive: false }),
      trace: { label: `${label}: crash before`, before: node.trace },
    });
  }
  const ours = op.overwrite === undefined;
  if (ours && node.conflicts > 0 && world.underWay !== undefined && world.isWrite(request)) {
    const meets = await deliver(node.state, world.underWay, 'meets another write');
    out.push({ ...meets, conflicts: node.conflicts - 1 });
  }
  if (ours && world.isWrite(request) && node.losses > 0) {
    const timeOut: Answer = { error: 'TimeoutError', status: 0 };
    // It took effect; the SDK sends it again, or has no attempts left. Or it never arrived.
    if (state !== node.state) {
      out.push({
        ...node,
        state,
        losses: node.losses - 1,
        heads: moved(world, node, state),
        trace: { label: `${label}: takes effect, answer lost, to be sent again`, before: node.trace },
      });
    }
    out.push(await deliver(state, timeOut, 'takes effect, answer lost for good', node.losses - 1));
    out.push(await deliver(node.state, timeOut, 'never arrives', node.losses - 1));
  }
  return out;
}

function execute(
  world: World,
  state: State,
  request: Request,
): { readonly state: State; readonly answer: Answer } {
  if (request.op !== 'Overwrite') return world.execute(state, request);
  const { place, body } = request.input as { place: string; body: string };
  return { state: new Map([...state, [place, body]]), answer: { ok: null } };
}

function headOf(world: World, state: State): readonly string[] {
  const body = world.newest(state)?.body;
  return body === undefined ? [] : [body];
}

function moved(world: World, node: Node, after: State): readonly string[] {
  const body = world.newest(after)?.body;
  return body === undefined || body === world.newest(node.state)?.body ? node.heads : [...node.heads, body];
}

// The invariants of docs/format.md, checked in every state.
function violation(world: World, scenario: Scenario, node: Node): string | undefined {
  const acked = node.acks.flatMap((a) => ('version' in a.outcome ? [{ ...a, ...a.outcome }] : []));
  const made = acked.filter((a) => a.version > 0);
  const versions = made.map((a) => a.version);
  if (new Set(versions).size !== versions.length) return 'two puts were acknowledged as one version';
  if (node.acks.some((a) => 'code' in a.outcome && a.outcome.code === 'ERR_INTEGRITY'))
    return 'a false alarm';
  const records = world.records(node.state);
  const values = records.filter((r) => !r.removed);
  const places = new Map<string, Set<number>>();
  for (const { by, version } of values)
    if (by !== '') places.set(by, (places.get(by) ?? new Set()).add(version));
  for (const [by, set] of places) if (set.size > 1) return `${by} was stored twice`;
  const operations = scenario.writers.flat();
  const foreign = operations.some((op) => op.overwrite !== undefined);
  const erases = operations.some((op) => op.kind === 'destroy' || op.kind === 'prune');
  const newest = world.newest(node.state);
  if (!foreign) {
    for (const { by, version } of erases ? [] : made) {
      if (!records.some((r) => r.by === by && r.version === version))
        return `${by} was acknowledged, and is not there`;
    }
    if (versions.length > 0 && (newest?.version ?? 0) < Math.max(...versions))
      return 'get is older than an acknowledged put';
  }
  const shown = node.heads.map((body) => world.newest(new Map([['head', body]])) ?? fail());
  for (const [i, head] of shown.entries()) {
    const before = shown.slice(0, i);
    if (head.native && before.some((b) => b.native && b.version >= head.version))
      return 'the newest version went back';
    const cas = acked.find((a) => a.by === head.by && a.ifVersion !== undefined);
    if (cas !== undefined && (before.at(-1)?.version ?? 0) !== cas.ifVersion)
      return `${cas.by} followed another version`;
  }
  // What was the newest before a destroy began is nowhere once that has been acknowledged.
  for (const { since } of acked.filter((a) => a.kind === 'destroy')) {
    const gone = node.heads.slice(0, since);
    if (values.some((r) => gone.includes(r.body))) return 'a destroyed value is there';
  }
  return undefined;
}

function fail(): never {
  throw new Error('a head that shows nothing');
}

/** When all is quiet a further put must succeed, whatever crashed, and be what get gives. */
async function stuck(scenario: Scenario, node: Node, next: Next): Promise<string | undefined> {
  let { state } = node;
  const answers: Answer[] = [];
  for (let requests = 0; requests < 40; requests++) {
    const path = answers.map((a) => intern(JSON.stringify(a))).join(',');
    const step = await next({}, 'late', answers, path);
    if ('done' in step) {
      if ('code' in step.done) return `a later put failed with ${step.done.code}`;
      return scenario.world.newest(state)?.by === 'late' ? undefined : 'a later put is not what get gives';
    }
    const result = scenario.world.execute(state, step.request);
    state = result.state;
    answers.push(result.answer);
  }
  return 'a later put makes no progress';
}

function identity(node: Node): string {
  const stored = [...node.state].map(([place, body]) => intern(`${place} ${body}`)).sort((a, b) => a - b);
  const writers = node.writers.map(({ at, since, path, alive }) => [at, since, path, alive]);
  return JSON.stringify([
    stored,
    writers,
    node.crashes,
    node.losses,
    node.conflicts,
    node.acks,
    node.heads.map(intern),
  ]);
}

function describe({ op, input }: Request): string {
  const { Key, IfMatch, IfNoneMatch } = input;
  const where = typeof Key === 'object' ? JSON.stringify(Key) : String(Key ?? '');
  return [
    op,
    where,
    IfMatch === undefined ? '' : `If-Match ${String(IfMatch)}`,
    IfNoneMatch === undefined ? '' : 'If-None-Match',
  ]
    .join(' ')
    .trim();
}

function explain(fault: string, node: Node): string {
  const lines: string[] = [];
  for (let t = node.trace; t !== undefined; t = t.before) lines.unshift(t.label.slice(0, 160));
  return [fault, ...lines].join('\n  ');
}
