import { constants } from 'node:os';
import { quote } from '../../text/printable.js';
import type { CommandArguments } from '../arguments/options.js';
import { usage } from '../arguments/parse.js';
import type { WatchSpec } from './watch.js';

/**
 * What the options of --watch say.
 *
 * @throws ERR_USAGE
 */
export function watchTimes(args: CommandArguments): Pick<WatchSpec, 'everyMs' | 'graceMs' | 'signal'> {
  return {
    everyMs: timeOf(args, 'interval', '30s'),
    graceMs: timeOf(args, 'grace', '10s'),
    signal: signalOf(args),
  };
}

function timeOf(args: CommandArguments, option: string, standard: string): number {
  const text = args.text(option) ?? standard;
  const [, digits, unit = 's'] = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m)?$/u.exec(text) ?? [];
  const ms = Number(digits) * ({ ms: 1, s: 1_000, m: 60_000 }[unit] ?? Number.NaN);
  if (ms >= 1 && ms <= 86_400_000) return ms;
  throw usage(`--${option} is ${quote(text)}, not a time`, `--${option} 30s, 500ms, 2m`);
}

function signalOf(args: CommandArguments): NodeJS.Signals | undefined {
  const text = args.text('watch-signal');
  if (text === undefined) return undefined;
  const name = `SIG${text.toUpperCase().replace(/^SIG/u, '')}`;
  if (name in constants.signals) return name as NodeJS.Signals;
  throw usage(`--watch-signal is ${quote(text)}, not a signal`, '--watch-signal HUP');
}

/**
 * The status that --fail-status gives to this command's own failures.
 *
 * @throws ERR_USAGE
 */
export function failStatus(args: CommandArguments): number | undefined {
  const text = args.text('fail-status');
  if (text === undefined) return undefined;
  const status = Number(text);
  if (/^[0-9]{1,3}$/u.test(text) && status >= 1 && status <= 255) return status;
  throw usage(`--fail-status is ${quote(text)}, not a number from 1 to 255`);
}
