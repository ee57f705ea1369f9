import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAZY, newUser } from './lazy.js';
import { run, type RunResult } from './run.js';

/** Variables; undefined takes one away. */
export type Env = Readonly<Record<string, string | undefined>>;

const STORE: Env = {
  LAZYCRED_STORE: 's3://acme/creds/',
  LAZYCRED_KEY: 'kms:alias/any',
  LAZYCRED_ENDPOINT: 'http://127.0.0.1:9',
};
/** No keys in the environment, and no word of the machine that is asked for them instead. */
export const NO_KEYS: Env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };

const SESSION = 'acme';
/** A profile whose credentials SSO gives. */
export const SSO = `[sso-session ${SESSION}]
sso_region = us-east-1
sso_start_url = https://acme.awsapps.com/start
[profile dev]
sso_session = ${SESSION}
sso_account_id = 123456789012
sso_role_name = Dev
region = us-east-1
`;
/** A profile whose credentials STS gives. */
export const ROLE = `[profile dev]
role_arn = arn:aws:iam::123456789012:role/dev
source_profile = own
region = us-east-1
[profile own]
aws_access_key_id = testing
aws_secret_access_key = testing
`;

/** Runs `lazy get seed` as a user with this AWS configuration file, and a token of SSO until `token`. */
export async function get(
  config: string,
  env: Env,
  args: readonly string[] = [],
  token?: Date,
): Promise<RunResult> {
  const user = newUser();
  const cache = join(user.home, '.aws/sso/cache');
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(user.home, '.aws/config'), config);
  if (token !== undefined) {
    const file = `${createHash('sha1').update(SESSION).digest('hex')}.json`;
    const content = { accessToken: 'token', expiresAt: token.toISOString(), region: 'us-east-1' };
    writeFileSync(join(cache, file), JSON.stringify(content));
  }
  const argv = [process.execPath, LAZY, '--log-format', 'text', 'get', 'seed', ...args];
  return run(argv, { env: { ...user.env, ...STORE, ...env }, cwd: user.work });
}
