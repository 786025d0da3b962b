import { Type } from 'typebox';
import { DefinitionError } from '../../../core/base/errors.ts';
import { asCaseless, type JsonMap } from '../../../core/base/json.ts';
import { scalarText } from '../../../core/base/numbers.ts';
import { headersOf } from '../../../core/taps/propagation.ts';
import { AUTH_KEYS, authFaults, authorizeBy, authPermissions } from '../../http/http-auth.ts';
import { hostOf, refuseForbidden } from '../../http/request.ts';
import { isKnown, requestFaults, TOKEN } from '../../http/request-faults.ts';
import type { FaultsOf, InputFault, Verb } from '../../kind.ts';
import { appSyncDialect, type Subscribe } from '../../push/appsync.ts';
import { connect as open } from '../../push/connection.ts';
import { plainDialect } from '../../push/dialect.ts';
import { anyJson, closed, scalars, text } from '../../schema.ts';

const input = closed({
  url: Type.String({ minLength: 1, description: 'Address of the WebSocket: wss://live.example.com/prod' }),
  as: Type.Optional(text('Name of the connection, if a canary has several; `default` when left out')),
  headers: Type.Optional(scalars('Headers of the handshake')),
  subprotocols: Type.Optional(
    Type.Array(text('A subprotocol'), { minItems: 1, description: 'Subprotocols that the client offers' }),
  ),
  subscribe: Type.Optional(
    Type.Unsafe<Subscribe>({
      type: 'object',
      additionalProperties: false,
      properties: {
        query: { type: 'string', minLength: 1, description: 'a GraphQL subscription' },
        variables: { type: 'object', description: 'its variables' },
        channel: { type: 'string', pattern: '^/', description: 'a channel of AppSync Events: /orders/*' },
      },
      description:
        'what AppSync pushes: `query` and `variables` of a subscription, or `channel` of AppSync Events',
    }),
  ),
  send: Type.Optional(
    anyJson('A message that is sent once it is open, or a list of them; text is sent as it is'),
  ),
  ...AUTH_KEYS,
});

/** Opens a connection over which the system pushes. It stays open until the run ends; `expect: push` sees what comes. */
export const connect = {
  name: 'connect',
  summary: 'opens a WebSocket, a subscription of AppSync or a channel of AppSync Events, for `expect: push`',
  primaryInput: 'url',
  input,
  view: {
    status: {
      type: 'number',
      range: [100, 599],
      description: 'status code of the handshake: 101 if it is open',
    },
    headers: { type: 'map', description: "the handshake's headers, without regard to case" },
  },
  blameOnTimeout: 'system',
  // The file's own header is sent unchanged, next to ours.
  ownIds: () => [],
  defaultResponse: { status: 101 },
  opens: ({ as = 'default' }) => as,
  permissions: ({ url, auth, subscribe }) =>
    subscribe === undefined ? authPermissions(httpUrlOf(url), auth) : [],
  hop: ({ url }) => hostOf(url),
  example: `connect: wss://live.example.com/prod
send:
  action: subscribe
  sku: CANARY-SKU-1
`,
  faults: ({ url, subscribe, send, subprotocols, ...asked }, of) => [
    ...urlFaults(url, of),
    ...subprotocolFaults(subprotocols, of),
    ...subscribeFaults(subscribe, { send, subprotocols }),
    ...authFaults(asked),
    ...requestFaults(asked, { key: 'url', request: url }, of),
  ],
  act: async (
    { url, as = 'default', headers = {}, subprotocols = [], subscribe, send, auth, clientCertificate },
    context,
  ) => {
    const { clock, signal, runtimeApi, proxyFor, runId, stepId } = context;
    const address = urlOf(url);
    refuseForbidden(address, runtimeApi);
    const given = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), scalarText(value)]),
    );
    const own = context.correlate ? headersOf(context, context.correlation) : {};
    const ours = { 'user-agent': 'coalmine', ...own };
    const authorize = authorizeBy(auth, context, subscribe === undefined ? undefined : 'appsync');
    const request = { method: 'GET', url: address, headers: {}, body: null };
    const sent = subscribe === undefined ? { ...ours, ...given, ...(await authorize?.(request)) } : ours;
    const dialect =
      subscribe === undefined
        ? plainDialect(subprotocols, send)
        : await appSyncDialect({ url: address, subscribe, headers: given, authorize });
    const {
      connection,
      status,
      headers: answered,
    } = await open(
      { url: address, called: hostOf(url), headers: withoutHost(sent), clientCertificate, dialect },
      { clock, signal, runtimeApi, proxyFor },
    );
    if (connection !== undefined) context.connections.keep(as, connection);
    return {
      kind: 'connect',
      id: `${runId}-${stepId}`,
      takenAtMs: clock.nowMs(),
      data: { status, headers: asCaseless(answered as JsonMap) },
      retryable: status === 429 || status >= 500,
      ...(status === 401 || status === 403 ? { unauthorized: true } : {}),
    };
  },
} satisfies Verb<typeof input>;

