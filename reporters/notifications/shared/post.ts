import type { buildConnector, Dispatcher } from 'undici';
import type { Clock } from '../../../runner/core/base/clock.ts';
import { DeliveryError, ObserverError } from '../../../runner/core/base/errors.ts';
import { omitUndefined } from '../../../runner/core/base/omit-undefined.ts';
import { forbiddenHost, portOf } from '../../../runner/core/network/blocked-addresses.ts';
import { guardedLookup, type Lookup } from '../../../runner/core/network/guarded-lookup.ts';
import { networkErrorOf } from '../../../runner/core/network/network-errors.ts';
import { DIRECT } from '../../../runner/core/network/proxies.ts';
import { forProxy, throughProxy } from '../../../runner/core/network/proxy-tunnel.ts';
import type { Post, PostAnswer, PosterOf, PostRequest } from './notifier.ts';
import { disconnected, neverSent, tooLate, troubleOf, unsure, waitMsOf } from './refusal.ts';

const LONGEST_ANSWER_BYTES = 65_536;

/**
 * Posts by HTTP. No redirect is followed, no forbidden address reached, no answer read beyond 64 KiB. No error names more of the
 * URL than its host. Each post has a connection of its own: a kept one may have died while the process was frozen.
 */
export function poster(of: PosterOf): Post {
  return async (request) => {
    const url = urlOf(request);
    const from = `${request.who} (${url.host})`;
    refuseForbidden(url, from, of.runtimeApi);
    const { proxyFor = DIRECT } = of;
    const agent = await agentFor(url, from, of);
    const body = Buffer.from(request.body);
    let isSent = false;
    const sent = (): void => {
      isSent = true;
      request.sent?.();
    };
    try {
      const headers = {
        'user-agent': 'coalmine',
        'content-type': 'application/json',
        'content-length': String(body.length),
        ...userIn(url),
        ...request.headers,
      };
      const path = `${url.pathname}${url.search}`;
      const answer = await agent.request({
        ...forProxy({ origin: url.origin, path, headers }, proxyFor),
        method: 'POST',
        body: noticing(body, sent) as never, // undici takes any iterable; its types name streams alone
        signal: request.signal,
      });
      return { ...(await read(answer, of.clock)), from };
    } catch (thrown) {
      throw faultOf(thrown, { from, signal: request.signal, isSent });
    } finally {
      void agent.destroy();
    }
  };
}

/** A body that notices when it is written: its reader asks for more only then. */
async function* noticing(body: Buffer, sent: () => void): AsyncGenerator<Buffer> {
  yield body;
  sent();
}

function urlOf({ url, who }: PostRequest): URL {
  if (URL.canParse(url)) {
    const parsed = new URL(url);
    if (parsed.protocol === 'https:' || parsed.protocol === 'http:') return parsed;
  }
  throw new DeliveryError(
    `${who} cannot be notified: its address is not a URL that begins with https:// or http://. Correct the channel.`,
    { permanent: true },
  );
}

function refuseForbidden(url: URL, from: string, runtimeApi: string | undefined): void {
  const why = forbiddenHost(url.hostname, portOf(url), runtimeApi);
  if (why !== undefined) throw forbidden(from, why);
}

function forbidden(from: string, why: string): DeliveryError {
  return new DeliveryError(`${from} may not be reached: ${why}. Nothing was sent. Correct the channel.`, {
    permanent: true,
  });
}

async function agentFor(
  url: URL,
  from: string,
  { lookup, ca, runtimeApi, clock, proxyFor = DIRECT }: PosterOf,
): Promise<Dispatcher> {
  // Bundled, a CommonJS package has its names on `default` alone.
  const [{ default: undici }, dns] = await Promise.all([import('undici'), import('node:dns')]);
  const refuse = (_: string, address: string, why: string) => forbidden(`${from}, which is ${address},`, why);
  const connector = (port: number, names: Lookup) =>
    undici.buildConnector({
      lookup: guardedLookup(names, { port, runtimeApi, refuse }),
      ...omitUndefined({ ca }),
    });
  const direct = connector(portOf(url), lookup ?? dns.lookup);
  const toProxy: buildConnector.connector = (options, done) =>
    connector(Number(options.port), dns.lookup)(options, done);
  return new undici.Agent({
    pipelining: 0, // no connection is kept
    connect: throughProxy({ direct, toProxy }, { proxyFor, clock }),
  });
}

function userIn({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '') return {};
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
}

async function read(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  clock: Clock,
): Promise<Omit<PostAnswer, 'from'>> {
  const waitMs = waitMsOf(headers['retry-after'], clock.nowMs());
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > LONGEST_ANSWER_BYTES) break; // leaving the loop destroys the stream
  }
  const text = Buffer.concat(chunks).subarray(0, LONGEST_ANSWER_BYTES).toString();
  return { status: statusCode, body: text, ...omitUndefined({ retryAfterMs: waitMs }) };
}

interface Tried {
  readonly from: string;
  readonly signal: AbortSignal;
  /** True if the whole request was written. */
  readonly isSent: boolean;
}

function faultOf(thrown: unknown, { from, signal, isSent }: Tried): DeliveryError {
  for (let error = thrown; Error.isError(error); error = error.cause) {
    if (error instanceof DeliveryError) return error;
    if (error instanceof ObserverError)
      return unsure(from, `could not be reached (${withoutEnd(error.message)})`, thrown);
  }
  if (signal.aborted) return tooLate(from, isSent);
  const trouble = troubleOf(thrown);
  if (!isSent && trouble === undefined) return neverSent(from, thrown);
  const { words, code, sort } = trouble ??
    networkErrorOf(thrown) ?? {
      words: 'could not be notified',
      code: Error.isError(thrown) ? thrown.name : typeof thrown,
      sort: 'unknown',
    };
  if (sort !== 'untrusted') return disconnected(from, `${words} (${code})`, thrown);
  return new DeliveryError(
    `${from} ${words} (${code}), so the notice was not delivered. Correct its certificate, or the channel.`,
    {
      cause: thrown,
      permanent: true,
    },
  );
}

/** A sentence without its full stop, to stand within another. */
function withoutEnd(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
