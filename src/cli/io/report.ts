import { EXIT_STATUS, isLazycredError, type LazycredError } from '../../errors.js';
import { codeOf } from '../../files/system-errors.js';
import { printable, printableJson } from '../../text/printable.js';
import { hintOf } from './hints.js';
import { writeError } from './streams.js';

/** How errors are shown: for a person, or one JSON object a line. */
export type LogFormat = 'text' | 'json';

/** What a bug in this program exits with. */
const BUG_STATUS = 1;

/**
 * Tells of a failure on stderr, and gives the status to exit with.
 *
 * @param doing what failed (`get "db"`); undefined before anything was begun
 */
export async function report(e: unknown, format: LogFormat, doing: string | undefined): Promise<number> {
  const ours = isLazycredError(e);
  const what = ours ? oneLine(e.message) : bugLine(e);
  // A failure of many secrets says by itself what couldn't be done: `cannot read 2 of 5: …`.
  const isOfMany = ours && e.failures.length > 0;
  // The stack is shown on demand alone: a message in it may quote a value.
  const isShown = !ours && process.env['LAZYCRED_DEBUG'] === '1' && e instanceof Error;
  const stack = isShown ? (e.stack ?? '') : undefined;
  const message = doing === undefined || isOfMany ? what : `cannot ${doing}: ${what}`;
  if (format === 'text') {
    writeError(`lazy: ${message}\n`);
    const hint = ours ? hintOf(e) : undefined;
    if (hint !== undefined) writeError(`hint: ${oneLine(hint)}\n`);
  } else {
    await logJson(message, ours ? e : undefined, stack);
  }
  if (stack !== undefined && format === 'text') writeError(`${stack}\n`);
  return ours ? EXIT_STATUS[e.code] : BUG_STATUS;
}

/** Says a line on stderr; as JSON it has the fields of an error's line, at the level `info`. */
export function tell(line: string, format: LogFormat): void {
  if (format === 'text') return writeError(`${printable(line)}\n`);
  // Written without the logger: loading one would cost each command more than it costs to say one line.
  const entry = { level: 'info', time: new Date().toISOString(), msg: line };
  writeError(`${printableJson(JSON.stringify(entry))}\n`);
}

async function logJson(
  message: string,
  e: LazycredError | undefined,
  stack: string | undefined,
): Promise<void> {
  const { pino } = await import('pino');
  const logger = pino(
    { base: null, formatters: { level: (level) => ({ level }) }, timestamp: pino.stdTimeFunctions.isoTime },
    // The line is written at once: what a stream still held would be lost at the exit.
    { write: (line: string) => writeError(printableJson(line)) },
  );
  const { code, secret: name, location } = e ?? { code: 'BUG' };
  const hint = e && hintOf(e);
  const each = e?.failures.map((f) => ({ code: f.code, name: f.secret, msg: f.message })) ?? [];
  const failures = each.length === 0 ? undefined : each;
  logger.error({ code, name, location, hint, failures, stack }, message);
}

// A foreign error's message may quote a value: its kind says enough to look further.
function bugLine(e: unknown): string {
  const kind = e instanceof Error ? e.name : typeof e;
  const code = codeOf(e);
  return `a bug in lazy: ${printable(code === undefined ? kind : `${kind} ${code}`)} (LAZYCRED_DEBUG=1 shows more)`;
}

function oneLine(text: string): string {
  return printable(text.replace(/\s*\n\s*/gu, ' '));
}
