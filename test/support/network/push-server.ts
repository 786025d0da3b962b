import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Json, JsonMap } from '../../../runner/core/base/json.ts';

/** A server on loopback that pushes: WebSockets, AppSync at `/graphql` and `/event/realtime`, refusals elsewhere. */
export interface PushServer {
  /** `ws://127.0.0.1:4711`. */
  readonly url: string;
  /** Headers of each handshake. */
  readonly handshakes: IncomingMessage['headers'][];
  /** Messages of clients, parsed. */
  readonly received: Json[];
  /** Number of connections that are open. */
  readonly open: number;
  /** Error of an AppSync subscription, in place of its acknowledgement. */
  refusal: JsonMap | undefined;
  /** True: clients of WebSockets get back what they send. */
  echoes: boolean;
  /** True: pings are not answered. */
  deaf: boolean;
  /** Pushes to all clients: as it is, or as AppSync wraps it. */
  push(data: Json | Buffer): void;
  /** Sends a message of the protocol to all clients, as it is. */
  say(message: Json): void;
  close(code: number, reason: string): void;
  cut(): void;
  end(): Promise<void>;
}

const REFUSALS: Readonly<Record<string, string>> = {
  '/closed': 'HTTP/1.1 403 Forbidden\r\nx-reason: none\r\ncontent-length: 0\r\n\r\n',
  '/busy': 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n',
  '/page': 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  '/wrong':
    'HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: no\r\n\r\n',
};

/** Starts one on a free port. `onHandshake` receives the headers of each handshake. */
export async function startPushServer(
  onHandshake: (headers: IncomingMessage['headers']) => void = () => {},
): Promise<PushServer> {
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true, autoPong: false });
  const raw = new Set<Duplex>();
  const wraps = new Map<WebSocket, (data: Json) => string>();
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { pathname } = new URL(request.url ?? '/', 'http://here');
    server.handshakes.push(request.headers);
    onHandshake(request.headers);
    socket.on('error', () => {});
    raw.add(socket);
    if (pathname === '/silent') return;
    const refusal = REFUSALS[pathname];
    if (refusal !== undefined) return void socket.end(refusal);
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('ping', (payload) => (server.deaf ? undefined : client.pong(payload)));
      wraps.set(client, talk(client, pathname));
    });
  });
  const talk = (client: WebSocket, pathname: string): ((data: Json) => string) => {
    const isChannel = pathname.startsWith('/event');
    const isPlain = !isChannel && pathname !== '/graphql';
    client.on('message', (bytes: Buffer) => {
      const data = String(bytes);
      const message = parsed(data);
      server.received.push(message);
      if (isPlain && server.echoes) client.send(data);
      if (!isPlain) answer(client, message as JsonMap, isChannel ? 'subscribe_success' : 'start_ack');
    });
    if (isPlain) return (data) => (typeof data === 'string' ? data : JSON.stringify(data));
    const wrap = (data: Json) => (isChannel ? { event: JSON.stringify(data) } : { payload: { data } });
    return (data) => JSON.stringify({ id: 'coalmine', type: 'data', ...wrap(data) });
  };
  const answer = (client: WebSocket, { type, id = '' }: JsonMap, ack: string): void => {
    if (type === 'connection_init') {
      client.send(JSON.stringify({ type: 'connection_ack', connectionTimeoutMs: 300_000 }));
      client.send(JSON.stringify({ type: 'ka' }));
    } else client.send(JSON.stringify(server.refusal ?? { type: ack, id }));
  };
  const each = (act: (client: WebSocket) => void): void => {
    for (const client of sockets.clients) act(client);
  };
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: PushServer = {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    handshakes: [],
    received: [],
    get open() {
      return sockets.clients.size;
    },
    refusal: undefined,
    echoes: false,
    deaf: false,
    push: (data) =>
      each((client) => client.send(Buffer.isBuffer(data) ? data : (wraps.get(client)?.(data) ?? ''))),
    say: (message) => each((client) => client.send(JSON.stringify(message))),
    close: (code, reason) => each((client) => client.close(code, reason)),
    cut: () => each((client) => client.terminate()),
    end: async () => {
      for (const socket of raw) socket.destroy();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
