import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DefinitionError } from '../../core/base/errors.ts';
import type { InboxAnswer, RefusedRequest } from '../../core/inbox/ports.ts';
import { type Refusals, refusals, type TakenRequest } from './refusals.ts';

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
  nowMs(): number;
  receive(request: ReadRequest): Promise<InboxAnswer>;
}

/** A server on loopback that begins to listen when its URL is first asked for. */
export interface InboxServer {
  /** @throws DefinitionError for a port that is taken */
  url(): Promise<string>;
  /** The latest requests that it could not take, those included whose body is still to come. */
  refused(): readonly RefusedRequest[];
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
/** The most connections at once. */
export const MOST_CONNECTIONS = 500;
/** The longest headers of a request, in bytes: the default of Node. */
export const LONGEST_HEADERS_BYTES = 16_384;
/** The time of a sender for its whole request, in milliseconds. */
export const LONGEST_REQUEST_MS = 10_000;
const CHECKED_EVERY_MS = 1_000;

export function inboxServer(options: InboxServerOptions): InboxServer {
  let listening: Promise<Server> | undefined;
  const log = refusals(options.nowMs);
  return {
    url: async () => {
      listening ??= listen(options, log).catch((fault: unknown) => {
        listening = undefined; // the next run may find the port free
        throw fault;
      });
      const { port } = (await listening).address() as AddressInfo;
      return `http://${HOST}:${port}`;
    },
    refused: () => log.all(),
    close: async () => {
      const server = await listening?.catch(() => undefined);
      if (server === undefined) return;
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function listen(options: InboxServerOptions, log: Refusals): Promise<Server> {
  const limits = {
    maxHeaderSize: LONGEST_HEADERS_BYTES,
    requestTimeout: LONGEST_REQUEST_MS,
    headersTimeout: LONGEST_REQUEST_MS,
    connectionsCheckingInterval: CHECKED_EVERY_MS,
  };
  const server = createServer(limits, (request, response) => {
    const taken = log.begin(request);
    answer(request, response, { ...options, taken }).catch(() => {
      taken.refuse('its body did not come whole within 10 s, or it could not be answered');
      response.destroy();
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('clientError', log.clientError);
  server.on('drop', () => log.drop(MOST_CONNECTIONS));
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
  { longestBytes, receive, taken }: InboxServerOptions & { readonly taken: TakenRequest },
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
  taken.end();
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
