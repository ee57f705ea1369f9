import { spawn, type ChildProcess } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { LazycredError } from '../../errors.js';
import { codeOf } from '../../files/system-errors.js';
import { findProgram } from '../exec/program.js';
import { Interrupted, unwatchSignals, watchSignals } from '../interrupt.js';
import { FailureWithStatus } from '../io/failure.js';
import { shellWords } from './shell-words.js';

/** An editor that was found: its program, and how it is called but for the file. */
export interface Editor {
  readonly program: string;
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** How an editor ended. */
export interface EditorEnd {
  /** Undefined for status 0. */
  readonly failure: string | undefined;
  readonly tookMs: number;
  /** Aborts with Interrupted from here on; while the editor runs, it has the terminal's signals to itself. */
  readonly signal: AbortSignal;
}

/** What keeps vim and neovim from writing the text elsewhere: swap, backup and undo files, registers. */
const VIM_ALONE = [
  '-n',
  '-i',
  'NONE',
  '-c',
  'silent! set noundofile | silent! set nobackup | silent! set nowritebackup | silent! set noswapfile',
] as const;

/** The programs that are vim, behind all links: `vim.basic`, `nvim`. */
const IS_VIM = /^(?:n|g|m|r)?(?:vim|view)(?:diff)?(?:[.-].*)?$/u;

/**
 * The editor that the user wants: `VISUAL`, `EDITOR`, else `editor`, else `vi`.
 *
 * @throws ERR_USAGE; FailureWithStatus 127 where it isn't found, 126 where it may not be run
 */
export async function findEditor(around: NodeJS.ProcessEnv, cwd: string): Promise<Editor> {
  // The editor has no use for it, and hands its environment on to whatever it starts.
  const env = { ...around };
  delete env['LAZYCRED_PASSPHRASE'];
  const variable = ['VISUAL', 'EDITOR'].find((name) => (env[name] ?? '').trim() !== '');
  const words = variable === undefined ? undefined : shellWords(env[variable] ?? '', variable);
  const [name = '', ...args] = words ?? [await standardEditor(env, cwd)];
  const program = await findProgram(name, env, cwd);
  const isVim = IS_VIM.test(basename(await realpath(program)));
  return { program, command: [name, ...args, ...(isVim ? VIM_ALONE : [])], env };
}

async function standardEditor(env: NodeJS.ProcessEnv, cwd: string): Promise<string> {
  try {
    await findProgram('editor', env, cwd);
    return 'editor';
  } catch (e) {
    if (!(e instanceof FailureWithStatus)) throw e;
    return 'vi';
  }
}

/**
 * Has the user edit a file, until the editor ends. Ctrl-C and Ctrl-\ are the editor's alone; TERM and HUP are passed
 * on to it, and end this command, too, once the editor has ended.
 *
 * @throws Interrupted; ERR_USAGE where it can't be started
 */
export async function runEditor({ program, command, env }: Editor, file: string): Promise<EditorEnd> {
  const [name = '', ...args] = command;
  const running: { child?: ChildProcess; ended?: NodeJS.Signals } = {};
  const ignore = (): void => undefined;
  const passOn = (signal: NodeJS.Signals): void => {
    running.ended = signal;
    running.child?.kill(signal);
  };
  const handlers = { SIGINT: ignore, SIGQUIT: ignore, SIGTERM: passOn, SIGHUP: passOn } as const;
  const signals = Object.keys(handlers) as (keyof typeof handlers)[];
  for (const signal of signals) process.on(signal, handlers[signal]);
  unwatchSignals();
  const start = performance.now();
  try {
    const failure = await new Promise<string | undefined>((resolve, reject) => {
      const child = spawn(program, [...args, file], { argv0: name, env, stdio: 'inherit' });
      running.child = child;
      child.once('error', (e) => reject(cannotStart(name, e)));
      child.once('close', (status, signal) =>
        resolve(status === 0 ? undefined : (signal ?? `status ${String(status)}`)),
      );
    });
    if (running.ended !== undefined) throw new Interrupted(128 + constants.signals[running.ended]);
    return { failure, tookMs: performance.now() - start, signal: watchSignals() };
  } finally {
    for (const signal of signals) process.removeListener(signal, handlers[signal]);
  }
}

// What the system says would quote the arguments; its code is enough.
function cannotStart(name: string, e: unknown): LazycredError {
  return new LazycredError('ERR_USAGE', `cannot start the editor ${name} (${codeOf(e) ?? 'unknown'})`, {
    hint: 'VISUAL or EDITOR names another one',
  });
}
