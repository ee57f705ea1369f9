import { rmSync } from 'node:fs';
import { isolateEnvironment } from '../test/emulators/environment.js';
import { installMoto } from '../test/emulators/install.js';
import { findPython } from '../test/emulators/python.js';
import { makeBucket, makeKmsKey, makeTable } from '../test/emulators/servers.js';
import { launchDynalite, launchMoto } from '../test/emulators/start.js';

/** The servers and the folder that the benchmarks run on. */
export interface Ground {
  /** A temporary folder, removed at the end. */
  readonly work: string;
  readonly moto: string;
  readonly dynalite: string;
  newBucket(): Promise<string>;
  newTable(url?: string): Promise<string>;
  /** A new KMS key's ARN. */
  newKey(): Promise<string>;
  close(): Promise<void>;
}

/** Starts the servers that the tests use, and takes the user's own settings out of the environment. */
export async function openGround(): Promise<Ground> {
  const python = findPython();
  const packages = installMoto(python);
  const work = isolateEnvironment();
  // The SDK's, about the version of Node; the command has its own way.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const [moto, dynalite] = await Promise.all([
    launchMoto({ python: python.executable, packages }),
    launchDynalite(),
  ]);
  return {
    work,
    moto: moto.url,
    dynalite: dynalite.url,
    newBucket: () => makeBucket(moto.url),
    newTable: (url = moto.url) => makeTable(url),
    newKey: async () => (await makeKmsKey(moto.url)).arn,
    close: async () => {
      await Promise.all([moto.stop(), dynalite.stop()]);
      rmSync(work, { recursive: true, force: true });
    },
  };
}
