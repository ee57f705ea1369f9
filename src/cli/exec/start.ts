import { quote } from '../../text/printable.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Session } from '../session.js';
import { startChild, type Child } from './child.js';
import { makeEnvironment } from './environment.js';
import type { FetchedValues } from './fetch.js';
import { masksOf } from './masks.js';
import { findProgram } from './program.js';
import { redacting } from './redacting.js';
import { listOf } from './wanted.js';

/**
 * Starts the program of a command line with the values that were fetched for it.
 *
 * @throws ERR_USAGE for values that the system can't pass on; FailureWithStatus 126 or 127
 */
export async function startWith(
  args: CommandArguments,
  values: FetchedValues,
  session: Session,
): Promise<Child> {
  const { env, replaced } = makeEnvironment({
    inherited: session.env,
    pristine: args.has('pristine'),
    keep: listOf(args, 'keep') ?? [],
    variables: values.variables,
  });
  if (replaced.length > 0)
    session.talk(`note: replaced in the environment: ${replaced.join(', ')} (--keep leaves it)`);
  const [name = ''] = args.operands;
  const program = await findProgram(name, env, session.cwd);
  if (process.pid === 1) {
    session.talk(
      'note: lazy is the first process here and cannot reap orphans: docker run --init, or tini, does',
    );
  }
  session.signal.throwIfAborted();
  const spec = { program, command: args.operands, env, ownGroup: args.has('watch') };
  if (!args.has('redact')) return startChild({ ...spec, stdio: 'inherit' });
  const { patterns, tooShort } = masksOf(values.secrets);
  if (tooShort.length > 0) session.talk(`note: too short to be masked: ${tooShort.map(quote).join(', ')}`);
  const child = await startChild({ ...spec, stdio: ['inherit', 'pipe', 'pipe'] });
  const { stdout, stderr } = child.process;
  const outputs = [
    ...(stdout === null ? [] : [redacting(stdout, process.stdout, patterns)]),
    ...(stderr === null ? [] : [redacting(stderr, process.stderr, patterns)]),
  ];
  const ended = child.ended.then(async (end) => {
    await Promise.all(outputs.map((output) => output.drain()));
    return end;
  });
  return { ...child, ended };
}
