import type { CommandArguments, Option } from './arguments/options.js';
import type { Session } from './session.js';

/** One command: what it is called with, what its help says, and what it does. */
export interface Command {
  /** As in the help: `put NAME [VALUE]`. */
  readonly usage: string;
  /** What it does, in paragraphs. */
  readonly about: string;
  /** Its own options, beside the common ones. */
  readonly options: readonly Option[];
  /** Options that exclude each other. */
  readonly conflicts?: readonly (readonly [string, string])[];
  /** Command lines that run, and what each is for. */
  readonly examples: readonly (readonly [string, string])[];
  /** Fewest and most operands. */
  readonly operands: readonly [number, number];
  run(args: CommandArguments, session: Session): Promise<void>;
}
