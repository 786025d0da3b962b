import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { ObserverError } from '../../core/base/errors.ts';
import { agentProxies, proxyFault } from '../../core/network/proxies.ts';

const AGENT = { keepAlive: true, maxSockets: 50 } as const; // the SDK's own defaults

/**
 * The option that sends a client's calls through the proxies of the environment; none without a proxy, so that the SDK keeps its own
 * agents.
 * @throws ObserverError for a proxy that cannot be used
 */
export function requestHandlerFor(env: Readonly<Record<string, string | undefined>>): object {
  const proxyEnv = agentProxies(env);
  if (proxyEnv === undefined) return {};
  const fault = proxyFault(env);
  if (fault !== undefined) throw new ObserverError(fault, { permanent: true });
  const agent = { ...AGENT, proxyEnv };
  return { requestHandler: { httpAgent: new HttpAgent(agent), httpsAgent: new HttpsAgent(agent) } };
}
