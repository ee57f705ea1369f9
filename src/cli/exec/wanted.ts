import { findReferences } from '../../references/resolve.js';
import type { CommandArguments } from '../arguments/options.js';
import { usage } from '../arguments/parse.js';
import type { Session } from '../session.js';
import type { WantedSources } from './fetch.js';
import { envFileSources, sourcesOf } from './sources.js';

/** What the command line, the configuration and the environment name. @throws ERR_USAGE for nothing at all */
export async function wantedSources(args: CommandArguments, session: Session): Promise<WantedSources> {
  const last = sourcesOf('env', args);
  const files = sourcesOf('file', args);
  const prefixes = args.all('prefix');
  const envFiles = [...args.all('env-file'), ...args.all('dotenv')];
  const ofFiles = await envFileSources(envFiles, session.cwd);
  const resolve = listOf(args, 'resolve') ?? (await session.config()).settings.resolve ?? [];
  const keep = new Set(listOf(args, 'keep'));
  const { references, unasked } = findReferences(session.env, resolve);
  const kept = unasked.filter((name) => !keep.has(name));
  if (kept.length > 0) {
    session.talk(
      `note: ${kept.join(', ')} holds a reference and stays as it is: --resolve ${kept.join(',')}`,
    );
  }
  const ofEnvironment = [...references].map(([variable, from]) => ({ variable, from }));
  const isNothing = [last, files, prefixes, envFiles, resolve].every((list) => list.length === 0);
  if (isNothing) {
    throw usage(
      'nothing says which secrets CMD gets',
      'lazy exec -p PREFIX -- CMD, or --env, --file, --dotenv, --resolve',
    );
  }
  return {
    first: [...ofEnvironment, ...ofFiles],
    prefixes,
    last,
    files,
    allowEmpty: args.has('allow-empty'),
  };
}

/** The parts of an option's value that is a list; undefined where it isn't given. */
export function listOf(args: CommandArguments, option: string): string[] | undefined {
  return args
    .text(option)
    ?.split(',')
    .map((text) => text.trim());
}
