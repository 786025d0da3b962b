import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A server on loopback below HTTP, with given behaviour for each connection. */
export interface RawServer {
  readonly origin: string;
  readonly connections: () => number;
  /** `n` counts the pieces of data on one connection, from 1. */
  answer: (socket: Socket, n: number) => void;
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startRawServer(): Promise<RawServer> {
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    let n = 0;
    socket.on('error', () => {}); // a client's abort does not concern the server
    socket.on('close', () => open.delete(socket));
    socket.on('data', () => {
      n += 1;
      raw.answer(socket, n);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const raw: RawServer = {
    origin: `http://127.0.0.1:${port}`,
    connections: () => connections,
    answer: () => {},
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
  return raw;
}
