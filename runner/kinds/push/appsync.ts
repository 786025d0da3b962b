import { truncateText } from '../../core/base/format.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { openText } from '../../core/matching/open-text.ts';
import type { Authorize } from '../http/http-auth.ts';
import type { Dialect, Heard, Push } from './dialect.ts';

/** A subscription of GraphQL, or to a channel of AppSync Events. */
export type Subscribe =
  | { readonly query: string; readonly variables?: JsonMap }
  | { readonly channel: string };

export interface AppSyncRequest {
  /** The real-time endpoint. */
  readonly url: URL;
  readonly subscribe: Subscribe;
  /** Headers of the file, such as `x-api-key`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly authorize: Authorize | undefined;
}

/** Headers that AppSync expects to be signed (AWS AppSync developer guide, "Building a real-time WebSocket client"). */
const SIGNED = {
  accept: 'application/json, text/javascript',
  'content-encoding': 'amz-1.0',
  'content-type': 'application/json; charset=UTF-8',
};

const ID = 'coalmine';
const LONGEST_WORDS = 300;

/**
 * The protocol of a GraphQL subscription, or of a channel. Sources: AWS AppSync developer guide, "Building a real-time WebSocket client";
 * AWS AppSync Events developer guide, "Understanding the Event API WebSocket protocol". Credentials never stand in the URL.
 */
export async function appSyncDialect(request: AppSyncRequest): Promise<Dialect> {
  const { subscribe } = request;
  const isChannel = 'channel' in subscribe;
  const data = isChannel
    ? JSON.stringify({ channel: subscribe.channel })
    : JSON.stringify({ query: subscribe.query, variables: subscribe.variables ?? {} });
  const [atConnect, atStart] = await Promise.all([
    authorizationOf(request, isChannel ? '' : '/connect', '{}'),
    authorizationOf(request, '', data),
  ]);
  const start = isChannel
    ? { type: 'subscribe', id: ID, channel: subscribe.channel, authorization: atStart }
    : { type: 'start', id: ID, payload: { data, extensions: { authorization: atStart } } };
  const header = Buffer.from(JSON.stringify(atConnect)).toString('base64url');
  return {
    subprotocols: [isChannel ? 'aws-appsync-event-ws' : 'graphql-ws', `header-${header}`],
    opening: [
      { send: JSON.stringify({ type: 'connection_init' }), until: 'connection_ack' },
      { send: JSON.stringify(start), until: isChannel ? 'subscribe_success' : 'start_ack' },
    ],
    hear,
  };
}

/** The headers by which the HTTP endpoint would accept the request. */
async function authorizationOf(
  { url, headers, authorize }: AppSyncRequest,
  below: string,
  body: string,
): Promise<Readonly<Record<string, string>>> {
  const endpoint = httpEndpointOf(url, below);
  const asked = { method: 'POST', url: endpoint, headers: SIGNED, body };
  return { host: endpoint.host, ...headers, ...(await authorize?.(asked)) };
}

/** The endpoint that publishes, of the endpoint that pushes; a domain of one's own has both. */
function httpEndpointOf({ host, pathname }: URL, below: string): URL {
  const path = pathname.replace(/\/realtime\/?$/, '');
  return new URL(`https://${host.replace('.appsync-realtime-api.', '.appsync-api.')}${path}${below}`);
}

const REFUSALS: ReadonlySet<unknown> = new Set([
  'connection_error',
  'error',
  'subscribe_error',
  'broadcast_error',
]);

function hear(data: string | Buffer): Heard {
  const message = openText(String(data));
  if (!isJsonMap(message)) return { ended: 'it sent something that is not in its protocol' };
  const { type = '', payload = null, event } = message;
  if (REFUSALS.has(type)) return { ended: errorIn(message) };
  if (type === 'complete') return { ended: 'the system ended the subscription' };
  if (type !== 'data') return { type: String(type) };
  if (event !== undefined) return { pushed: (isJsonList(event) ? event : [event]).map(pushOf) };
  const { data: body = null, errors } = isJsonMap(payload) ? payload : {};
  const pushed = errors === undefined ? { body } : { body, errors };
  return { pushed: [{ data: pushed, text: JSON.stringify(pushed) }] };
}

/** An event of a channel is JSON in a text. */
function pushOf(event: Json): Push {
  return typeof event === 'string'
    ? { data: { body: openText(event) }, text: event }
    : { data: { body: event }, text: JSON.stringify(event) };
}

/** The first error of a refusal: `UnauthorizedException: Permission denied`. */
function errorIn({ payload = null, errors = null, ...message }: JsonMap): string {
  const listed = isJsonMap(payload) ? (payload['errors'] ?? payload) : errors;
  const first = isJsonList(listed) ? (listed[0] ?? null) : listed;
  const { errorType, message: words } = isJsonMap(first) ? first : {};
  const known = [errorType, words].filter((one) => typeof one === 'string');
  return truncateText(known.length > 0 ? known.join(': ') : JSON.stringify(first ?? message), LONGEST_WORDS);
}