/** The address as the protocol of HTTP has it: `https://` for `wss://`. */
function httpUrlOf(url: string): string {
  return url.replace(/^ws(s?):/i, (_, secure: string) => `http${secure.toLowerCase()}:`);
}

/** The address with the protocol that the handshake speaks. */
function urlOf(url: string): URL {
  try {
    return new URL(httpUrlOf(url));
  } catch (cause) {
    // the message quotes no part of it: it may be a part of a secret
    throw new DefinitionError(
      'With its values put in, the address is not a URL. Write the whole of it, with wss://.',
      { cause },
    );
  }
}

/** A signature names the host, which the connection itself sends. */
function withoutHost(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { host: _, ...others } = headers;
  return others;
}

function urlFaults(url: string, of: FaultsOf): readonly InputFault[] {
  if (!of.filled && url.startsWith('${')) return [];
  const fault = (message: string, hint: string): readonly InputFault[] => [{ key: 'url', message, hint }];
  const [, method, rest = ''] = /^([A-Z]+) +(.*)$/s.exec(url) ?? [];
  if (method !== undefined)
    return fault(`'${method}' is a method, and a connection has none`, `write ${rest}`);
  const [, secure, other] = /^http(s?):\/\/(.*)$/is.exec(url) ?? [];
  if (other !== undefined)
    return fault(`'${url}' is the address of a page, not of a WebSocket`, `write ws${secure}://${other}`);
  if (!/^wss?:\/\/[^/?#\s]/i.test(url))
    return fault(
      `'${url}' does not begin with wss://`,
      'write the whole address, such as wss://live.example.com/prod',
    );
  if (/\s/.test(url.replace(/\$\{[^}]*\}/g, 'x')) || (!url.includes('${') && !URL.canParse(url)))
    return fault(`'${url}' is not a URL`, 'write one such as wss://live.example.com/prod');
  if (isKnown(url, of) && url.includes('#'))
    return fault(
      `'${url}' has a fragment, which no WebSocket takes (RFC 6455, 3)`,
      'leave out the # and all after it',
    );
  return [];
}

/** A subprotocol is a token, and each stands there once (RFC 6455, 4.1); undici compares them without regard to case. */
function subprotocolFaults(subprotocols: readonly string[] = [], of: FaultsOf): readonly InputFault[] {
  const known = subprotocols.map((one) => (isKnown(one, of) ? one.toLowerCase() : undefined));
  return subprotocols.flatMap((one, n) => {
    const fault = (message: string, hint: string): readonly InputFault[] => [
      { key: 'subprotocols', within: [n], message, hint },
    ];
    if (known[n] === undefined) return [];
    if (!TOKEN.test(one))
      return fault(
        `'${one}' is no subprotocol`,
        'a subprotocol is one word, without spaces, commas and slashes',
      );
    return known.indexOf(known[n]) < n
      ? fault(`the subprotocol '${one}' stands there twice`, 'leave it out')
      : [];
  });
}

function subscribeFaults(
  subscribe: Subscribe | undefined,
  others: { readonly send: unknown; readonly subprotocols: unknown },
): readonly InputFault[] {
  if (subscribe === undefined) return [];
  const { query, channel } = subscribe as { readonly query?: string; readonly channel?: string };
  const fault = (key: string, message: string, hint: string): readonly InputFault[] => [
    { key, message, hint },
  ];
  if ((query === undefined) === (channel === undefined))
    return fault('subscribe', 'a subscription has a query or a channel', 'write one of query and channel');
  if (channel !== undefined && 'variables' in subscribe)
    return fault('subscribe', 'a channel has no variables', 'leave variables out');
  const [key] = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (key === undefined) return [];
  return fault(
    key,
    `'${key}' does not go with 'subscribe': AppSync has a protocol of its own`,
    'leave it out',
  );
}
