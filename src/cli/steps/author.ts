import { hostname, userInfo } from 'node:os';
import { LazycredError } from '../../errors.js';
import { currentUid } from '../../files/current-user.js';
import type { Option, CommandArguments } from '../arguments/options.js';
import type { Session } from '../session.js';

/** The option of every command that makes a version. */
export function byOption(group: string): Option {
  return { name: 'by', takes: 'WHO', about: 'who did it; not secret (LAZYCRED_BY, or user@host)', group };
}

/**
 * Whose doing it is: `--by`, `LAZYCRED_BY`, else `user@host`, as far as this system knows them; never
 * costs a request. Undefined where the store's format keeps no author.
 *
 * @throws ERR_UNSUPPORTED for `--by` with such a format
 */
export async function authorOf(args: CommandArguments, session: Session): Promise<string | undefined> {
  const { format } = (await session.config()).settings;
  if (format === 'native') return args.text('by') ?? author(session.env);
  if (!args.has('by')) return undefined;
  throw new LazycredError('ERR_UNSUPPORTED', `the ${format} format keeps no author`, {
    hint: 'format: native does',
  });
}

function author(env: NodeJS.ProcessEnv): string {
  const given = env['LAZYCRED_BY'] ?? '';
  return given === '' ? `${userName(env)}@${hostname()}` : given;
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no entry in /etc/passwd: Node throws.
    return env['USER'] ?? env['LOGNAME'] ?? String(currentUid() ?? 'unknown');
  }
}
