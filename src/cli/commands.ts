import type { Command } from './command.js';

/** A command as the list of commands shows it; the rest is loaded when it is called. */
export interface CommandEntry {
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** The commands, in the order of the help. */
export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map<string, CommandEntry>([
  [
    'put',
    {
      usage: 'put NAME [VALUE]',
      summary: 'store a value as the next version',
      load: () => import('./commands/put.js'),
    },
  ],
  ['get', { usage: 'get NAME', summary: 'write a value to stdout', load: () => import('./commands/get.js') }],
  ['list', { usage: 'list [PREFIX]', summary: 'list names', load: () => import('./commands/list.js') }],
  [
    'history',
    { usage: 'history NAME', summary: 'list versions', load: () => import('./commands/history.js') },
  ],
  [
    'config',
    {
      usage: 'config',
      summary: 'show the settings in force, and their origin',
      load: () => import('./commands/config.js'),
    },
  ],
  [
    'trust',
    {
      usage: 'trust FILE',
      summary: 'let a project’s config file choose endpoints',
      load: () => import('./commands/trust.js'),
    },
  ],
]);
