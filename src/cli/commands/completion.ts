import { quote } from '../../text/printable.js';
import type { CommandArguments } from '../arguments/options.js';
import { usage } from '../arguments/parse.js';
import type { Command } from '../command.js';
import { COMPLETION_SCRIPTS } from '../complete/scripts.js';
import { writeOut } from '../io/streams.js';

export const command: Command = {
  usage: 'completion bash|zsh|fish',
  about: `Writes a script to stdout that teaches the shell to complete lazy with the Tab key: commands,
options, and the names of secrets. Sourcing it asks no store for anything; Tab lists names,
which takes the right to list and is given up after a second. Names are kept for 30 s, below
~/.cache/lazycred and readable by you alone; values are never read.`,
  options: [],
  examples: [
    ['source <(lazy completion bash)', 'in ~/.bashrc'],
    ['source <(lazy completion zsh)', 'in ~/.zshrc, after compinit'],
    ['lazy completion fish | source', 'in ~/.config/fish/config.fish'],
  ],
  operands: [1, 1],
  run: completion,
};

async function completion(args: CommandArguments): Promise<void> {
  const [shell = ''] = args.operands;
  const script = COMPLETION_SCRIPTS.get(shell);
  if (script === undefined) {
    throw usage(`there is no completion for ${quote(shell)}`, `usage: lazy ${command.usage}`);
  }
  await writeOut(script);
}
