/** npm as a child, for the tools and for the tests, whose home folder is empty. */
import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Runs npm in a folder and gives what it printed.
 *
 * Packages come from npm's cache where they can: its folder and settings are found in the user's own home.
 *
 * @param {string} cwd
 * @param {string[]} args
 * @returns {string} npm's standard output
 * @throws Error with npm's own words when it fails
 */
export function npm(cwd, args) {
  const home = userInfo().homedir;
  const { status, error, stdout, stderr } = spawnSync('npm', args, {
    cwd,
    encoding: 'utf8',
    // On Windows npm is a script for the shell.
    shell: process.platform === 'win32',
    env: {
      npm_config_cache: join(home, '.npm'),
      npm_config_userconfig: join(home, '.npmrc'),
      ...process.env,
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_ignore_scripts: 'true',
      npm_config_prefer_offline: 'true',
      npm_config_update_notifier: 'false',
    },
  });
  if (status === 0) return stdout;
  throw new Error(`npm ${args.join(' ')} failed in ${cwd}: ${error?.message ?? stderr.trim()}`);
}
