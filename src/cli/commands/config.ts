import { isatty } from 'node:tty';
import type { Settings } from '../../config.js';
import type { CommandArguments } from '../arguments/options.js';
import type { Command } from '../command.js';
import { json, writeOut } from '../io/streams.js';
import type { Session } from '../session.js';
import { table, tabbed } from '../io/table.js';
import { showLocation } from '../../config/location.js';
import { shellWord } from '../../text/printable.js';
import { showKey } from '../../config/key-spec.js';

export const command: Command = {
  usage: 'config',
  about: `Shows what is in force, and where each setting came from: an option, a config file,
the environment, or by default. Warns of variables that a file overrides, and
of settings that count only after "lazy trust". Opens nothing.`,
  options: [
    { name: 'json', about: 'one object: settings, origins, overridden, ignored, files', group: 'Output:' },
  ],
  examples: [
    ['lazy config', 'what the current folder leads to'],
    ['lazy config --store prod', 'what that store would be'],
  ],
  operands: [0, 0],
  run: config,
};

async function config(args: CommandArguments, session: Session): Promise<void> {
  session.warnOfVariables();
  const loaded = await session.configToShow();
  const values = shown(loaded.settings);
  const { origins, overridden, ignored, files } = loaded;
  const left = ignored.map((i) => ({ ...i, why: `${i.why}: lazy trust ${shellWord(i.file)}` }));
  if (args.has('json')) {
    return writeOut(
      json({ settings: Object.fromEntries(values), origins, overridden, ignored: left, files }),
    );
  }
  const rows = values.map(([key, value]) => [key, textOf(value), origins[key]?.where ?? '']);
  // The table is not cut to the terminal's width: half a path names no file.
  await writeOut(isatty(1) ? table(rows, undefined, {}) : tabbed(rows));
  for (const { variable, key, by } of overridden)
    session.talk(`${variable} is set, but ${key} comes from ${by}`);
  for (const { key, file, why } of left) session.talk(`${key} in ${file} is left out: ${why}`);
}

type Shown = readonly [key: string, value: string | readonly string[] | Readonly<Record<string, string>>];

/** The settings as a config file would spell them. */
function shown(s: Settings): Shown[] {
  const all: (readonly [string, Shown[1] | undefined])[] = [
    ['store', showLocation(s.store)],
    ['key', s.keys.map(showKey)],
    ['decryptKeys', s.decryptKeys.map(showKey)],
    ['region', s.region],
    ['kmsRegion', s.kmsRegion],
    ['profile', s.profile],
    ['role', s.role],
    ['roleExternalId', s.roleExternalId],
    ['roleSessionName', s.roleSessionName],
    ['roleDuration', s.roleDuration === undefined ? undefined : `${s.roleDuration}s`],
    ['roleSourceIdentity', s.roleSourceIdentity],
    ['roleMfaSerial', s.roleMfaSerial],
    ['sse', s.sse],
    ['sseKey', s.sseKey],
    ['sseBucketKey', s.sseBucketKey?.toString()],
    ['bucketOwner', s.bucketOwner],
    ['requesterPays', s.requesterPays?.toString()],
    ['resolve', s.resolve?.join(', ')],
    ['endpoint', s.endpoint],
    ['kmsEndpoint', s.kmsEndpoint],
    ['format', s.format],
    ['accept', s.accept],
    ['context', s.context],
    ['timeout', `${s.timeoutMs / 1000}s`],
  ];
  return all.flatMap(([key, value]) =>
    value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [[key, value] as const],
  );
}

function textOf(value: Shown[1]): string {
  if (typeof value === 'string') return value;
  if (isList(value)) return value.join(', ');
  return Object.entries(value)
    .map(([k, v]) => `${k}=${v}`)
    .join(', ');
}

// Array.isArray alone doesn't tell a read-only array from a map.
function isList(value: Exclude<Shown[1], string>): value is readonly string[] {
  return Array.isArray(value);
}
