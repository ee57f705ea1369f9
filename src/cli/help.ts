import { TOPICS } from './topics/topics.js';
import { newParser } from './arguments/parse.js';
import type { Command } from './command.js';
import { COMMAND_GROUPS } from './commands.js';
import { ANCESTORS } from './ancestors.js';
import { COMMON_OPTIONS, usageLine } from './arguments/options.js';

/** The help of the whole program. */
export async function programHelp(): Promise<string> {
  const parser = await newParser(COMMON_OPTIONS);
  parser.usage(`lazy COMMAND [OPTIONS]

Keeps secrets where you keep other things: in S3, DynamoDB or local files, encrypted before they leave this machine, under a key of AWS KMS or your own.

${LIST_PLACE}`);
  parser.epilog(
    `lazy COMMAND --help tells more of each, lazy help TOPIC of ${[...TOPICS.keys()].join(', ')}, lazy --version which lazy this is. Settings come from options, .lazycredrc (searched from here upward, then at home) and LAZYCRED_… variables, in this order; with none, secrets are kept in local files of yours.`,
  );
  return `${(await parser.getHelp()).replace(LIST_PLACE, commandList)}\n`;
}

/** Stands in yargs' text where the list of commands goes, whose indentation it would take away. */
const LIST_PLACE = '<commands>';

/** The commands by task: yargs knows no groups of them. */
function commandList(): string {
  const ancestors = {
    task: 'Coming from another tool',
    example: "alias credstash='lazy credstash'",
    commands: [...ANCESTORS].map(([name, { summary }]) => ({ usage: `${name} …`, summary })),
  };
  const groups = [...COMMAND_GROUPS, ancestors];
  const width = Math.max(...groups.flatMap((g) => g.commands.map(({ usage }) => usage.length)));
  return groups
    .map(({ task, example, commands }) => {
      const lines = commands.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`);
      return [`${task}:`, ...lines, `  ${''.padEnd(width)}  $ ${example}`].join('\n');
    })
    .join('\n\n');
}

/** The help of one command. The common options are named, not repeated. */
export async function commandHelp(command: Command): Promise<string> {
  const help = { name: 'help', letter: 'h', about: 'show this', group: 'Other:' };
  const parser = await newParser([...command.options, help]);
  parser.usage(`${usageLine(command)}\n\n${unfolded(command.about)}`);
  for (const [line, why] of command.examples) parser.example(line, why);
  parser.epilog('lazy --help lists the options of every command: --store, --key, --config …');
  return `${await parser.getHelp()}\n`;
}

// The terminal's width decides where lines break, not the source's.
function unfolded(paragraphs: string): string {
  return paragraphs.replace(/(?<!\n)\n(?!\n)/gu, ' ');
}
