import { openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { LazycredError } from '../../errors.js';
import { printable } from '../../text/printable.js';
import { Interrupted, SIGINT_STATUS } from '../interrupt.js';

/** Longest line that is taken, in bytes: a value's limit. */
const MAX_LINE_BYTES = 256 * 1024;

/** How long after Enter more input counts as part of one paste, in milliseconds. */
const PASTE_MS = 50;

const CTRL_C = '\u0003';
/** Enter, and Ctrl-D. */
const ENDS: ReadonlySet<string> = new Set(['\r', '\n', '\u0004']);
const CTRL_U = '\u0015';
/** What arrows and function keys send (ECMA-48, control sequences): no part of a line. */
const KEYS = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O.)/gu;
const BACKSPACES: ReadonlySet<string> = new Set(['\u0008', '\u007f']);

/**
 * Asks for a line on the terminal without showing what is typed; works while stdin and stdout are
 * something else. Backspace and Ctrl-U correct. The terminal is as before in the end, however it ends.
 *
 * @param otherWay the hint where the terminal won't do
 * @returns undefined when there is no terminal
 * @throws ERR_USAGE for nothing at all, or several lines in one paste; Interrupted for Ctrl-C; the signal's reason
 */
export async function promptHidden(
  question: string,
  otherWay: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return onTerminal(signal, async (terminal, write) => {
    const restore = (): void => {
      if (!terminal.destroyed) terminal.setRawMode(false);
    };
    // Whatever ends the process, the user's shell must echo again.
    process.on('exit', restore);
    try {
      terminal.setRawMode(true);
      write(question);
      return await readLine(terminal, otherWay, signal);
    } finally {
      restore();
      write('\n');
      process.removeListener('exit', restore);
    }
  });
}

/**
 * Asks for a line on the terminal, which shows what is typed and lets it be corrected.
 *
 * @param otherWay the hint where the terminal won't do
 * @param standard what Enter alone means; without it that is refused
 * @returns undefined when there is no terminal
 * @throws ERR_USAGE for nothing at all; the signal's reason, Ctrl-C's too
 */
export async function promptShown(
  question: string,
  otherWay: string,
  signal: AbortSignal,
  standard?: string,
): Promise<string | undefined> {
  return onTerminal(signal, async (terminal, write) => {
    let answered = false;
    try {
      write(printable(question));
      const line = await readLine(terminal, otherWay, signal, standard);
      answered = true;
      return line;
    } finally {
      // After Enter the terminal has gone to the next line by itself.
      if (!answered) write('\n');
    }
  });
}

/** Asks on the terminal; undefined when there is none. */
async function onTerminal(
  signal: AbortSignal,
  ask: (terminal: ReadStream, write: (text: string) => void) => Promise<string>,
): Promise<string | undefined> {
  signal.throwIfAborted();
  const fd = openTerminal();
  if (fd === undefined) return undefined;
  const terminal = new ReadStream(fd);
  try {
    return await ask(terminal, (text) => void writeSync(fd, text));
  } finally {
    terminal.destroy();
  }
}

function openTerminal(): number | undefined {
  try {
    return openSync('/dev/tty', 'r+');
  } catch {
    // No controlling terminal: the caller says what to do instead.
    return undefined;
  }
}

function readLine(
  terminal: ReadStream,
  otherWay: string,
  signal: AbortSignal,
  standard?: string,
): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    let line = '';
    let lines = 0;
    let end: ReturnType<typeof setTimeout> | undefined;
    const refuse = (message: string): void => {
      reject(new LazycredError('ERR_USAGE', message, { hint: otherWay }));
    };
    const finish = (): void => {
      if (lines > 1) refuse('several lines were pasted, and a prompt takes one');
      else if (line !== '') resolve(line);
      else if (standard === undefined) refuse('nothing was entered');
      else resolve(standard);
    };
    const take = (c: string): void => {
      if (c === CTRL_C) reject(new Interrupted(SIGINT_STATUS));
      else if (end !== undefined) lines = 2;
      else if (c === CTRL_U) line = '';
      else if (BACKSPACES.has(c)) line = [...line].slice(0, -1).join('');
      else if (ENDS.has(c)) lines = 1;
      else line += c;
      if (lines === 0) return;
      // What is left of a paste would go to the user's shell, to be shown and run: read it to its end.
      clearTimeout(end);
      end = setTimeout(finish, PASTE_MS);
    };
    terminal.setEncoding('utf8');
    terminal.on('data', (text: string) => {
      for (const c of text.replaceAll('\r\n', '\n').replace(KEYS, '')) take(c);
      if (Buffer.byteLength(line) > MAX_LINE_BYTES) refuse('the line is too long');
    });
    terminal.once('error', reject);
    terminal.once('end', () => refuse('the terminal went away'));
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
