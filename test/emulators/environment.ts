import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// What a developer's shell may hold that would lead a test to real accounts, real keys or the
// user's own files; NODE_EXTRA_CA_CERTS only costs every child 33 ms.
const UNSET =
  /^(AWS_|LAZYCRED_|CREDSTASH_|CLOUDCHAIN_|NODE_EXTRA_CA_CERTS$|NODE_OPTIONS$|https?_proxy$|all_proxy$|CI$)/iu;

const FIXED: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'not-a-real-secret-access-key',
  AWS_REGION: 'us-east-1',
  // Without credentials the SDK would ask the instance's metadata address, and wait.
  AWS_EC2_METADATA_DISABLED: 'true',
  // The SDK's word on an old Node would stand between the tests' own lines.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  // Messages of the tools that tests run.
  LC_ALL: 'C.UTF-8',
};

/**
 * Gives this process and its children an environment of the test run alone: dummy credentials, and
 * a home and temporary folder under a new folder, which it returns.
 */
export function isolateEnvironment(): string {
  const run = mkdtempSync(join(tmpdir(), 'lazycred-test-'));
  for (const name of Object.keys(process.env)) if (UNSET.test(name)) delete process.env[name];
  const home = join(run, 'home');
  Object.assign(process.env, FIXED, {
    HOME: home,
    USERPROFILE: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    XDG_RUNTIME_DIR: join(run, 'runtime'),
    TMPDIR: join(run, 'tmp'),
    EMU_SECRETS: join(run, 'secrets'),
  });
  for (const dir of ['home', 'runtime', 'tmp', 'secrets']) mkdirSync(join(run, dir), { mode: 0o700 });
  // As open as /tmp is: under root, tests of permissions go on as another user.
  chmodSync(run, 0o711);
  chmodSync(join(run, 'tmp'), 0o1777);
  return run;
}
