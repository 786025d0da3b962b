import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import type { Json, JsonMap } from '../../../runner/core/base/json.ts';
import { RunConnections } from '../../../runner/engine/context/connections.ts';
import type { ActContext } from '../../../runner/kinds/kind.ts';
import { appSyncDialect, type Subscribe } from '../../../runner/kinds/push/appsync.ts';
import { connect } from '../../../runner/kinds/verbs/http/connect.ts';
import { type PushServer, startPushServer } from '../../support/network/push-server.ts';
import { actContext } from '../../support/run/kind-contexts.ts';

let server: PushServer;
let connections: RunConnections;

beforeAll(async () => {
  server = await startPushServer();
});
afterEach(() => {
  connections.close();
  server.refusal = undefined;
  server.handshakes.length = 0;
  server.received.length = 0;
});
afterAll(async () => server.end());

const QUERY = { query: 'subscription { onOrder { id } }' };
const CHANNEL = { channel: '/orders/*' };

async function open(path: string, subscribe: Subscribe, more: Partial<ActContext> = {}) {
  connections = new RunConnections();
  const input = { url: `${server.url}${path}`, subscribe, headers: { 'x-api-key': 'da2-key' } };
  return connect.act(input, actContext({ clock: systemClock(), connections, ...more }));
}

/** The pushes of the connection until the server had answered a ping. */
async function pushed(): Promise<readonly Json[]> {
  const feed = connections.named('default')?.feed;
  await feed?.assertComplete(0);
  return (await feed?.read({ sinceMs: 0 }))?.map(({ data }) => data) ?? [];
}

const decoded = (protocol: string | undefined): Json => {
  const [, header = ''] = (protocol ?? '').split(', header-');
  return JSON.parse(Buffer.from(header, 'base64url').toString()) as Json;
};

describe('a subscription of GraphQL', () => {
  it('is opened as AppSync documents it, with the key in a subprotocol, and brings data and errors', async () => {
    await open('/graphql', { ...QUERY, variables: { id: 'ord_1' } });
    server.push({ onOrder: { id: 'ord_1' } });
    server.say({ type: 'ka' });
    server.say({ type: 'data', id: 'coalmine', payload: { data: null, errors: [{ message: 'no' }] } });
    const host = server.url.replace('ws://', '');

    expect(await pushed()).toEqual([
      { body: { onOrder: { id: 'ord_1' } } },
      { body: null, errors: [{ message: 'no' }] },
    ]);
    expect(server.handshakes[0]?.['sec-websocket-protocol']).toMatch(/^graphql-ws, header-[\w-]+$/);
    expect(decoded(server.handshakes[0]?.['sec-websocket-protocol'])).toEqual({
      host,
      'x-api-key': 'da2-key',
    });
    expect(server.received).toEqual([
      { type: 'connection_init' },
      {
        type: 'start',
        id: 'coalmine',
        payload: {
          data: JSON.stringify({ ...QUERY, variables: { id: 'ord_1' } }),
          extensions: { authorization: { host, 'x-api-key': 'da2-key' } },
        },
      },
    ]);
  });
});

describe('a channel of AppSync Events', () => {
  it('is subscribed to as documented, and brings its events', async () => {
    await open('/event/realtime', CHANNEL);
    server.push({ id: 'ord_1' });
    server.say({ type: 'data', id: 'coalmine', event: ['"a"', '{"b":1}'] });
    const host = server.url.replace('ws://', '');

    expect(await pushed()).toEqual([{ body: { id: 'ord_1' } }, { body: 'a' }, { body: { b: 1 } }]);
    expect(server.handshakes[0]?.['sec-websocket-protocol']).toMatch(/^aws-appsync-event-ws, header-[\w-]+$/);
    expect(server.received[1]).toEqual({
      type: 'subscribe',
      id: 'coalmine',
      channel: '/orders/*',
      authorization: { host, 'x-api-key': 'da2-key' },
    });
  });
});

describe('a refused subscription', () => {
  it.each<{ refusal: JsonMap; words: string }>([
    {
      refusal: {
        type: 'error',
        payload: { errors: [{ errorType: 'UnauthorizedException', message: 'no' }] },
      },
      words: 'UnauthorizedException: no',
    },
    {
      refusal: { type: 'subscribe_error', errors: [{ errorType: 'BadRequestException', message: 'bad' }] },
      words: 'BadRequestException: bad',
    },
    { refusal: { type: 'connection_error', payload: { message: 'why' } }, words: 'why' },
    { refusal: { type: 'error', code: 5 }, words: '{"type":"error","code":5}' },
    { refusal: { type: 'complete' }, words: 'the system ended the subscription' },
    { refusal: [] as never, words: 'it sent something that is not in its protocol' },
  ])('is a failure of the system, with its words: $words', async ({ refusal, words }) => {
    server.refusal = refusal;

    await expect(open('/graphql', QUERY)).rejects.toMatchObject({
      blame: 'target',
      message: expect.stringMatching(
        new RegExp(`refused the subscription: ${words.replace(/[{}]/g, '\\$&')}\\.$`),
      ),
    });
    expect(connections.named('default')).toBeUndefined();
  });

  it('that never comes ends with the time of the step', async () => {
    server.refusal = { type: 'ka' };
    const late = new AbortController();
    const opening = open('/graphql', QUERY, { signal: late.signal });
    setTimeout(() => late.abort(new Error('too late')), 50);

    await expect(opening).rejects.toThrow('too late');
  });

  it('that comes later is a lost connection', async () => {
    await open('/event/realtime', CHANNEL);
    server.say({ type: 'broadcast_error', errors: [{ errorType: 'Gone', message: 'over' }] });

    await expect(pushed()).rejects.toMatchObject({
      blame: 'observer',
      message: expect.stringContaining('was lost: Gone: over. What was pushed since is unknown.'),
    });
  });
});

describe('a signed subscription', () => {
  const credentials = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'secret',
    sessionToken: 'session',
  };
  const sts = new STSClient({ region: 'eu-west-1', credentials });

  it.each<{ subscribe: Subscribe; url: string; path: string }>([
    {
      subscribe: QUERY,
      url: 'https://abc.appsync-realtime-api.eu-west-1.amazonaws.com/graphql',
      path: 'abc.appsync-api.eu-west-1.amazonaws.com',
    },
    { subscribe: QUERY, url: 'https://live.example.com/graphql/realtime', path: 'live.example.com' },
    {
      subscribe: CHANNEL,
      url: 'https://abc.appsync-realtime-api.eu-west-1.amazonaws.com/event/realtime',
      path: 'abc.appsync-api.eu-west-1.amazonaws.com',
    },
  ])('names the host that publishes: $url', async ({ subscribe, url, path }) => {
    const { authorizeBy } = await import('../../../runner/kinds/http/http-auth.ts');
    const authorize = authorizeBy(
      { aws: { service: 'appsync' } },
      actContext({ clientOf: (() => sts) as unknown as ActContext['clientOf'] }),
    );

    const dialect = await appSyncDialect({ url: new URL(url), subscribe, headers: {}, authorize });
    const header = decoded(dialect.subprotocols.join(', ')) as JsonMap;

    expect(header).toMatchObject({
      host: path,
      accept: 'application/json, text/javascript',
      'content-encoding': 'amz-1.0',
      'x-amz-security-token': 'session',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIA.*\/eu-west-1\/appsync\/aws4_request/,
      ),
    });
  });
});
