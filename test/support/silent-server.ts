import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A server that takes connections and never answers. */
export interface SilentServer {
  readonly url: string;
  /** Called at each connection. */
  connected: () => void;
  close(): void;
}

/** Starts one on 127.0.0.1. */
export async function silentServer(): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    self.connected();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: SilentServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connected: () => undefined,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return self;
}
