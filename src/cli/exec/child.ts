import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { LazycredError } from '../../errors.js';
import { codeOf } from '../../files/system-errors.js';
import { quote } from '../../text/printable.js';
import { endAtSignals, unwatchSignals } from '../interrupt.js';

/** What is run, and with what. */
export interface ChildSpec {
  /** The absolute path of the program. */
  readonly program: string;
  /** What it was called, and its arguments. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
  /** In a process group of its own, which {@link Child.stop} ends as a whole. */
  readonly ownGroup: boolean;
}

/** How a program ended: by itself with a status, or of a signal. */
export type End = { readonly status: number } | { readonly signal: NodeJS.Signals };

/** A program that was started. */
export interface Child {
  readonly process: ChildProcess;
  /** Fulfilled when the program has ended; what it wrote may still be on its way. */
  readonly ended: Promise<End>;
  /** Sends a signal to it, or to its group where it has one of its own. */
  send(signal: NodeJS.Signals): void;
  /** SIGTERM for its whole group, and SIGKILL for who is still there after this time, in milliseconds. */
  stop(graceMs: number): Promise<End>;
}

/** Passed on to the program. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

/** What the terminal sends to every process in its foreground, for Ctrl-C and Ctrl-\. */
const TYPED: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);

/**
 * Starts a program and passes signals on to it from then on.
 *
 * @throws ERR_USAGE, never with what the system said: Node's messages quote arguments and values
 */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const [name = '', ...args] = spec.command;
  const running: { child?: ChildProcess } = {};
  const early: NodeJS.Signals[] = [];
  const send = (signal: NodeJS.Signals): void => {
    const { child } = running;
    if (child === undefined) early.push(signal);
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (!spec.ownGroup) child.kill(signal);
    else killGroup(child.pid, signal);
  };
  const passOn = (signal: NodeJS.Signals): void => {
    // It reached the program already; a second one would end a program that asks "really?" at the first.
    if (TYPED.has(signal) && !spec.ownGroup && isInForeground()) return;
    send(signal);
  };
  // The new listeners before the old ones go: without any, a signal would end this process where it stands.
  for (const signal of PASSED_ON) process.on(signal, passOn);
  unwatchSignals();
  const started = await spawned(spec, name, args);
  running.child = started;
  const ended = new Promise<End>((resolve) => {
    started.once('exit', (status, signal) => {
      if (!spec.ownGroup) endAtSignals();
      for (const one of PASSED_ON) process.removeListener(one, passOn);
      resolve(signal === null ? { status: status ?? 1 } : { signal });
    });
  });
  for (const signal of early) send(signal);
  const stop = async (graceMs: number): Promise<End> => {
    send('SIGTERM');
    const timer = setTimeout(() => send('SIGKILL'), graceMs);
    const since = performance.now();
    const end = await ended;
    clearTimeout(timer);
    // What it started and left running holds its ports.
    if (spec.ownGroup && started.pid !== undefined)
      await endGroup(started.pid, graceMs - (performance.now() - since));
    return end;
  };
  return { process: started, ended, send, stop };
}

function spawned(
  { program, env, stdio, ownGroup }: ChildSpec,
  name: string,
  args: string[],
): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const refuse = (e: unknown): void => reject(cannotStart(name, codeOf(e)));
    try {
      const child = spawn(program, args, { argv0: name, env, stdio, detached: ownGroup });
      child.once('error', refuse);
      child.once('spawn', () => resolve(child));
    } catch (e) {
      refuse(e);
    }
  });
}

function cannotStart(name: string, code: string | undefined): LazycredError {
  const what = `cannot start ${quote(name)}`;
  if (code === 'E2BIG') {
    return new LazycredError(
      'ERR_USAGE',
      `${what}: arguments and variables are more than the system passes on`,
      {
        hint: '--file NAME=SECRET hands large values over as files',
      },
    );
  }
  return new LazycredError('ERR_USAGE', `${what}: ${code ?? 'the system refuses it'}`);
}

/** Whether there was anybody left to get it. */
function killGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (e) {
    if (codeOf(e) !== 'ESRCH') throw e;
    return false;
  }
}

async function endGroup(pid: number, graceMs: number): Promise<void> {
  for (const end = performance.now() + graceMs; performance.now() < end; await sleep(50)) {
    if (!killGroup(pid, 0)) return;
  }
  killGroup(pid, 'SIGKILL');
}

/** Whether this process is one of those that the terminal sends Ctrl-C to. */
function isInForeground(): boolean {
  const stat = readStat();
  if (stat !== undefined) {
    // proc_pid_stat(5): after the name in parentheses state, ppid, pgrp, session, tty, and the terminal's tpgid.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[5]) > 0 && fields[2] === fields[5];
  }
  // Elsewhere a controlling terminal must be enough to tell.
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

function readStat(): string | undefined {
  try {
    return readFileSync('/proc/self/stat', 'latin1');
  } catch {
    return undefined;
  }
}

/** Signals that a shell must see this process die of, too: only so does Ctrl-C end a loop around it. */
const DIED_OF: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGPIPE',
  'SIGUSR1',
  'SIGUSR2',
  'SIGKILL',
]);

/**
 * Ends this process as the program ended. Of a signal that dumps core (QUIT, ABRT, SEGV, …) it exits with 128 + n
 * instead, since the core would hold secrets, and so does the first process of a container, which no
 * unhandled signal ends.
 *
 * @returns the status to exit with, where it isn't a signal
 */
export async function endAs(end: End): Promise<number> {
  if ('status' in end) return end.status;
  const { signal } = end;
  const status = 128 + (constants.signals[signal] ?? 0);
  if (process.pid === 1 || !DIED_OF.has(signal)) return status;
  if (signal !== 'SIGKILL') {
    // Node ignores PIPE from its start on; taking a listener away gives any signal its default effect.
    process.on(signal, () => undefined);
    process.removeAllListeners(signal);
  }
  process.kill(process.pid, signal);
  // The signal comes at once, if it is not blocked.
  await sleep(1_000);
  return status;
}
