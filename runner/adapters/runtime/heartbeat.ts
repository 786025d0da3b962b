import { lookup as dnsLookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ObserverError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { forbiddenHost, portOf } from '../../core/network/blocked-addresses.ts';
import { guardedLookup, type Lookup } from '../../core/network/guarded-lookup.ts';
import { agentProxies } from '../../core/network/proxies.ts';

const LONGEST_MS = 5_000;

export interface HeartbeatOptions {
  /** The host:port of AWS_LAMBDA_RUNTIME_API, if there is one. */
  readonly runtimeApi?: string | undefined;
  /** Resolves names. @default DNS */
  readonly lookup?: Lookup;
}

/**
 * Posts a sign of life, for 5 s at most. It follows no redirect and reaches no forbidden address. An error names the host alone:
 * the rest of the URL may be a secret.
 * @throws ObserverError unless the answer has a status of success.
 */
export async function sendHeartbeat(
  url: string,
  { runtimeApi, lookup = dnsLookup }: HeartbeatOptions = {},
): Promise<void> {
  const at = addressOf(url);
  const port = portOf(at);
  const place = `The heartbeat address at ${at.host}`;
  const refused = (address: string, why: string): ObserverError =>
    new ObserverError(
      `${place}${address} may not be reached: ${why}. Nothing was sent. Correct the address.`,
    );
  const why = forbiddenHost(at.hostname, port, runtimeApi);
  if (why !== undefined) throw refused('', why);
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const [request, Agent] = at.protocol === 'https:' ? [httpsRequest, HttpsAgent] : [httpRequest, HttpAgent];
  const options = {
    method: 'POST',
    agent: new Agent({ keepAlive: false, ...omitUndefined({ proxyEnv: agentProxies(process.env) }) }), // a kept connection may have died while the process was frozen
    signal: AbortSignal.timeout(LONGEST_MS),
    lookup: guardedLookup(lookup, {
      port,
      runtimeApi,
      refuse: (_, address, reason) => refused(`, which is ${address},`, reason),
    }),
  };
  try {
    request(at, options, (answer) => {
      resolve(answer.statusCode);
      answer.destroy();
    })
      .on('error', reject)
      .end();
  } catch (cause) {
    throw new ObserverError(`${place} cannot be called: no request can be made of it. Correct the address.`, {
      cause,
      permanent: true,
    });
  }
  const status = await promise.catch((cause: unknown) => {
    throw cause instanceof ObserverError
      ? cause
      : new ObserverError(`${place} could not be reached.`, { cause });
  });
  if (status === undefined || status < 200 || status > 299)
    throw new ObserverError(`${place} answered ${status}.`);
}

function addressOf(url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new ObserverError('The heartbeat address is not a URL. Nothing was sent. Correct the address.', {
    permanent: true,
  });
}
