/**
 * The rules of layers, once: lint (`tools/lint-layers.js`), `test/architecture.test.ts` and the table of
 * `docs/architecture.md` go by this file.
 *
 * A room is a set of files of `src/`. What a row doesn't name, its files may not import; a file always may
 * import the other files of its room.
 */

/**
 * @typedef {object} Room
 * @property {string} room its name: that of its folder, or of its one file
 * @property {number} layer nothing imports a room of a higher layer
 * @property {readonly string[]} files paths below `src/` without `.ts`; `x*` is all that begins with `x`
 * @property {readonly string[]} [imports] the rooms that its files may import in any way
 * @property {readonly string[]} [types] the rooms of which they may import types
 * @property {readonly string[]} [later] the rooms that they may load while running (`import()`) and import types of
 * @property {readonly string[]} [packages] the packages that they may import in any way
 * @property {readonly string[]} [laterPackages] those that they may load while running and import types of
 * @property {true} [process] whether they may use `process`
 * @property {true} [prints] whether they may print and exit
 */

/**
 * @typedef {object} Imported
 * @property {string} from what the `import` says: `../errors.js`, `node:fs`, `@aws-sdk/client-s3`
 * @property {'run' | 'types' | 'later'} kind a plain import, one of types alone, or `import()`
 */

/** The rooms that nearly everything may import, `leaves` in the table of `docs/architecture.md`. */
export const LEAVES = ['hints', 'errors', 'text', 'record'];
const SDK = ['@aws-sdk/client-s3', '@aws-sdk/client-dynamodb', '@aws-sdk/client-kms'];
/** @type {readonly Room[]} A backend sees neither keys nor values, and not another backend. */
const BACKENDS = [
  {
    room: 'backends/s3',
    layer: 2,
    files: ['backends/s3', 'backends/s3/*'],
    imports: [...LEAVES, 'aws/service-errors'],
    types: ['backend'],
    packages: ['@aws-sdk/client-s3'],
  },
  {
    room: 'backends/dynamodb',
    layer: 2,
    files: ['backends/dynamodb', 'backends/dynamodb/*'],
    imports: [...LEAVES, 'aws/service-errors', 'backends/dynamodb/table-keys'],
    types: ['backend'],
    packages: ['@aws-sdk/client-dynamodb'],
  },
  {
    room: 'backends/local',
    layer: 2,
    files: ['backends/local', 'backends/local/*'],
    imports: [...LEAVES, 'files'],
    types: ['backend'],
  },
  { room: 'backends/memory', layer: 2, files: ['backends/memory'], imports: LEAVES, types: ['backend'] },
];
/** What every part of the command may use of the library: the rest is loaded by whoever opens a store. */
const COMMAND = { process: /** @type {const} */ (true), prints: /** @type {const} */ (true) };

