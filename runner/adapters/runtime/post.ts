import { lookup as dnsLookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { forbiddenHost, portOf } from '../../core/network/blocked-addresses.ts';
import { guardedLookup, type Lookup } from '../../core/network/guarded-lookup.ts';
import { networkErrorOf } from '../../core/network/network-errors.ts';
import type { Post, PostRequest } from '../../core/network/post.ts';
import { agentProxies } from '../../core/network/proxies.ts';

const LONGEST_ANSWER_BYTES = 65_536;

export interface PostOptions {
  /** Names the proxies. @default the environment of the process */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The host:port of AWS_LAMBDA_RUNTIME_API, if there is one. */
  readonly runtimeApi?: string | undefined;
  /** Resolves names. @default DNS */
  readonly lookup?: Lookup;
}

/** Posts by Node's own client. The addresses are chosen by operators, such as a heartbeat's or a receiver's of traces. */
export function poster({ env = process.env, runtimeApi, lookup = dnsLookup }: PostOptions = {}): Post {
  return async (request) => {
    const { url, place } = request;
    const refused = (address: string, why: string): ObserverError =>
      new ObserverError(
        `${place}${address} may not be reached: ${why}. Nothing was sent. Correct the address.`,
        { permanent: true },
      );
    const why = forbiddenHost(url.hostname, portOf(url), runtimeApi);
    if (why !== undefined) throw refused('', why);
    const guarded = guardedLookup(lookup, {
      port: portOf(url),
      runtimeApi,
      refuse: (_, address, reason) => refused(`, which is ${address},`, reason),
    });
    const answer = await answerTo(request, { lookup: guarded, proxyEnv: agentProxies(env) });
    const retryAfter = answer.headers['retry-after'];
    return {
      status: answer.statusCode as number, // an answer of a client has one
      body: await beginningOf(answer),
      ...omitUndefined({ retryAfter }),
    };
  };
}

interface Reached {
  readonly lookup: ReturnType<typeof guardedLookup>;
  readonly proxyEnv: Readonly<Record<string, string>> | undefined;
}

async function answerTo(
  { url, place, headers = {}, body, signal }: PostRequest,
  { lookup, proxyEnv }: Reached,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const [request, Agent] = url.protocol === 'https:' ? [httpsRequest, HttpsAgent] : [httpRequest, HttpAgent];
  // A kept connection may have died while the process was frozen.
  const agent = new Agent({ keepAlive: false, ...omitUndefined({ proxyEnv }) });
  try {
    request(url, { method: 'POST', agent, signal, lookup, headers }, resolve).on('error', reject).end(body);
  } catch (cause) {
    throw new ObserverError(`${place} cannot be called: no request can be made of it. Correct the address.`, {
      cause,
      permanent: true,
    });
  }
  return promise.catch((cause: unknown) => {
    if (cause instanceof ObserverError) throw cause;
    const { code } = networkErrorOf(cause) ?? {};
    const why = code === undefined ? '' : ` (${code})`;
    throw new ObserverError(`${place} could not be reached${why}.`, { cause });
  });
}

/** The text that came: a status is an answer, whatever becomes of the rest. */
async function beginningOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > LONGEST_ANSWER_BYTES) break; // leaving the loop destroys the stream
    }
  } catch {
    // broken off, or cut off by the deadline
  }
  return Buffer.concat(chunks).subarray(0, LONGEST_ANSWER_BYTES).toString();
}
