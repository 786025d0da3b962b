import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DefinitionError } from '../../core/base/errors.ts';
import type { InboxAnswer } from '../../core/inbox/ports.ts';

/** A request of an inbox, as it was read. */
interface ReadRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
  readonly isWhole: boolean;
}

export interface InboxServerOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** The longest body to read, in bytes. */
  readonly longestBytes: number;
  receive(request: ReadRequest): Promise<InboxAnswer>;
}

/** A server on loopback that begins to listen when its URL is first asked for. */
export interface InboxServer {
  /** @throws DefinitionError for a port that is taken */
  url(): Promise<string>;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const MOST_CONNECTIONS = 500;
/** The time of a sender for its whole request, in milliseconds. */
const LONGEST_REQUEST_MS = 10_000;

export function inboxServer(options: InboxServerOptions): InboxServer {
  let listening: Promise<Server> | undefined;
  return {
    url: async () => {
      listening ??= listen(options);
      const { port } = (await listening).address() as AddressInfo;
      return `http://${HOST}:${port}`;
    },
    close: async () => {
      const server = await listening?.catch(() => undefined);
      if (server === undefined) return;
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function listen(options: InboxServerOptions): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch(() => response.destroy()); // the sender broke off, or has no answer
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.requestTimeout = LONGEST_REQUEST_MS;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (fault: NodeJS.ErrnoException) =>
    reject(
      new DefinitionError(
        `The inbox of runs cannot listen at ${HOST}:${options.port} (${fault.code}). Name another port: --inbox-port PORT.`,
      ),
    ),
  );
  server.listen(options.port, HOST, resolve);
  await promise;
  server.unref(); // a run that waits for a request has a timer of its own
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { longestBytes, receive }: InboxServerOptions,
): Promise<void> {
  const { body, isWhole } = await bodyOf(request, longestBytes);
  const { method = '', url: target = '' } = request;
  const {
    status,
    headers,
    body: text,
  } = await receive({
    method,
    target,
    headers: headersOf(request),
    body,
    isWhole,
  });
  response.writeHead(status, { ...headers, ...(isWhole ? {} : { connection: 'close' }) }).end(text);
}

/** Reads a body as far as it is kept. */
async function bodyOf(
  request: IncomingMessage,
  longestBytes: number,
): Promise<Pick<ReadRequest, 'body' | 'isWhole'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestBytes) return { body: new Uint8Array(), isWhole: false };
    chunks.push(chunk);
  }
  return { body: Buffer.concat(chunks), isWhole: true };
}

function headersOf({ headersDistinct }: IncomingMessage): ReadRequest['headers'] {
  return Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values = []]) => [
      name,
      values.length === 1 ? (values[0] as string) : values,
    ]),
  );
}
