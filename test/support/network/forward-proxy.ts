import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A forward proxy on loopback, as a company has one: for http with the whole URL, for https by CONNECT. Every name leads to loopback. */
export interface ForwardProxy {
  readonly url: string;
  /** Requests of clients, such as `CONNECT shop.test:4711` and `GET http://shop.test:4711/a`. */
  readonly seen: string[];
  /** Values of `proxy-authorization`, one for each request. */
  readonly authorizations: (string | undefined)[];
  /** Status of each answer, in place of forwarding. */
  refuses: number | undefined;
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startForwardProxy(): Promise<ForwardProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((asked, response) => {
    note(asked);
    if (proxy.refuses !== undefined) return void response.writeHead(proxy.refuses).end();
    forward(asked, response);
  });
  const note = ({ method, url = '', headers }: IncomingMessage): void => {
    proxy.seen.push(`${method} ${url}`);
    proxy.authorizations.push(headers['proxy-authorization']);
  };
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (asked: IncomingMessage, socket: Socket) => {
    note(asked);
    socket.on('error', () => {});
    if (proxy.refuses !== undefined) return void socket.end(`HTTP/1.1 ${proxy.refuses} No\r\n\r\n`);
    const target = connect(Number(asked.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    sockets.add(target);
    target.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: ForwardProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    authorizations: [],
    refuses: undefined,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function forward(asked: IncomingMessage, response: ServerResponse): void {
  const { port, pathname, search } = new URL(asked.url ?? '');
  const target = { host: '127.0.0.1', port, path: `${pathname}${search}` };
  const sent = request({ ...target, method: asked.method, headers: asked.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  sent.on('error', () => response.writeHead(502).end());
  asked.pipe(sent);
}
