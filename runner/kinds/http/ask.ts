import type { Dispatcher } from 'undici';
import type { Connections } from './connections.ts';
import { type HttpResponse, LostConnection, type ReceiveContext, receive } from './response-reader.ts';

/** Methods that change nothing (RFC 9110, 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A safe request uses a kept connection, and is repeated over a new one if the other side had closed it. Any other request has a new
 * connection of its own: after a broken kept one, it would be unknown if it was done.
 */
export async function ask(
  request: Dispatcher.DispatchOptions,
  { agent, once }: Connections,
  context: ReceiveContext,
): Promise<HttpResponse> {
  if (!SAFE.has(request.method)) return receive(once(), request, context);
  try {
    return await receive(agent, request, context);
  } catch (thrown) {
    if (!(thrown instanceof LostConnection)) throw thrown;
    return receive(once(), request, context);
  }
}
