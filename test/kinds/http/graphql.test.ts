import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClients } from '../../../runner/adapters/aws/clients.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import type { JsonMap } from '../../../runner/core/base/json.ts';
import type { RunId } from '../../../runner/core/base/run-id.ts';
import { quotesOf } from '../../../runner/core/evidence/quotes.ts';
import { compare, explained } from '../../../runner/core/evidence/unread.ts';
import { match } from '../../../runner/core/matching/matcher.ts';
import type { Evidence } from '../../../runner/core/model/run-result.ts';
import { seenChecks } from '../../../runner/engine/steps/assertions.ts';
import type { ActContext } from '../../../runner/kinds/kind.ts';
import { graphql } from '../../../runner/kinds/verbs/http/graphql.ts';
import { actContext } from '../../support/run/kind-contexts.ts';

const RUN = '6743a1c0f2b94e0c8d1e5a7b9c3d2f10' as RunId;
const QUERY = 'query Read($id: ID!) { order(id: $id) { status } }';

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly encoding?: string;
  readonly body: string | Buffer;
}

/** The comparison of an answer, as an act makes it. */
function verdictOn(pattern: JsonMap, evidence: Evidence): string {
  const checks = seenChecks(evidence, explained(match(pattern, evidence.data), evidence));
  const compared = compare(checks, evidence);
  if (compared.holds === 'undecided' && compared.absent) throw new Error(compared.why);
  return compared.holds;
}