/** @type {readonly Room[]} the lowest first */
export const ROOMS = [
  { room: 'hints', layer: 0, files: ['hints'] },
  { room: 'errors', layer: 0, files: ['errors'], imports: ['hints'] },
  { room: 'text', layer: 0, files: ['text/*'], imports: ['hints', 'errors'] },
  { room: 'files', layer: 0, files: ['files/*'], imports: ['hints', 'errors', 'text'] },
  { room: 'record', layer: 0, files: ['record', 'record/*'], imports: ['hints', 'errors', 'text'] },
  { room: 'aws/regions', layer: 0, files: ['aws/regions'] },
  { room: 'secret', layer: 0, files: ['secret', 'secret/*'], imports: LEAVES },
  {
    room: 'aws/service-errors',
    layer: 0,
    files: ['aws/service-errors', 'aws/try-again', 'aws/racing-writers'],
    imports: LEAVES,
  },
  { room: 'store/bulk', layer: 0, files: ['store/bulk', 'store/deadline', 'store/rest'], imports: LEAVES },
  {
    room: 'setup/steps',
    layer: 0,
    files: ['setup/steps', 'setup/request'],
    imports: [...LEAVES, 'aws/service-errors'],
  },
  {
    room: 'backends/dynamodb/table-keys',
    layer: 0,
    files: ['backends/dynamodb/table-keys'],
    imports: LEAVES,
  },

  // The interfaces: no code that runs, so nothing is loaded for their sake.
  { room: 'backend', layer: 1, files: ['backend'], types: ['errors', 'record'] },
  { room: 'keys.ts', layer: 1, files: ['keys'], types: ['errors', 'record', 'backend'] },

  {
    room: 'codec',
    layer: 2,
    files: ['codec/*'],
    imports: [...LEAVES, 'secret'],
    types: ['backend', 'keys.ts'],
  },
  // Runs another Node, whose place and environment the process knows.
  { room: 'keys/scrypt-child', layer: 2, files: ['keys/scrypt-child'], process: true },
  {
    room: 'keys',
    layer: 2,
    files: ['keys/*'],
    imports: [...LEAVES, 'files', 'aws/service-errors', 'keys/scrypt-child'],
    types: ['backend', 'keys.ts'],
    packages: ['@aws-sdk/client-kms'],
  },
  ...BACKENDS,
  {
    room: 'aws',
    layer: 2,
    files: ['aws/*'],
    imports: [...LEAVES, 'aws/regions', 'aws/service-errors'],
    // The SDK itself goes by AWS's variables; what it would find there is found here, once.
    process: true,
    laterPackages: [...SDK, '@aws-sdk/credential-providers', '@smithy/core'],
  },

  {
    room: 'store',
    layer: 3,
    files: ['store', 'store/*'],
    imports: [...LEAVES, 'secret', 'store/bulk', 'codec'],
    types: ['backend', 'keys.ts'],
  },
  {
    room: 'setup/parts',
    layer: 3,
    // All of setup/ that no other row names.
    files: ['setup/*'],
    imports: [...LEAVES, 'files', 'aws/service-errors', 'setup/steps', 'backends/dynamodb/table-keys'],
    packages: SDK,
  },
  // A kind of store or key is a row; concrete classes and clients are loaded when it is opened or set up.
  {
    room: 'kinds',
    layer: 3,
    files: ['kinds/*'],
    imports: [...LEAVES, 'aws/regions'],
    types: ['backend', 'keys.ts', 'setup/steps'],
    later: [
      ...BACKENDS.map((backend) => backend.room),
      'backends/dynamodb/table-keys',
      'keys',
      'aws',
      'setup/parts',
    ],
  },
  {
    room: 'config',
    layer: 3,
    files: ['config/*'],
    imports: [...LEAVES, 'files', 'kinds'],
    types: ['backend', 'keys.ts'],
  },
  {
    room: 'config/sources',
    layer: 3,
    files: ['config/sources/*'],
    imports: [...LEAVES, 'files', 'kinds', 'config'],
    laterPackages: ['cosmiconfig'],
  },
  {
    room: 'config.ts',
    layer: 3,
    files: ['config', 'config/sources'],
    imports: [...LEAVES, 'files', 'kinds', 'config', 'config/sources'],
  },
  {
    room: 'setup/templates',
    layer: 3,
    files: ['setup/aws-parts', 'setup/cloudformation', 'setup/terraform'],
    imports: [...LEAVES, 'setup/steps', 'kinds', 'backends/dynamodb/table-keys'],
    types: ['config.ts', 'config'],
  },

  // What joins the parts: concrete classes and packages are loaded when one of them is needed.
  {
    room: 'connect',
    layer: 4,
    files: ['connect'],
    imports: [...LEAVES, 'secret', 'kinds', 'config.ts', 'config', 'store', 'store/bulk'],
    types: ['backend', 'keys.ts'],
    later: ['keys'],
  },
  {
    room: 'references',
    layer: 4,
    files: ['references/*'],
    imports: [...LEAVES, 'secret', 'store/bulk'],
    types: ['backend', 'store'],
  },
  {
    room: 'setup.ts',
    layer: 4,
    files: ['setup'],
    imports: [...LEAVES, 'setup/steps', 'setup/templates', 'kinds'],
    types: ['aws', 'config.ts', 'config'],
  },
  {
    room: 'simple',
    layer: 5,
    files: ['simple'],
    imports: ['errors', 'config.ts', 'config', 'connect'],
    types: ['record', 'store'],
    laterPackages: ['pino'],
    process: true,
  },
  // Goes by the variables that it fills.
  {
    room: 'env',
    layer: 5,
    files: ['env/*'],
    imports: [...LEAVES, 'config.ts', 'config', 'connect', 'references'],
    types: ['store'],
    process: true,
  },
  {
    room: 'index',
    layer: 6,
    files: ['index'],
    imports: [
      ...LEAVES,
      'secret',
      'config.ts',
      'config',
      'store',
      'store/bulk',
      'connect',
      'references',
      'setup.ts',
      'simple',
    ],
    types: ['backend', 'keys.ts'],
  },

  // The command stands on the library, never on a backend, key provider or codec. It imports none of
  // index.ts but types, which would load all of the library: help needs errors and names alone.
  {
    room: 'cli/formats',
    layer: 7,
    files: ['cli/formats/*'],
    imports: [...LEAVES, 'secret'],
    types: ['index'],
    packages: ['js-yaml'],
    ...COMMAND,
  },
  {
    room: 'cli/ancestors/python',
    layer: 7,
    files: ['cli/ancestors/python/*'],
    imports: LEAVES,
    ...COMMAND,
  },
  { room: 'cli/topics', layer: 7, files: ['cli/topics/*'] },
  {
    room: 'cli/boot',
    layer: 7,
    files: ['cli/boot', 'cli/boot/*'],
    imports: [...LEAVES, 'files'],
    ...COMMAND,
  },
  {
    room: 'cli/interrupt',
    layer: 7,
    files: ['cli/interrupt', 'cli/current-folder'],
    imports: LEAVES,
    ...COMMAND,
  },
  {
    room: 'cli/arguments',
    layer: 8,
    files: ['cli/arguments/*'],
    imports: LEAVES,
    types: ['config.ts', 'config', 'index'],
    packages: ['yargs'],
    ...COMMAND,
  },
  {
    room: 'cli/io',
    layer: 8,
    files: ['cli/io/*'],
    imports: [...LEAVES, 'secret', 'files', 'cli/interrupt'],
    types: ['config.ts', 'config', 'index', 'cli/arguments'],
    laterPackages: ['pino'],
    ...COMMAND,
  },
  {
    room: 'cli/command',
    layer: 8,
    files: ['cli/command', 'cli/session'],
    imports: [...LEAVES, 'config.ts', 'config', 'connect', 'cli/interrupt', 'cli/arguments', 'cli/io'],
    types: ['index', 'store'],
    ...COMMAND,
  },
  {
    room: 'cli/steps',
    layer: 9,
    files: ['cli/steps/*'],
    imports: [...LEAVES, 'files', 'secret', 'store/bulk', 'cli/formats', 'cli/arguments', 'cli/io'],
    types: ['index', 'config.ts', 'config', 'cli/command'],
    ...COMMAND,
  },
  {
    room: 'cli/generate',
    layer: 9,
    files: ['cli/generate/*'],
    imports: [...LEAVES, 'cli/arguments'],
    ...COMMAND,
  },
  {
    room: 'cli/exec',
    layer: 10,
    files: ['cli/exec/*'],
    imports: [
      ...LEAVES,
      'files',
      'references',
      'cli/formats',
      'cli/interrupt',
      'cli/arguments',
      'cli/io',
      'cli/steps',
    ],
    types: ['index', 'cli/command'],
    ...COMMAND,
  },
  {
    room: 'cli/edit',
    layer: 10,
    files: ['cli/edit/*'],
    imports: [...LEAVES, 'files', 'cli/interrupt', 'cli/arguments', 'cli/io', 'cli/exec'],
    ...COMMAND,
  },
  {
    room: 'cli/complete',
    layer: 9,
    files: ['cli/complete/*'],
    imports: [
      ...LEAVES,
      'config.ts',
      'config',
      'connect',
      'cli/boot',
      'cli/interrupt',
      'cli/arguments',
      'cli/io',
    ],
    types: ['index', 'cli/command'],
    ...COMMAND,
  },
  {
    room: 'cli/commands',
    layer: 10,
    files: ['cli/commands/*'],
    imports: [
      ...LEAVES,
      'secret',
      'store/bulk',
      'config.ts',
      'config',
      'connect',
      'references',
      'cli/formats',
      'cli/arguments',
      'cli/io',
      'cli/command',
      'cli/steps',
      'cli/exec',
      'cli/complete',
      'cli/generate',
      'cli/edit',
    ],
    types: ['index'],
    later: ['setup.ts'],
    ...COMMAND,
  },
  {
    room: 'cli/ancestors',
    layer: 10,
    files: ['cli/ancestors/*'],
    imports: [
      ...LEAVES,
      'files',
      'secret',
      'store/bulk',
      'config.ts',
      'config',
      'connect',
      'cli/formats',
      'cli/ancestors/python',
      'cli/arguments',
      'cli/io',
    ],
    types: ['index'],
    later: ['setup.ts'],
    ...COMMAND,
  },
  {
    room: 'cli/main',
    layer: 11,
    files: ['cli/main', 'cli/help', 'cli/commands', 'cli/ancestors'],
    imports: [...LEAVES, 'cli/topics', 'cli/interrupt', 'cli/arguments', 'cli/io'],
    types: ['index'],
    later: ['cli/command', 'cli/complete', 'cli/commands', 'cli/ancestors'],
    ...COMMAND,
  },
];

