/** The command `lazy` behind its loader, which answers `lazy --version` by itself; runs on import. */
import { isatty } from 'node:tty';
import { nearest } from '../text/did-you-mean.js';
import { LazycredError } from '../errors.js';
import { quote } from '../text/printable.js';
import { ANCESTORS } from './ancestors.js';
import type { Command } from './command.js';
import { COMMANDS } from './commands.js';
import { currentFolder } from './current-folder.js';
import { FailureWithStatus } from './io/failure.js';
import { report, type LogFormat } from './io/report.js';
import { Interrupted, watchSignals } from './interrupt.js';
import { COMMON_OPTIONS, type Option } from './arguments/options.js';
import { BrokenPipe, writeError, writeOut } from './io/streams.js';
import type { Session } from './session.js';
import { commandOf, nextStepOf } from './arguments/other-words.js';
import { readWords } from './arguments/words.js';

/** 128 and SIGPIPE's number, as a shell shows the end of any program that nobody reads any more. */
const BROKEN_PIPE_STATUS = 141;
const USAGE_STATUS = 2;

/** What the scripts of `lazy completion` call: no command that anybody types, so the help names none such. */
const COMPLETE = '__complete';

let session: Session | undefined;

const args = process.argv.slice(2);

// An error that nobody waited for is a bug, and is told of as one, without the stack that Node would print.
process.on('uncaughtException', (e) => {
  void report(e, logFormat(), session?.doing).then(
    (status) => process.exit(status),
    // Without an end here the report's own failure would come back to this listener, again and again.
    () => {
      writeError('lazy: something failed, and so did telling of it: are too many files open (ulimit -n)?\n');
      process.exit(1);
    },
  );
});
/** How long what was given up may still run, in milliseconds: a credential_process that hangs, a request to SSO. */
const LINGER_MS = 100;

void main().then((status) => {
  // process.exit would lose what stdout still holds.
  process.exitCode = status;
  setTimeout(() => process.exit(), LINGER_MS).unref();
});

async function main(): Promise<number> {
  const signal = watchSignals();
  try {
    return await run(signal);
  } catch (thrown) {
    const e = thrown instanceof FailureWithStatus ? thrown.cause : thrown;
    if (e instanceof BrokenPipe) return BROKEN_PIPE_STATUS;
    const failure: unknown = signal.aborted ? signal.reason : ((await session?.explained(e)) ?? e);
    if (failure instanceof Interrupted) return failure.status;
    const status = await report(failure, logFormat(), session?.doing);
    return thrown instanceof FailureWithStatus ? thrown.status : status;
  } finally {
    await session?.close();
  }
}

async function run(signal: AbortSignal): Promise<number> {
  const { options, operands, rest } = readWords(args, COMMON_OPTIONS, true);
  const [word] = operands;
  if (ANCESTORS.has(word ?? '')) {
    // Of lazy's options, only --log-format may stand before an ancestor's name: the ancestor's grammar has the rest.
    const [foreign] = options.filter((o) => !o.startsWith('--log-format='));
    if (foreign === undefined) return runAncestor(word ?? '', rest, signal);
    const name = foreign.replace(/=.*$/su, '');
    throw new LazycredError('ERR_USAGE', `${name} is for lazy's own commands, not for ${word}`, {
      hint: `lazy ${word} --help shows its options, which stand after it`,
    });
  }
  if (word === COMPLETE) {
    const { complete } = await import('./complete/complete.js');
    const { TOPICS } = await import('./topics/topics.js');
    await complete(rest, { commands: COMMANDS, ancestors: ANCESTORS, topics: TOPICS }, signal);
    return 0;
  }
  const [topic] = rest;
  const ofAll = topic === undefined || topic.startsWith('-');
  if (word === undefined || (word === 'help' && ofAll)) return programHelp(options, word);
  if (word === 'help' && ANCESTORS.has(topic ?? '')) return runAncestor(topic ?? '', ['--help'], signal);
  if (word === 'help') return helpOn(topic ?? '');
  const { name, command } = await find(word);
  const { parseArguments } = await import('./arguments/parse.js');
  const parsed = await parseArguments(name, command, [...options, ...rest]);
  if (parsed === undefined) return commandHelp(command);
  const { Session } = await import('./session.js');
  session = new Session(parsed, signal);
  const status = await command.run(parsed, session);
  return typeof status === 'number' ? status : 0;
}

async function runAncestor(name: string, own: readonly string[], signal: AbortSignal): Promise<number> {
  const ancestor = await ANCESTORS.get(name)?.load();
  await ancestor?.frontEnd.run(own, { cwd: currentFolder(), env: process.env, signal });
  return 0;
}

async function find(word: string): Promise<{ readonly name: string; readonly command: Command }> {
  const name = commandOf(word);
  const entry = COMMANDS.get(name);
  if (entry !== undefined) return { name, command: (await entry.load()).command };
  const guess = nearest(name, [...COMMANDS.keys(), ...ANCESTORS.keys()]);
  const near = guess === undefined ? 'lazy --help lists the commands' : `did you mean lazy ${guess}?`;
  throw new LazycredError('ERR_USAGE', `unknown command ${quote(name)}`, { hint: nextStepOf(name) ?? near });
}

async function programHelp(options: readonly string[], word: string | undefined): Promise<number> {
  const help = await import('./help.js');
  const text = await help.programHelp();
  if (word === 'help' || options.includes('--help')) {
    await writeOut(text);
    return 0;
  }
  // Nothing was asked for: a script that forgot its command must not take this for a result.
  writeError(text);
  return USAGE_STATUS;
}

/** Help on a command, or else on a topic that several share. */
async function helpOn(word: string): Promise<number> {
  const { TOPICS } = await import('./topics/topics.js');
  const topic = COMMANDS.has(commandOf(word)) ? undefined : TOPICS.get(word);
  if (topic === undefined) return commandHelp((await find(word)).command);
  const [{ layOut }, { helpColumns }] = await Promise.all([
    import('./topics/topic.js'),
    import('./arguments/parse.js'),
  ]);
  await writeOut(layOut(topic, helpColumns()));
  return 0;
}

async function commandHelp(command: Command): Promise<number> {
  const help = await import('./help.js');
  await writeOut(await help.commandHelp(command));
  return 0;
}

// The option is looked up by itself: an error about senseless arguments, too, must be told of in the format.
function logFormat(): LogFormat {
  const option: Option | undefined = COMMON_OPTIONS.find((o) => o.name === 'log-format');
  const at = args.findIndex((arg) => arg === '--log-format' || arg.startsWith('--log-format='));
  const arg = args[at] ?? '';
  const value = arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args[at + 1];
  if (at !== -1 && option?.choices?.includes(value ?? '') === true) return value as LogFormat;
  return isatty(2) ? 'text' : 'json';
}
