import { endAsPython } from './end-as-python.js';
import type { FrontEnd, Surrounding } from './front-end.js';
import { writeOut } from '../io/streams.js';
import { readCredstashArguments } from './credstash/arguments.js';
import { get, getAll } from './credstash/get.js';
import type { ActionName } from './credstash/grammar.js';
import { credstashHelp } from './credstash/help.js';
import { CREDSTASH_HINTS, TAKEN } from './credstash/hints.js';
import { withHintsIn } from './hints.js';
import { keys, list, remove } from './credstash/list.js';
import type { CredstashRun } from './credstash/open.js';
import { put, putAll } from './credstash/put.js';
import { setup } from './credstash/setup.js';
import { givenText } from './credstash/values.js';

const ACTIONS: Readonly<Record<ActionName, (run: CredstashRun, text: string) => Promise<void>>> = {
  delete: remove,
  get,
  getall: getAll,
  keys,
  list,
  put,
  putall: putAll,
  setup,
};

/** What the arguments ask for: the help, of one action or of all, or to run one. */
type Request = { readonly helpOn: ActionName | undefined } | CredstashCall;

interface CredstashCall {
  readonly action: ActionName;
  readonly run: CredstashRun;
  /** What the value's argument gives, from a file or stdin too. */
  readonly text: string;
}

/** CredStash 1.17.1's command line. */
export const frontEnd: FrontEnd = {
  run: (words, around) => endAsPython(() => read(words, around), act),
};

async function read(words: readonly string[], around: Surrounding): Promise<Request> {
  const args = readCredstashArguments(words);
  const { action, wantsHelp } = args;
  if (action === undefined || wantsHelp) return { helpOn: action };
  const run = { args, around };
  return { action, run, text: await givenText(run) };
}

async function act(request: Request): Promise<void> {
  if ('helpOn' in request) return writeOut(credstashHelp(request.helpOn));
  const { action, run, text } = request;
  await withHintsIn(CREDSTASH_HINTS, () => ACTIONS[action](run, text), TAKEN);
}
