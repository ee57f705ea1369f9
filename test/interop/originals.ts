import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { assertNoSecretIn } from '../canary.js';
import { repoRoot } from '../emulators/root.js';
import { motoUrl, packagesPath, pythonPath } from '../emulators/servers.js';
import type { RunOptions, RunResult } from '../support/run.js';

/** The ancestors' commands: `originals.py` says which of them is the original program. */
export type Program = 'credstash' | 'lazycred' | 'cchain';

/** How to run one: as {@link RunOptions}, but for what only our own processes need. */
export type OriginalOptions = Pick<RunOptions, 'input' | 'env' | 'stdoutIsData'> & { readonly cwd: string };

/** A Python that runs the ancestors' commands one at a time, by themselves against the shared moto. */
export interface Originals {
  run(program: Program, args: readonly string[], o: OriginalOptions): Promise<Omit<RunResult, 'signal'>>;
  /** Ends the Python and waits until it's gone. */
  stop(): Promise<void>;
}

/** What leads the ancestors, and `lazy`, to the emulated AWS without a word on the command line. */
export function endpointVariables(url = motoUrl()): Readonly<Record<string, string>> {
  return { AWS_ENDPOINT_URL_DYNAMODB: url, AWS_ENDPOINT_URL_KMS: url, AWS_ENDPOINT_URL_S3: url };
}

/** Starts the Python, in 1 s; a command then takes 0.1 s. Stop it in `afterAll`. */
export function startOriginals(): Originals {
  const child = spawn(pythonPath(), [join(repoRoot(), 'test', 'interop', 'originals.py')], {
    env: {
      ...process.env,
      PYTHONPATH: packagesPath(),
      PYTHONNOUSERSITE: '1',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (command: object): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    const line = await lines.next();
    if (line.done === true) throw new Error('the Python of the original programs has ended');
    return JSON.parse(line.value) as Answer;
  };
  let last: Promise<unknown> = Promise.resolve();

  return {
    async run(program, args, { input = '', env = {}, cwd, stdoutIsData }) {
      const command = {
        argv: [program, ...args],
        input: Buffer.from(input).toString('base64'),
        env: { ...process.env, ...endpointVariables(), ...env },
        cwd,
      };
      const asked = last.then(() => ask(command));
      last = asked.catch(() => undefined);
      const answer = await asked;
      const stdoutBytes = Buffer.from(answer.stdout, 'base64');
      const stderr = Buffer.from(answer.stderr, 'base64').toString();
      const what = [program, ...args.slice(0, 2)].join(' ');
      assertNoSecretIn(stderr, `standard error of the original "${what} …"`);
      if (stdoutIsData !== true) assertNoSecretIn(stdoutBytes, `standard output of the original "${what} …"`);
      return { code: answer.code, stdout: stdoutBytes.toString(), stdoutBytes, stderr };
    },
    async stop() {
      child.stdin.end();
      await gone;
    },
  };
}

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