/** Package `a/b` of `a/b/c.js`, where `a` is a scope. */
const packageOf = (/** @type {string} */ from) =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');

/**
 * The room of a file, or `undefined` for a file that no row names. Of two rows the longer pattern counts.
 * @param {string} path below `src/`, without `.ts`
 * @returns {Room | undefined}
 */
export function roomOf(path) {
  let found;
  let length = -1;
  for (const room of ROOMS) {
    for (const pattern of room.files) {
      const fits = pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
      const weight = pattern.endsWith('*') ? pattern.length : 1000;
      if (fits && weight > length) [found, length] = [room, weight];
    }
  }
  return found;
}

/**
 * The file that an import names, below `src/` and without its ending; `undefined` for a package or a file
 * outside of `src/`.
 * @param {string} path the importing file
 * @param {string} from
 */
export function targetOf(path, from) {
  if (!from.startsWith('.')) return undefined;
  const target = new URL(from, `file:///src/${path}`).pathname;
  return target.startsWith('/src/') ? target.slice('/src/'.length).replace(/\.js$/, '') : undefined;
}

/**
 * The rule that an import breaks, in words, or `undefined` where it breaks none.
 * @param {string} path the importing file, below `src/`, without `.ts`
 * @param {Imported} imported
 * @returns {string | undefined}
 */
