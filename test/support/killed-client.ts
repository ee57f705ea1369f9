/** The part of an SDK client that a set-up uses. */
interface Sender {
  send(...args: never[]): Promise<unknown>;
}

/**
 * A client whose process dies just after request `at` (from 0): that one takes effect with its answer
 * lost, and none comes through from then on.
 */
export function killedClient<C extends Sender>(inner: C, at: number): C {
  let requests = 0;
  const killed = (): Error =>
    Object.assign(new Error('killed'), { name: 'Killed', $metadata: { httpStatusCode: 400 } });
  const send = async (...args: never[]): Promise<unknown> => {
    const mine = requests++;
    if (mine < at) return inner.send(...args);
    if (mine === at) await inner.send(...args).catch(() => undefined);
    throw killed();
  };
  return new Proxy(inner, { get: (target, key) => (key === 'send' ? send : Reflect.get(target, key)) });
}

/**
 * Runs `first` killed at its first request, its second, … and after each kill `then`, until a run is
 * not killed; gives the number of kills.
 */
export async function killedAtEach(
  first: (at: number) => Promise<unknown>,
  then: () => Promise<void>,
): Promise<number> {
  for (let at = 0; ; at++) {
    const end = await first(at).then(
      () => 'done',
      () => 'killed',
    );
    if (end === 'done') return at;
    await then();
    if (at > 200) throw new Error('this never ends');
  }
}
