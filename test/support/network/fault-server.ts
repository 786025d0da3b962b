import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SelfSigned } from './certificate.ts';

/** Behaviour towards a request. */
export type Behaviour =
  | { readonly answers: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Closes the connection as soon as the request's head is there. */
  | { readonly resets: 'at once' }
  /** Takes the whole request, and closes the connection in place of an answer: an acknowledgement that was lost. */
  | { readonly resets: 'after all' }
  /** Begins to answer and closes the connection. */
  | { readonly resets: 'in its answer'; readonly answers: number }
  /** Takes the request and never answers, or never ends its answer. */
  | { readonly hangs: 'before its answer' }
  | { readonly hangs: 'in its answer'; readonly answers: number }
  /** Answers without end, as long as the client reads. */
  | { readonly floods: true; readonly answers: number };

/** One request as it came. */
export interface Taken {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on loopback with given behaviour, good or bad. */
export interface FaultServer {
  readonly origin: string;
  readonly taken: readonly Taken[];
  behave(behaviour: Behaviour): void;
  /** Called when a request hangs. */
  onHang: () => void;
  close(): Promise<void>;
}

const FLOOD = 'x'.repeat(100_000);

/** Starts one, with TLS if it is given a certificate. */
export async function startFaultServer(tls?: SelfSigned, host = '127.0.0.1'): Promise<FaultServer> {
  let behaviour: Behaviour = { answers: 500 };
  const taken: Taken[] = [];
  const server = tls === undefined ? createServer() : createTlsServer({ key: tls.key, cert: tls.cert });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if ('resets' in behaviour && behaviour.resets === 'at once') return void request.socket.destroy();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {}); // a client's abort does not concern the server
    return void request.on('end', () => {
      taken.push({
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      answer(behaviour, request, response, made.onHang);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const made: FaultServer = {
    origin: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    taken,
    behave: (next) => {
      behaviour = next;
    },
    onHang: () => {},
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return made;
}

function answer(
  behaviour: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
  onHang: () => void,
): void {
  if ('hangs' in behaviour) {
    if (behaviour.hangs === 'in its answer') response.writeHead(behaviour.answers).write('o');
    return onHang();
  }
  if ('resets' in behaviour) {
    if (behaviour.resets !== 'in its answer') return void request.socket.destroy();
    response.writeHead(behaviour.answers, { 'content-length': '100' });
    return void response.write('ok', () => request.socket.destroy());
  }
  if ('floods' in behaviour) {
    response.writeHead(behaviour.answers).on('drain', () => void response.write(FLOOD));
    return void response.write(FLOOD);
  }
  const { answers, headers = {}, body = '' } = behaviour;
  // Node itself sends no 1xx as an answer: it is written by hand, and nothing follows.
  if (answers < 200) return void request.socket.end(`HTTP/1.1 ${answers} Odd\r\n\r\n`, onHang);
  return void response.writeHead(answers, { connection: 'close', ...headers }).end(body);
}