export function importBreach(path, { from, kind }) {
  const room = roomOf(path);
  if (room === undefined) return `no room of tools/layers.js holds ${path}`;
  if (from === 'node:process' || from === 'process') {
    return room.process === true
      ? undefined
      : `${room.room} doesn't know the process: take it as an argument`;
  }
  if (from.startsWith('node:')) return undefined;
  if (!from.startsWith('.')) return packageBreach(room, packageOf(from), kind);
  // The manifest alone, for the number of the version.
  if (from.endsWith('/package.json')) return undefined;
  const target = targetOf(path, from);
  const other = target === undefined ? undefined : roomOf(target);
  if (other === undefined) return `no room of tools/layers.js holds ${target ?? from}`;
  if (other === room || room.imports?.includes(other.room) === true) return undefined;
  return wayBreach(room, other.room, kind, room.later, room.types);
}

/**
 * @param {Room} room
 * @param {string} name
 * @param {Imported['kind']} kind
 */
function packageBreach(room, name, kind) {
  if (room.packages?.includes(name) === true) return undefined;
  return wayBreach(room, name, kind, room.laterPackages, []);
}

/**
 * @param {Room} room
 * @param {string} name
 * @param {Imported['kind']} kind
 * @param {readonly string[] | undefined} later
 * @param {readonly string[] | undefined} types
 */
function wayBreach(room, name, kind, later, types) {
  const isLater = later?.includes(name) === true;
  if (kind === 'types' && (isLater || types?.includes(name) === true)) return undefined;
  if (kind === 'later' && isLater) return undefined;
  if (isLater) return `${room.room} loads ${name} when it is needed: import()`;
  if (types?.includes(name) === true) return `${room.room} imports types of ${name}, and nothing that runs`;
  return `${room.room} may not import ${name}`;
}