let server: Server;
let url: string;
let answer: Answer;
let taken: { readonly headers: IncomingHttpHeaders; readonly body: string; readonly method: string }[] = [];

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, method = '' } = request;
      taken.push({ headers, method, body: Buffer.concat(chunks).toString() });
      const { status = 200, type = 'application/json', encoding, body } = answer;
      const encoded = encoding === undefined ? {} : { 'content-encoding': encoding };
      response.writeHead(status, { 'content-type': type, ...encoded }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(input: JsonMap, answered: Answer, more: Partial<ActContext> = {}) {
  taken = [];
  answer = answered;
  const { clientOf } = awsClients({ region: 'eu-west-1' });
  const context = actContext({
    clock: systemClock(),
    runId: RUN,
    clientOf: (constructor) => clientOf(constructor, 'act'),
    ...more,
  });
  return graphql.act({ url, query: QUERY, ...input }, context);
}

const DATA: Answer = { body: '{"data":{"order":{"status":"PLACED"}},"extensions":{"cost":1}}' };

describe('graphql', () => {
  it('posts the document, its variables and its operation as JSON, with the ids of the run', async () => {
    const { data } = await ask(
      { variables: { id: 'ord_1' }, operation: 'Read', headers: { 'x-a': 'b' } },
      DATA,
    );

    const [{ method, headers, body } = { method: '', headers: {}, body: '{}' }] = taken;
    expect(method).toBe('POST');
    expect(JSON.parse(body)).toEqual({ query: QUERY, variables: { id: 'ord_1' }, operationName: 'Read' });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      accept: expect.stringContaining('application/graphql-response+json'),
      'x-correlation-id': `canary-${RUN}`,
      'x-a': 'b',
    });
    expect(data).toEqual({
      status: 200,
      headers: expect.objectContaining({ 'content-type': 'application/json' }),
      time: expect.stringMatching(/^[\d.]+(ms|s)$/),
      data: { order: { status: 'PLACED' } },
      extensions: { cost: 1 },
    });
  });

  it('sends the document alone, and nothing of ours, if no more is asked for', async () => {
    await ask({}, DATA, { correlate: false });

    expect(JSON.parse(taken[0]?.body ?? '')).toEqual({ query: QUERY });
    expect(taken[0]?.headers['x-correlation-id']).toBeUndefined();
  });

  it.each<{ title: string; body: string; errors: unknown }>([
    { title: 'one error', body: '{"data":null,"errors":[{"message":"no"}]}', errors: [{ message: 'no' }] },
    { title: 'errors without data', body: '{"errors":[{"message":"no"}]}', errors: [{ message: 'no' }] },
    { title: 'errors that are null', body: '{"data":{},"errors":null}', errors: undefined },
    { title: 'a list without errors', body: '{"data":{},"errors":[]}', errors: undefined },
  ])(
    'shows the errors of an answer with $title, which its default response refuses',
    async ({ body, errors }) => {
      const { data } = await ask({}, { body, type: 'application/graphql-response+json' });

      expect((data as JsonMap)['errors']).toEqual(errors);
      expect(graphql.defaultResponse.errors).toEqual({ $exists: false });
    },
  );

  it.each<{ status: number; body: string; more: object }>([
    {
      status: 401,
      body: '{"errors":[{"errorType":"UnauthorizedException"}]}',
      more: { unauthorized: true, retryable: false },
    },
    { status: 404, body: 'Not found', more: { retryable: false } },
    { status: 429, body: '{"message":"slow down"}', more: { retryable: true } },
    { status: 503, body: '<html>', more: { retryable: true } },
    { status: 302, body: '', more: { retryable: false } },
  ])('shows the status $status, whatever its body is', async ({ status, body, more }) => {
    const evidence = await ask({}, { status, body, type: 'text/plain' });

    expect(evidence).toMatchObject({ data: { status }, ...more });
  });

  it.each<{ title: string; answered: Answer; blame: string; says: string }>([
    {
      title: 'a page',
      answered: { body: '<html>', type: 'text/html' },
      blame: 'target',
      says: 'but not in GraphQL',
    },
    { title: 'other JSON', answered: { body: '{"ok":true}' }, blame: 'target', says: 'but not in GraphQL' },
    {
      title: 'data that is null, without an error',
      answered: { body: '{"data":null}' },
      blame: 'target',
      says: 'It is: {"data":null}',
    },
    {
      title: 'data of another API',
      answered: { body: '{"data":[]}' },
      blame: 'target',
      says: 'but not in GraphQL',
    },
    {
      title: 'no body',
      answered: { body: '', type: 'text/plain' },
      blame: 'target',
      says: 'but not in GraphQL',
    },
    {
      title: 'a lie on its encoding',
      answered: { body: '{"data":1}', encoding: 'gzip' },
      blame: 'target',
      says: 'but not in GraphQL',
    },
  ])('is no answer with the status 200 and $title', async ({ answered, blame, says }) => {
    await expect(ask({}, answered)).rejects.toMatchObject({ blame, message: expect.stringContaining(says) });
  });

  it.each<{ status: number; pattern: JsonMap; title: string; answered: Answer }>(
    [
      {
        title: 'in an unknown encoding',
        answered: { body: '{"errors":[{"message":"no"}]}', encoding: 'x-rare' },
      },
      {
        title: 'of more than 1 MiB',
        answered: { body: JSON.stringify({ data: { a: 'x'.repeat(1_100_000) } }) },
      },
    ].flatMap((body) =>
      [
        { status: 200, pattern: {} },
        { status: 200, pattern: { errors: { $exists: true } } },
        { status: 400, pattern: { errors: { $exists: false } } },
        { status: 400, pattern: { data: { $exists: false } } },
        { status: 400, pattern: { extensions: { $exists: false } } },
        { status: 400, pattern: { body: { $not: 'x' } } },
      ].map((asked) => ({ ...body, ...asked })),
    ),
  )(
    'proves nothing with a $status and a body $title, if $pattern is asked',
    async ({ status, pattern, answered }) => {
      const evidence = await ask({}, { ...answered, status });
      const asked = { ...graphql.defaultResponse, ...pattern, status };

      expect(() => verdictOn(asked, evidence)).toThrow(/was truncated|'x-rare'/);
      expect(verdictOn({ ...asked, status: 503 }, evidence)).toBe('no');
    },
  );

  it('cannot compare text that is not UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from('{"data":{"name":"Z'),
      Buffer.from([0xfc]),
      Buffer.from('rich"}}'),
    ]);
    const evidence = await ask({}, { body });

    expect(compare(match({ data: { name: 'Zürich' } }, evidence.data), evidence)).toMatchObject({
      holds: 'undecided',
    });
  });

  it.each<Answer>([
    { status: 502, type: 'text/html', body: '<h1>Bad Gateway</h1>' },
    { status: 400, body: '{"message":"no such route"}' },
    { status: 500, body: '{"data":null}' },
  ])(
    'shows the body of an answer that is no GraphQL, and quotes it: $body',
    async ({ status = 0, ...answered }) => {
      const { data } = await ask({}, { status, ...answered });

      expect(quotesOf([{ kind: 'graphql', id: 'a', takenAtMs: 0, data }], graphql.quotes)).toHaveLength(1);
      expect(Object.keys(data as JsonMap)).toEqual(['status', 'headers', 'time', 'body']);
    },
  );

  it('signs in by the signature of AppSync, by an API key, and by a token', async () => {
    const headersFor = async (auth: string | JsonMap) => {
      await ask({ auth }, DATA);
      return taken[0]?.headers ?? {};
    };

    expect((await headersFor('aws')).authorization).toMatch(
      /^AWS4-HMAC-SHA256 .*\/eu-west-1\/appsync\/aws4_request/,
    );
    expect(await headersFor({ apiKey: 'da2-key' })).toMatchObject({ 'x-api-key': 'da2-key' });
    expect((await headersFor({ bearer: 'abc' })).authorization).toBe('Bearer abc');
  });

  it('is about its document and variables in a cleanup, and shows its host and its operation', () => {
    const asked = { url: 'https://a.test/graphql?x=1', query: QUERY };

    expect(graphql.identity({ ...asked, variables: { id: 1 }, operation: 'Read' })).toEqual([
      asked.url,
      QUERY,
      { id: 1 },
      'Read',
    ]);
    expect(graphql.identity(asked)).toEqual([asked.url, QUERY, {}, null]);
    expect(graphql.hop(asked)).toBe('graphql https://a.test/graphql');
    expect(graphql.hop({ ...asked, operation: 'Read' })).toBe('graphql https://a.test/graphql · Read');
  });

  it('needs no right that its URL shows: AppSync names its API otherwise', () => {
    const asked = { url: 'https://abc.appsync-api.eu-west-1.amazonaws.com/graphql', query: QUERY };

    expect([...graphql.permissions({ ...asked, auth: 'aws' }), ...graphql.permissions(asked)]).toEqual([]);
    expect(
      graphql
        .permissions({ ...asked, auth: { aws: { service: 'execute-api' } } })
        .map(({ action }) => action),
    ).toEqual(['execute-api:Invoke']);
  });
});

