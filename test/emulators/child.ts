import { spawn } from 'node:child_process';

/** A server in a process of its own. */
export interface Server {
  /** `http://127.0.0.1:N` */
  readonly url: string;
  /** Ends the process and waits until it's gone. */
  stop(): Promise<void>;
}

/**
 * Starts a server that prints `{"port": N}` once it listens and stops when its standard input
 * closes: the operating system closes it even when this process is killed, so nothing stays behind.
 *
 * @throws Error with the server's last words when it ends before it listens
 */
export async function startServer(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Server> {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  let complaints = '';
  // Read on for as long as it lives: a full pipe would stop the server.
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (complaints = (complaints + text).slice(-4000)));
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${complaints}`)),
    );
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const line = /^\{"port": ?([0-9]+)\}$/mu.exec(said);
      if (line !== null) resolve(Number(line[1]));
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.stdin.end();
      await gone;
    },
  };
}
