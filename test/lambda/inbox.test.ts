import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { actionsIn } from '../../infra/stack/boundary.ts';
import { stackOf } from '../../infra/stack/index.ts';
import { awsClients } from '../../runner/adapters/aws/clients.ts';
import { dynamodbStore } from '../../runner/adapters/dynamodb/store.ts';
import { dynamodbDesk } from '../../runner/adapters/inbox/dynamodb-desk.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { digestOf } from '../../runner/core/inbox/token.ts';
import { functionsOf } from '../../runner/deploy/functions.ts';
import type { Section, Value } from '../../runner/deploy/intrinsics.ts';
import type { Fleet } from '../../runner/engine/fleet-context.ts';
import { inboxHandler } from '../../runner/lambda/inbox.ts';
import { bundleOf, fleetFrom, LocalStack } from '../support/aws/local-stack.ts';

const CANARY = `canary: called-back
owner: team-test
schedule: { every: 1m }
timeout: 30s
alert: { after: 1, to: [topic] }
steps:
  - http: POST \${run.inbox}/paid?a=1
    body: { status: PAID }
    headers: { cookie: "a=b" }
    response: { status: 202, body: { taken: true } }
  - expect: request
    method: POST
    path: /paid
    answer: { status: 202, body: { taken: true } }
    has: { query: { a: "1" }, body: { status: PAID } }
    count: 1
    for: 1s
    within: 10s
  - never: request
    path: /failed
    for: 1s
`;

function fleetOf(canary = CANARY): Fleet {
  return fleetFrom({
    'coalmine.config.yaml':
      'project: inbox\nenvironments: { prod: {} }\nchannels: { topic: { sns: "${env:COALMINE_ALERT_TOPIC_ARN}" } }\n',
    'a.canary.yaml': canary,
  });
}

/** A request in the form of Lambda's event. */
async function eventOf(request: IncomingMessage): Promise<LambdaFunctionURLEvent> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { pathname, search } = new URL(request.url ?? '/', 'http://local');
  const { cookie, ...headers } = request.headers;
  return {
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers,
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    requestContext: { http: { method: request.method } },
    body: Buffer.concat(chunks).toString('base64'),
    isBase64Encoded: true,
  } as unknown as LambdaFunctionURLEvent;
}