describe('the faults of graphql', () => {
  const faults = (input: JsonMap, filled = false) =>
    graphql.faults({ url: 'https://a.test/graphql', query: QUERY, ...input }, { correlate: true, filled });

  it.each<{ input: JsonMap; says: string; hint: string }>([
    {
      input: { url: 'POST https://a.test' },
      says: "'POST' is not written here",
      hint: 'write https://a.test',
    },
    { input: { url: 'a.test/graphql' }, says: 'has no scheme', hint: 'write https://a.test/graphql' },
    { input: { query: 'orders' }, says: "'query' has no { fields }", hint: 'write it as GraphQL' },
    { input: { query: '{ orders { id }' }, says: "'query' has 2 { and 1 }", hint: 'write it as GraphQL' },
    {
      input: { query: 'subscription { orders { id } }' },
      says: 'a subscription has no answer',
      hint: 'a query',
    },
    {
      input: { query: 'query A { a } mutation B { b }' },
      says: "'query' has 2 operations, and none is named",
      hint: 'add operation: A',
    },
    { input: { query: 'query { a } query { b }' }, says: 'has 2 operations', hint: 'give each a name' },
    { input: { operation: 'Raed' }, says: "no operation 'Raed'", hint: "did you mean 'Read'?" },
    { input: { operation: 'Other' }, says: "no operation 'Other'", hint: 'it has Read' },
    { input: { query: '{ a }', operation: 'A' }, says: "no operation 'A'", hint: 'leave it out' },
    { input: { variables: { idd: 1 } }, says: 'no variable $idd', hint: "did you mean 'id'?" },
    {
      input: { variables: { other: 1 } },
      says: 'no variable $other',
      hint: 'declare it: query Name($other: …)',
    },
    { input: { auth: { apiKey: 'a', bearer: 'b' } }, says: 'signs in by one way', hint: 'apiKey' },
    { input: { auth: { apiKey: 'a\nb' } }, says: 'the key holds a line break', hint: 'ASCII' },
    { input: { headers: { 'x y': 'a' } }, says: "'x y' is no name of a header", hint: 'no space' },
  ])('name $says', ({ input, says, hint }) => {
    expect(faults(input)).toEqual([
      expect.objectContaining({
        message: expect.stringContaining(says),
        hint: expect.stringContaining(hint),
      }),
    ]);
  });

  it.each<{ input: JsonMap }>([
    { input: { url: '${api}/graphql' } },
    { input: { operation: 'Read', variables: { id: 'a' } } },
    { input: { operation: '${name}' } },
    { input: { query: 'query { query { subscription } mutation }' } },
    { input: { query: '# subscription { x\n{ a(b: "} subscription {") }' } },
    { input: { query: '{ a(b: """ } " { """) }' } },
    { input: { query: '{ order(id: "${orderId}") { id } }' } },
    { input: { query: '${document}', operation: 'Read', variables: { id: 1 } } },
    { input: { query: 'query { a ${fields} ' } },
    { input: { query: 'query Q($subscription: ID) { a(id: $subscription) }' } },
    { input: { query: 'query Q($query: ID, $mutation: ID) { a }', operation: 'Q' } },
    { input: { query: 'query Q { ...subscription } fragment subscription on Sub { id }' } },
    { input: { query: 'query Q { ...a } fragment a on mutation { id } fragment query on A { id }' } },
    { input: { query: 'query subscription { a }' } },
    { input: { query: 'query Q @subscription { a }' } },
    { input: { query: '{ a(b: """it has \\""" in it } subscription {""") }' } },
    {
      input: {
        query: 'query A($in: In = {x: 1}) @live { a(in: $in) } fragment F on Order { id }',
        variables: { in: {} },
      },
    },
    { input: { auth: { apiKey: '${secret:a#key}' } } },
  ])('are none of $input', ({ input }) => {
    expect(faults(input)).toEqual([]);
  });

  it('of a document with a reference show once its value is there', () => {
    const query = 'subscription { a(id: "${id}") }';

    expect(faults({ query })).toEqual([]);
    expect(faults({ query }, true)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('a subscription has no answer') }),
    ]);
  });
});
