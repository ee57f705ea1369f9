import type { Command } from './command.js';

/** A command as the list of commands shows it; the rest is loaded when it is called. */
export interface CommandEntry {
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** The commands for one task, with a command line that runs. */
export interface CommandGroup {
  readonly task: string;
  readonly example: string;
  readonly commands: readonly CommandEntry[];
}

/** The commands by task, in the order of the help. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  {
    task: 'Reading',
    example: 'lazy get db_credentials --field password',
    commands: [
      {
        usage: 'get NAME…',
        summary: 'write a value to stdout, or several as JSON',
        load: () => import('./commands/get.js'),
      },
      {
        usage: 'history NAME',
        summary: 'list the versions of a secret',
        load: () => import('./commands/history.js'),
      },
    ],
  },
  {
    task: 'Using',
    example: 'lazy exec -p prod/ -- node server.js',
    commands: [
      {
        usage: 'exec -- CMD…',
        summary: 'run a program with secrets as variables or files',
        load: () => import('./commands/exec.js'),
      },
      {
        usage: 'inject',
        summary: 'fill a template with secrets',
        load: () => import('./commands/inject.js'),
      },
    ],
  },
  {
    task: 'Writing',
    example: 'lazy put db_credentials < creds.json',
    commands: [
      {
        usage: 'put NAME [VALUE]',
        summary: 'store a value as the next version',
        load: () => import('./commands/put.js'),
      },
      {
        usage: 'generate NAME',
        summary: 'store a random value as the next version',
        load: () => import('./commands/generate.js'),
      },
      {
        usage: 'edit NAME',
        summary: 'change a value in your editor',
        load: () => import('./commands/edit.js'),
      },
      {
        usage: 'rollback NAME VERSION',
        summary: 'make an older value the newest again',
        load: () => import('./commands/rollback.js'),
      },
    ],
  },
  {
    task: 'Removing',
    example: 'lazy prune api_key --keep 3',
    commands: [
      {
        usage: 'delete NAME|GLOB…',
        summary: 'delete secrets; undelete brings them back',
        load: () => import('./commands/delete.js'),
      },
      {
        usage: 'undelete NAME…',
        summary: 'bring deleted secrets back',
        load: () => import('./commands/undelete.js'),
      },
      {
        usage: 'prune NAME',
        summary: 'remove old values for good',
        load: () => import('./commands/prune.js'),
      },
      {
        usage: 'destroy NAME',
        summary: 'remove all values, or some versions, for good',
        load: () => import('./commands/destroy.js'),
      },
    ],
  },
  {
    task: 'Finding',
    example: "lazy list 'prod/*/db' --long",
    commands: [
      { usage: 'list [PREFIX|GLOB]', summary: 'list names', load: () => import('./commands/list.js') },
      {
        usage: 'find TEXT',
        summary: 'list the names that contain a text',
        load: () => import('./commands/find.js'),
      },
    ],
  },
  {
    task: 'In and out',
    example: 'lazy export prod/ --format dotenv -o .env',
    commands: [
      {
        usage: 'export [PREFIX|GLOB]…',
        summary: 'write many secrets in one format',
        load: () => import('./commands/export.js'),
      },
      {
        usage: 'import FILE|-',
        summary: 'store the secrets of a file',
        load: () => import('./commands/import.js'),
      },
    ],
  },
  {
    task: 'Set-up',
    example: 'lazy setup --dry-run',
    commands: [
      {
        usage: 'init',
        summary: 'write a .lazycredrc for this folder',
        load: () => import('./commands/init.js'),
      },
      {
        usage: 'setup',
        summary: 'make the bucket, table and key that are missing',
        load: () => import('./commands/setup.js'),
      },
      {
        usage: 'config',
        summary: 'show the settings in force, and their origin',
        load: () => import('./commands/config.js'),
      },
      {
        usage: 'trust FILE',
        summary: 'let a project’s config file choose endpoints',
        load: () => import('./commands/trust.js'),
      },
      {
        usage: 'completion SHELL',
        summary: 'write a script that completes lazy in a shell',
        load: () => import('./commands/completion.js'),
      },
    ],
  },
];

/** The commands by name. */
export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map(
  COMMAND_GROUPS.flatMap(({ commands }) => commands).map((entry) => [entry.usage.split(' ')[0] ?? '', entry]),
);