describe('the inbox function, on the local AWS', () => {
  let stack: LocalStack;
  let server: Server;
  let url: string;
  let handler: ReturnType<typeof inboxHandler>;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const result = (await handler(await eventOf(request))) as Exclude<LambdaFunctionURLResult, string>;
    response.writeHead(result.statusCode ?? 200, result.headers as Record<string, string>).end(result.body);
  };

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    stack = await LocalStack.start();
    handler = inboxHandler(bundleOf(fleetOf()), stack.around('inbox'));
    server = createServer((request, response) => {
      answer(request, response).catch(() => response.writeHead(502).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await stack.close();
  });

  /** The outcome of a due run by a worker that knows this address. */
  const runOnce = async (fleet: Fleet, address: string) => {
    const clients = awsClients({ endpoint: stack.url, region: stack.region });
    const at = { table: 'state', project: 'inbox', environment: 'prod' };
    const { runs } = dynamodbStore(at, { clients, clock: systemClock() });
    const name = fleet.canaries[0]?.name ?? '';
    await runs.advance({ canary: name, toMs: Date.now() - 60_000 });
    await stack.tick(fleet)();
    const event = await stack.queued(2);
    await stack.settle(event, await stack.worker(fleet, { COALMINE_INBOX_URL: address })(event));
    return (await runs.history({ canary: name, most: 1 }))[0];
  };

  it('lets the run of a worker see what came to its URL, answered as the step says', async () => {
    expect(await runOnce(fleetOf(), url)).toMatchObject({ what: 'done', run: { verdict: 'passed' } });
  });

  it('makes the run an error if requests do not reach it', async () => {
    const fleet = fleetOf(CANARY.replace('called-back', 'unreachable'));

    expect(await runOnce(fleet, 'http://127.0.0.1:9/')).toMatchObject({
      run: { verdict: 'error', reason: expect.stringContaining('Look at the errors and throttles') },
    });
  });

  it('refuses a request without the token of an open run, and writes nothing', async () => {
    for (const path of ['', 'inbox', `inbox/${'a'.repeat(43)}`, `inbox/${'a'.repeat(43)}/paid`])
      expect((await fetch(`${url}${path}`, { method: 'POST', body: 'x' })).status).toBe(404);
  });

  it('takes no body beyond its limit, and no more requests than its limit', async () => {
    const clients = awsClients({ endpoint: stack.url, region: stack.region });
    const desk = dynamodbDesk({ clients, clock: systemClock(), table: 'state', namespace: 'inbox/prod' });
    const token = 'b'.repeat(43);
    const digest = digestOf(token);
    await desk.write(digest, { untilMs: Date.now() + 60_000, rules: [] });
    const send = async (body: string) =>
      (await fetch(`${url}inbox/${token}`, { method: 'POST', body })).status;

    expect(await send('x'.repeat(262_145))).toBe(413);
    expect(await send('x'.repeat(262_144))).toBe(200);
    expect([await desk.admit(digest, 3), await desk.admit(digest, 3)]).toEqual([true, false]);
    expect(await desk.counted(digest)).toBe(3);
    await desk.write(digest, { untilMs: 0, rules: [] });
    expect(await send('x')).toBe(404);
    await desk.remove(digest);
    expect(await desk.find(digest)).toBeUndefined();
    expect(await desk.counted(digest)).toBe(0);
    expect(await desk.admit(digest, 3)).toBe(false);
    clients.close();
  });

  it('logs nothing of a request', () => {
    expect(JSON.stringify(stack.lines)).not.toMatch(/inbox\/[\w-]{43}/);
  });

  it('uses the actions that its role grants, and no others', () => {
    const { Resources } = stackOf(fleetOf()) as { readonly Resources: Readonly<Record<string, Section>> };
    const granted = actionsIn(Resources['InboxRole'] as Value).filter((action) =>
      action.startsWith('dynamodb:'),
    );

    expect([...stack.actionsOf('inbox')].toSorted()).toEqual(granted.toSorted());
  });
});

describe('the template of a fleet', () => {
  const resourcesOf = (fleet: Fleet) =>
    stackOf(fleet)['Resources'] as Readonly<
      Record<string, { readonly Properties: Readonly<Record<string, Value>> }>
    >;
  const plain = fleetOf(
    'canary: plain\nowner: b\nschedule: { every: 1m }\nalert: { to: [topic] }\nsteps:\n  - http: GET https://x.example\n',
  );

  it('has a public function of its own if a canary has an inbox, with alarms, and nothing of it otherwise', () => {
    const [withInbox, without] = [resourcesOf(fleetOf()), resourcesOf(plain)];
    const more = Object.keys(withInbox).filter((name) => !(name in without));

    expect(more.toSorted()).toEqual([
      'InboxErrors',
      'InboxFunction',
      'InboxInvokePermission',
      'InboxLogs',
      'InboxRole',
      'InboxThrottles',
      'InboxUrl',
      'InboxUrlPermission',
    ]);
    expect(functionsOf(plain)).not.toContain('inbox');
    expect(JSON.stringify(without['Dashboard'])).not.toContain('Inbox');
    expect(JSON.stringify(withInbox['Dashboard'])).toContain('InboxErrors');
  });

  it('lets that function touch the items of inboxes alone', () => {
    const role = JSON.stringify(resourcesOf(fleetOf())['InboxRole']);

    expect(role).toContain(
      '"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["inbox/prod#inbox#*","inbox/prod#journal#inbox *"]}',
    );
  });
});
