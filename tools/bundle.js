/** The command as CommonJS chunks: `dist/bin/lazy.cjs`, the loader, and the rest, each loaded when needed. */
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * What the AWS clients share, in one chunk; left to itself it would fall into thirty small ones.
 * Six users at least: five are one service's own. DynamoDB's are the client's class, two backends that send commands,
 * set-up, and the trial of its conditional writes; S3's likewise, with an access point's set-up.
 */
const AWS_SHARED = { name: 'aws', test: /node_modules\/(@aws-sdk|@smithy|@aws|bowser)\//, minShareCount: 6 };

/** What is used of packages that are imported at run time; a bundler keeps all of a package otherwise. */
const USED = {
  '@aws-sdk/client-dynamodb': ['DynamoDBClient'],
  '@aws-sdk/client-kms': ['KMSClient'],
  '@aws-sdk/client-s3': ['S3Client'],
  '@aws-sdk/credential-providers': ['fromNodeProviderChain', 'fromTemporaryCredentials'],
  '@smithy/core/config': ['loadSharedConfigFiles', 'externalDataInterceptor'],
};

const ANCESTORS = join('cli', 'ancestors');

const LAZY = 'lazy.cjs';
/** The loader once more: it goes by its own name, and npm's shims on Windows call it by none but its file's. */
const LAZYCRED = 'lazycred.cjs';

/**
 * Bundles what tsc wrote to `<dist>/src/cli` into `<dist>/bin`, with `modules.json` there: chunk → modules.
 *
 * @param {string} root the project's folder
 * @param {string} dist the folder that tsc wrote to
 */
export async function bundleCommand(root, dist) {
  const cli = join(dist, 'src/cli');
  const bin = join(dist, 'bin');
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const commands = await namesOf(join(cli, 'commands.js'), 'COMMANDS');
  const ancestors = await namesOf(join(cli, 'ancestors.js'), 'ANCESTORS');
  const chunks = [
    ...(await bundle(bin, { lazy: join(cli, 'boot.js') }, [], {
      LAZYCRED_VERSION: JSON.stringify(version),
      LAZYCRED_COMMANDS: JSON.stringify(commands.sort()),
      LAZYCRED_ANCESTORS: JSON.stringify(ancestors),
    })),
    ...(await bundle(bin, { main: join(cli, 'main.js') }, [AWS_SHARED], {
      // The AWS SDK warns about old versions of Node on stderr, where only this command speaks.
      'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
      // yargs resolves "extends" in a configuration file of its own, which the command doesn't have.
      'import.meta.resolve': 'undefined',
    })),
  ];
  const modules = Object.fromEntries(
    chunks.map((c) => [c.fileName, Object.keys(c.modules).map((id) => relative(root, id))]),
  );
  modules[LAZYCRED] = modules[LAZY] ?? [];
  writeFileSync(join(bin, 'modules.json'), `${JSON.stringify(modules, null, 1)}\n`);
  copyFileSync(join(bin, LAZY), join(bin, LAZYCRED));
  for (const loader of [LAZY, LAZYCRED]) chmodSync(join(bin, loader), 0o755);
}

/**
 * The names in a list of what the command can do, which stands in one place: here it is only read.
 *
 * @param {string} file
 * @param {string} list the map that the file exports
 * @returns {Promise<string[]>}
 */
async function namesOf(file, list) {
  /** @type {Record<string, ReadonlyMap<string, unknown>>} */
  const exported = await import(pathToFileURL(file).href);
  return [...(exported[list]?.keys() ?? [])];
}

/**
 * @param {string} dir
 * @param {Record<string, string>} input
 * @param {import('rolldown').CodeSplittingGroup[]} groups
 * @param {Record<string, string>} define
 */
async function bundle(dir, input, groups, define) {
  const build = await rolldown({
    input,
    platform: 'node',
    // The SDK's ES modules: half of the size of its CommonJS ones, since what isn't used falls away.
    resolve: { mainFields: ['module', 'main'], conditionNames: ['module', 'import', 'node', 'default'] },
    transform: { define },
    plugins: [trimDynamicImports(dir), plainStringWidth],
    onLog(level, log, handler) {
      if (level === 'warn') throw new Error(`rolldown: ${log.message}`);
      handler(level, log);
    },
  });
  try {
    const { output } = await build.write({
      dir,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      // Apart from the loader of an ancestor's name.
      chunkFileNames: ({ facadeModuleId }) =>
        facadeModuleId?.includes(ANCESTORS) === true ? 'as-[name].cjs' : '[name].cjs',
      banner: (chunk) => (chunk.fileName === LAZY ? '#!/usr/bin/env node' : ''),
      dynamicImportInCjs: false,
      codeSplitting: groups.length === 0 ? true : { groups },
      // One-byte strings are read and scanned fastest.
      charset: 'ascii',
      comments: false,
      minify: false,
    });
    return output.filter((o) => o.type === 'chunk');
  } finally {
    await build.close();
  }
}

/**
 * yargs lays out its help with string-width, whose tables of wide characters and emoji cost more at start
 * than all the rest of yargs. Our help is plain text: one column a character.
 *
 * @type {import('rolldown').Plugin}
 */
const plainStringWidth = {
  name: 'plain-string-width',
  resolveId: (source) => (source === 'string-width' ? '\0string-width' : null),
  load: (id) => (id === '\0string-width' ? 'export default (text) => [...text].length;' : null),
};

/**
 * Puts a module that re-exports the names of {@link USED} in the place of a package imported at run time.
 *
 * @param {string} from a folder that the packages are found from
 * @returns {import('rolldown').Plugin}
 */
function trimDynamicImports(from) {
  const prefix = '\0used:';
  return {
    name: 'trim-dynamic-imports',
    async resolveId(source, importer, { kind }) {
      if (importer?.startsWith(prefix)) return this.resolve(source, join(from, 'any.js'));
      return kind === 'dynamic-import' && source in USED ? prefix + source : null;
    },
    load(id) {
      if (!id.startsWith(prefix)) return null;
      const source = id.slice(prefix.length);
      return `export { ${USED[source].join(', ')} } from '${source}';`;
    },
  };
}
