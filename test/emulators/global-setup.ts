import { rmSync } from 'node:fs';
import { isolateEnvironment } from './environment.js';
import { installMoto } from './install.js';
import { findPython } from './python.js';
import { launchDynalite, launchMoto } from './start.js';
import { onTeardown } from './teardown-list.js';

/** Jest's global set-up: one moto and one dynalite for the whole run, their URLs in the environment. */
export default async function setup(): Promise<void> {
  // First, with the user's own environment: pip's mirror and a version manager's settings live there.
  const python = findPython();
  const packages = installMoto(python);

  const run = isolateEnvironment();
  onTeardown(() => rmSync(run, { recursive: true, force: true }));
  const [moto, dynalite] = await Promise.all([
    launchMoto({ python: python.executable, packages }),
    launchDynalite(),
  ]);
  onTeardown(() => moto.stop());
  onTeardown(() => dynalite.stop());
  Object.assign(process.env, {
    EMU_PYTHON: python.executable,
    EMU_MOTO_PACKAGES: packages,
    EMU_MOTO_URL: moto.url,
    EMU_DYNALITE_URL: dynalite.url,
  });
}
