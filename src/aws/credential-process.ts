import { AsyncLocalStorage } from 'node:async_hooks';
import { exec, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';
import { killTree } from './process-tree.js';

/** One search for credentials, with the commands that it has started. */
interface Search {
  readonly running: Set<ChildProcess>;
  isOver: boolean;
}

/** The commands of profiles (`credential_process`) that run on behalf of one client. */
export class CredentialProcesses {
  readonly #searches = new Set<Search>();

  /** Runs what may start such a command. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    const search: Search = { running: new Set(), isOver: false };
    this.#searches.add(search);
    try {
      return await onBehalf.run(search, run);
    } finally {
      this.#searches.delete(search);
    }
  }

  /** Kills those that still run, with all that they have started. */
  kill(): void {
    for (const search of this.#searches) {
      // The SDK would run the command once more, for the next link of its chain.
      search.isOver = true;
      for (const { pid } of search.running) if (pid !== undefined) killTree(pid);
    }
  }
}

const onBehalf = new AsyncLocalStorage<Search>();

/** Has the SDK tell of the commands that it runs for credentials: it gives them no time limit, and no handle. */
export async function watchCredentialProcesses(): Promise<void> {
  const { externalDataInterceptor } = await import('@smithy/core/config');
  // Where the SDK looks for another exec before it takes Node's (credential-provider-process).
  const record = externalDataInterceptor.getTokenRecord();
  record['exec'] ??= watchedExec;
}

// A function, since promisify takes nothing else; it is only ever promisified.
const watchedExec = Object.assign(() => undefined, {
  [promisify.custom]: (command: string): Promise<{ stdout: string; stderr: string }> => {
    const search = onBehalf.getStore();
    if (search?.isOver === true) return Promise.reject(new Error('nobody waits for credentials any more'));
    return new Promise((resolve, reject) => {
      const child = exec(command, (e, stdout, stderr) => {
        search?.running.delete(child);
        if (e === null) resolve({ stdout, stderr });
        else reject(e);
      });
      search?.running.add(child);
    });
  },
});
