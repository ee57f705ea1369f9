import { trust as trustFile } from '../../config.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import type { Session } from '../session.js';

export const command: Command = {
  usage: 'trust FILE',
  about: `Lets a project's config file say where requests go (endpoint, kmsEndpoint, role), and
for which key "rollback" and "undelete" seal older values anew, until a byte of the
file changes. Read it first: an endpoint that somebody else chose sees what you send
to it, and who holds the key reads what is sealed for it.`,
  options: [],
  examples: [['lazy trust .lazycredrc', 'the file of this project']],
  operands: [1, 1],
  run: trust,
};

async function trust(args: CommandArguments, session: Session): Promise<void> {
  const [file = ''] = args.operands;
  const { file: path, grants } = await trustFile(file, session.around);
  session.talk(`trusted ${path} as it is now`);
  for (const { key, value } of grants) session.talk(`  ${key}: ${value}`);
  if (grants.length === 0) session.talk('  it sets no endpoint, role or key, so that changes nothing');
}
