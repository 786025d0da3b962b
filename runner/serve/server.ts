import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../core/base/clock.ts';
import { DefinitionError } from '../core/base/errors.ts';
import type { Access, AccessAsk } from './access.ts';
import { type PagesAddress, urlOf } from './address.ts';
import type { LivePages } from './live-pages.ts';

/** Pages that are served. */
export interface PagesServer {
  /** Its URL, with the port that it got. */
  readonly url: string;
  close(): Promise<void>;
}

/** A text to serve that is no page: a badge, or an incident as Markdown. */
export interface Download {
  readonly type: string;
  readonly text: string;
}

export interface ServeOptions {
  readonly address: PagesAddress;
  readonly clock: Clock;
  readonly pages: LivePages;
  access(ask: AccessAsk): Access;
  /** The text at a path that is no page; undefined if there is none. */
  download(path: string): Promise<Download | undefined>;
  /** Receives what went wrong. */
  failed(thrown: unknown): void;
}

/** Readers of changes at a time. Each costs a connection; one more is asked to come later. */
const MOST_READERS = 100;
/**
 * Unsent bytes of a reader, after which it is let go: it comes again, and gets the page as it is then. More than one page:
 * that of 10,000 canaries has 4 to 5 MB, and a smaller limit would let its readers go at each change.
 */
const MOST_UNSENT = 16 * 1024 * 1024;
/** A sign of life, so that a page notices the end of its server. The script waits three times as long. In milliseconds. */
const ALIVE_MS = 10_000;
/** A page that is read is made again after so many signs of life. */
const RENEWED_AFTER = 6;
const WORTH_GZIP = 8 * 1024;
const HTML = 'text/html; charset=utf-8';

/** Nothing is stored, framed, guessed or named to other sites. The policy of a page is in the page. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Serves pages and their changes.
 * @throws DefinitionError for an address that is taken, or is none of this machine.
 */
export async function servePages(options: ServeOptions): Promise<PagesServer> {
  const { address } = options;
  const readers = new Readers(options);
  const server = createServer((request, response) => {
    answer(request, response, { ...options, readers }).catch((thrown: unknown) => {
      options.failed(thrown);
      if (!response.headersSent)
        plain(response, 500, 'This page could not be made. The terminal has the reason.');
      else response.destroy();
    });
  });
  server.maxConnections = 4 * MOST_READERS;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (fault) =>
    reject(
      new DefinitionError(
        `Pages cannot be served at ${urlOf(address)}: ${fault.message}. Name another address: --pages HOST:PORT.`,
      ),
    ),
  );
  server.listen(address.port, address.host, resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: urlOf({ ...address, port }),
    close: async () => {
      readers.end();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { access, pages, download, readers }: ServeOptions & { readonly readers: Readers },
): Promise<void> {
  const { method = '', url = '', headers } = request;
  const allowed = access({ method, url, headers });
  if (allowed.kind === 'signedIn') {
    response.writeHead(303, { ...HEADERS, location: allowed.location, 'set-cookie': allowed.cookie }).end();
    return;
  }
  if (allowed.kind === 'refused') {
    if (allowed.status === 401) signIn(response);
    else plain(response, allowed.status, allowed.text);
    return;
  }
  const { pathname, searchParams } = new URL(url, 'http://pages');
  const path = decoded(pathname.slice(1));
  if (path === 'events') {
    readers.add(response, searchParams.get('page') ?? '', searchParams.get('seen') ?? '');
    return;
  }
  const page = await pages.page(path);
  const found = page === undefined ? await download(path) : { type: HTML, text: page };
  if (found === undefined) plain(response, 404, 'There is no such page, or it is not kept any more.');
  else await send(response, found, /\bgzip\b/.test(String(headers['accept-encoding'])));
}

const compress = promisify(gzip);

async function send(response: ServerResponse, { type, text }: Download, takesGzip: boolean): Promise<void> {
  const zipped = takesGzip && text.length >= WORTH_GZIP;
  const body = zipped ? await compress(text) : Buffer.from(text);
  response.writeHead(200, {
    ...HEADERS,
    'content-type': type,
    'content-length': body.length,
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(body);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/** The page that asks for the token. It sends it in the URL, and the answer takes it out of there at once. */
function signIn(response: ServerResponse): void {
  const policy = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
  response
    .writeHead(401, {
      ...HEADERS,
      'content-security-policy': policy,
      'content-type': HTML,
      'www-authenticate': 'Bearer realm="Coalmine"',
    })
    .end(
      '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
        '<meta name="color-scheme" content="light dark"><title>Token · Coalmine</title><h1>These pages need their token</h1>' +
        '<form><p><label>Token <input type="password" name="token" autocomplete="current-password" required></label> ' +
        '<button>Open</button></p></form></html>\n',
    );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The connections of readers. */
class Readers {
  readonly #options: ServeOptions;
  readonly #ends = new Set<() => void>();

  constructor(options: ServeOptions) {
    this.#options = options;
  }

  add(response: ServerResponse, path: string, seen: string): void {
    if (this.#ends.size >= MOST_READERS) {
      plain(response, 503, 'Too many readers at a time.');
      return;
    }
    const { clock, pages } = this.#options;
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    const write = (text: string): void => {
      response.write(text);
      if (response.writableLength > MOST_UNSENT) response.destroy();
    };
    write('retry: 2000\n\n');
    const say = (event: 'alive' | 'stale'): void => write(`event: ${event}\ndata:\n\n`);
    let isUpToDate = true;
    const unsubscribe = pages.subscribe(path, seen, {
      send: (part) => write(`data: ${JSON.stringify(part)}\n\n`),
      upToDate: (isSo) => {
        if (isSo !== isUpToDate) say(isSo ? 'alive' : 'stale');
        isUpToDate = isSo;
      },
    });
    let forget: () => void;
    const alive = (times: number): void => {
      forget = clock.at(clock.nowMs() + ALIVE_MS, () => {
        if (isUpToDate) say('alive');
        // A page ages without events, too: the runner may have stopped.
        if (times % RENEWED_AFTER === 0) pages.changed((one) => one === path);
        alive(times + 1);
      });
    };
    alive(1);
    const end = (): void => {
      unsubscribe();
      forget();
      this.#ends.delete(end);
    };
    this.#ends.add(end);
    response.once('close', end);
  }

  end(): void {
    for (const end of this.#ends) end();
  }
}
