import type { FrontEnd, Surrounding } from './front-end.js';
import { writeOut } from '../io/streams.js';
import { readCredstashArguments } from './credstash/arguments.js';
import { get, getAll } from './credstash/get.js';
import type { ActionName } from './credstash/grammar.js';
import { credstashHelp } from './credstash/help.js';
import { withHintOfHere } from './credstash/hints.js';
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

/** CredStash's status for bad arguments, which is argparse's, and for all that fails later. */
const USAGE_STATUS = 2;
const FAILURE_STATUS = 1;

/** CredStash 1.17.1's command line. */
class Credstash implements FrontEnd {
  /** The arguments have been read: a mistake that is found later is a failure to the original. */
  #isRead = false;

  async run(words: readonly string[], around: Surrounding): Promise<void> {
    const args = readCredstashArguments(words);
    const { action, wantsHelp } = args;
    if (action === undefined || wantsHelp) {
      await writeOut(credstashHelp(action));
      return;
    }
    const run = { args, around };
    const text = await givenText(run);
    this.#isRead = true;
    try {
      await ACTIONS[action](run, text);
    } catch (e) {
      throw withHintOfHere(e);
    }
  }

  statusOf(isUsage: boolean): number {
    return isUsage && !this.#isRead ? USAGE_STATUS : FAILURE_STATUS;
  }
}

export const frontEnd: FrontEnd = new Credstash();
