import { LazycredError } from '../../errors.js';
import { printable } from '../../text/printable.js';
import { promptHidden } from './prompt.js';

const OTHER_WAY =
  'run it on a terminal once more, or hand over credentials: eval "$(aws configure export-credentials --format env)"';

/**
 * Asks on the terminal for the code that an MFA device shows; what is typed is not shown.
 *
 * @throws ERR_ACCESS where there is no terminal
 */
export async function askMfaCode(serial: string, signal: AbortSignal): Promise<string> {
  const device = printable(serial);
  const typed = await promptHidden(`code of the MFA device ${device}: `, OTHER_WAY, signal);
  if (typed !== undefined) return typed;
  const message = `a code of the MFA device ${device} is needed, and there is no terminal to ask for it`;
  throw new LazycredError('ERR_ACCESS', message, { hint: OTHER_WAY });
}
