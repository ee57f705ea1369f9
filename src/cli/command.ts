import type { CommandArguments, Grammar } from './arguments/options.js';
import type { Session } from './session.js';

/** One command: what it is called with, what its help says, and what it does. */
export interface Command extends Grammar {
  /** What it does, in paragraphs. */
  readonly about: string;
  /** Command lines that run, and what each is for. */
  readonly examples: readonly (readonly [string, string])[];
  /** Does it, and gives the status to exit with; a command that gives none has done what was asked for: 0. */
  run(args: CommandArguments, session: Session): Promise<number> | Promise<void>;
}
