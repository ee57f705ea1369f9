import { rmSync } from 'node:fs';
import { isolateEnvironment } from './environment.js';
import { installMoto } from './install.js';
import { findPython, type Python } from './python.js';
import { launchDynalite, launchMoto } from './start.js';
import { onTeardown, runTeardown } from './teardown-list.js';

/** Jest's global set-up: one moto and one dynalite for the whole run, their URLs in the environment. */
export default async function setup(): Promise<void> {
  // First, with the user's own environment: pip's mirror and a version manager's settings live there.
  const python = findPython();
  const packages = installMoto(python);
  try {
    removeAtTheEnd(isolateEnvironment());
    await startServers(python, packages);
  } catch (e) {
    // Jest doesn't run the tear-down after a set-up that failed.
    await runTeardown();
    throw e;
  }
}

async function startServers(python: Python, packages: string): Promise<void> {
  const moto = await launchMoto({ python: python.executable, packages });
  onTeardown(() => moto.stop());
  const dynalite = await launchDynalite();
  onTeardown(() => dynalite.stop());
  Object.assign(process.env, {
    EMU_PYTHON: python.executable,
    EMU_MOTO_PACKAGES: packages,
    EMU_MOTO_URL: moto.url,
    EMU_DYNALITE_URL: dynalite.url,
  });
}

// Also after Ctrl-C, which Jest leaves to Node: the run ends there and then.
function removeAtTheEnd(run: string): void {
  const remove = (): void => rmSync(run, { recursive: true, force: true });
  const removeAndDie = (signal: NodeJS.Signals): void => {
    remove();
    process.kill(process.pid, signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, removeAndDie);
  onTeardown(() => {
    for (const signal of signals) process.off(signal, removeAndDie);
    remove();
  });
}
