import { spawnSync } from 'node:child_process';

/** moto 5.2.5 and its pins need it. */
const OLDEST: readonly [number, number] = [3, 10];

const CANDIDATES = ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

const DESCRIBE = `
import json, sys, sysconfig
print(json.dumps({
    "version": sys.version_info[:2],
    "executable": sys.executable,
    "abi": "-".join([sys.implementation.cache_tag, sysconfig.get_platform()]),
}))`;

/** An interpreter that can run the emulators. */
export interface Python {
  /** The interpreter itself rather than a shim, which may look for its settings in $HOME. */
  readonly executable: string;
  /** What compiled packages depend on: interpreter, version, platform. */
  readonly abi: string;
}

/**
 * The first Python on PATH that is new enough.
 *
 * @throws Error saying what to install
 */
export function findPython(): Python {
  for (const command of CANDIDATES) {
    const { status, stdout } = spawnSync(command, ['-c', DESCRIBE], { encoding: 'utf8' });
    if (status !== 0) continue;
    const { version, executable, abi } = JSON.parse(stdout) as Python & { version: [number, number] };
    const [major, minor] = version;
    if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return { executable, abi };
  }
  throw new Error(
    `the tests need Python ${OLDEST.join('.')} or newer on PATH, for the S3, DynamoDB and KMS server (moto): ` +
      'install it (apt install python3 python3-pip, brew install python, or python.org) and run the tests again',
  );
}
