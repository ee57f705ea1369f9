import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';

// Run as a process (see child.ts): in the test process, a test that waits for a child
// synchronously would keep it from answering. Its own command line can't listen on a free port
// and binds every interface.
type Dynalite = (options: Record<string, number>) => HttpServer;
const dynalite = createRequire(import.meta.url)('dynalite') as Dynalite;

const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
