import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isatty } from 'node:tty';
import { loadConfig, type ConfigInput, type LoadedConfig } from '../../config.js';
import { isRemote } from '../../config/key-spec.js';
import { shellWord } from '../../text/printable.js';
import { inlineConfig, OPTION_NAMES, type CommandArguments } from '../arguments/options.js';
import { usage } from '../arguments/parse.js';
import type { Command } from '../command.js';
import { writePrivateFile } from '../io/files.js';
import { promptShown } from '../io/prompt.js';
import type { Session } from '../session.js';
import { configText } from '../steps/config-text.js';
import { ignoreInGit } from '../steps/git-ignore.js';

const FILE = '.lazycredrc';
const OTHER_WAY = 'lazy init --store LOCATION --key KEY asks nothing';
const WHAT = 'What is written:';

export const command: Command = {
  usage: 'init',
  about: `Writes .lazycredrc in the current folder: which store, which key, which region. On a
terminal it asks for what no option gives, and offers to run setup; elsewhere --store and
--key say it. Whatever other settings the options give are written, too.

Under a key of AWS KMS a new store gets an encryption context of its own, without which
nothing that is put there can be opened: keep the file. In a git checkout a local key file and a
local store are added to .gitignore.`,
  options: [
    { name: 'existing', about: 'the store holds secrets already: make no context for it', group: WHAT },
    { name: 'force', about: 'in the place of the .lazycredrc that is there', group: WHAT },
  ],
  conflicts: [['existing', 'context']],
  examples: [
    ['lazy init', 'asks, on a terminal'],
    ['lazy init --store s3://acme/creds/ --key kms:alias/acme', 'in a script'],
    ['lazy init -s ./secrets --key local:./acme.key', 'files of the project'],
  ],
  operands: [0, 0],
  run: init,
};

async function init(args: CommandArguments, session: Session): Promise<void> {
  if (args.has('config'))
    throw usage(`init writes ${FILE} in the current folder: --config reads another file`);
  if (session.cwd === '') throw usage('the current folder is gone');
  const file = join(session.cwd, FILE);
  session.doing = `write ${FILE}`;
  if (existsSync(file) && !args.has('force')) {
    throw usage(`${FILE} is there already`, 'lazy config shows what it says, --force writes it anew');
  }
  const asks = isatty(0);
  const input = await settingsFrom(args, asks ? session : undefined);
  const config = await checked(input, session);
  const context = await contextFor(config, args, asks ? session : undefined, session.cwd);
  await writePrivateFile(file, Buffer.from(configText({ ...input, ...context })), { mode: 0o644 });
  session.talk(`wrote ${file}`);
  const { store, keys } = config.settings;
  const own = [
    ...keys.flatMap((key) => ('file' in key ? [key.file] : [])),
    ...('dir' in store ? [store.dir] : []),
  ];
  const ignored = await ignoreInGit(session.cwd, own);
  if (ignored !== undefined) session.talk(`added to ${ignored.file}: ${ignored.lines.join(', ')}`);
  if (config.settings.endpoint !== undefined || config.settings.role !== undefined) {
    session.talk(`an endpoint or role counts after: lazy trust ${shellWord(file)}`);
    return;
  }
  await offerSetUp(args, asks, session);
}

/** What the options say, and what is asked for where there is somebody to ask. */
async function settingsFrom(args: CommandArguments, session: Session | undefined): Promise<ConfigInput> {
  const given = inlineConfig(args);
  const ask = async (question: string, standard: string): Promise<string> => {
    if (session === undefined)
      throw usage('nothing says which store and key, and there is no terminal to ask', OTHER_WAY);
    return (await promptShown(question, OTHER_WAY, session.signal, standard)) ?? standard;
  };
  const store =
    given.store ??
    (await ask(
      'Where to keep secrets? s3://BUCKET/PREFIX/, dynamodb://TABLE, or a folder [./secrets]: ',
      './secrets',
    ));
  const isAws = /^(?:s3|dynamodb):/u.test(store);
  const key =
    given.key ??
    (await ask(
      `Which key seals them? kms:alias/NAME, local:[FILE] or passphrase: [${isAws ? 'kms:alias/lazycred' : 'local:'}]: `,
      isAws ? 'kms:alias/lazycred' : 'local:',
    ));
  const needsRegion = isAws && given.region === undefined && session !== undefined;
  const region = needsRegion
    ? await ask('Which AWS region? [that of the environment or profile]: ', '')
    : given.region;
  return { ...given, store, key, region: region === '' ? undefined : region };
}

/** The settings as they will be read. @throws ERR_CONFIG */
function checked(input: ConfigInput, session: Session): Promise<LoadedConfig> {
  return loadConfig({ ...session.around, inline: input, inlineNames: OPTION_NAMES, file: 'none' });
}

/** A context of a new store's own, under a key of KMS, to which a ring of keys can be bound. */
async function contextFor(
  { settings }: LoadedConfig,
  args: CommandArguments,
  session: Session | undefined,
  folder: string,
): Promise<ConfigInput> {
  const needsOne = settings.format === 'native' && settings.keys.some(isRemote);
  if (!needsOne || args.has('context') || args.has('existing')) return {};
  if (session !== undefined) {
    const answer = await promptShown(
      'Are there secrets in that store already? [no]: ',
      OTHER_WAY,
      session.signal,
      'no',
    );
    if (/^y/iu.test(answer ?? '')) return {};
  }
  const project = basename(folder)
    .replace(/[^A-Za-z0-9_-]/gu, '')
    .slice(0, 32);
  return { context: { store: `${project}-${randomBytes(4).toString('hex')}` } };
}

async function offerSetUp(args: CommandArguments, asks: boolean, session: Session): Promise<void> {
  const question = 'Run lazy setup now, which makes what is missing? [yes]: ';
  const answer = asks ? await promptShown(question, OTHER_WAY, session.signal, 'yes') : 'no';
  if (!/^y/iu.test(answer ?? '')) {
    session.talk('next: lazy setup makes what is missing');
    return;
  }
  const { command: setup } = await import('./setup.js');
  await setup.run(args, session);
}
