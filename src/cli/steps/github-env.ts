import type { Secret } from '../../index.js';
import { quote } from '../../text/printable.js';
import { usage } from '../arguments/parse.js';
import { exportEntries, type ExportOptions } from '../formats/export.js';
import { githubMasks } from '../formats/write/github-masks.js';
import { appendToFile, pathOf } from '../io/files.js';
import { writeOut } from '../io/streams.js';
import type { Session } from '../session.js';

/**
 * The file that GitHub's runner takes variables from after the step.
 *
 * @throws ERR_USAGE outside of a step
 */
export function githubEnvFile(session: Session): string {
  const file = session.env['GITHUB_ENV'] ?? '';
  if (file !== '') return pathOf(file, session.cwd);
  throw usage(
    '--mask writes to the file that GITHUB_ENV names, which is not set',
    'it is for a step of GitHub Actions; without --mask, the variables go to stdout',
  );
}

/**
 * Makes GitHub's runner hide the values, then appends the variables to its file: the commands go to stdout, where
 * the runner looks for them, and what earlier steps put into the file stays.
 *
 * @throws ERR_USAGE naming every secret that the format can't hold, before anything is written
 */
export async function writeMaskedEnv(
  secrets: ReadonlyMap<string, Secret>,
  o: Omit<ExportOptions, 'format'>,
  path: string,
  session: Session,
): Promise<void> {
  session.doing = undefined;
  const all = [...secrets];
  const lines = exportEntries(
    all.map(([name, secret]) => ({ name, value: secret.bytes() })),
    { ...o, format: 'github-env' },
  );
  const { commands, tooShort } = githubMasks(all.map(([name, secret]) => ({ name, text: secret.text() })));
  await writeOut(commands);
  await appendToFile(path, lines);
  if (tooShort.length > 0) session.talk(`note: too short to be masked: ${tooShort.map(quote).join(', ')}`);
}
