import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coalmine, emptyFolder } from '../support/command.ts';

let shop: Server;
let folder: string;

/** A shop that calls back at the URL that an order names. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sent = await textOf(request);
  if (request.url?.includes('/tunnel/') === true) return void response.writeHead(404).end();
  const { callbackUrl } = JSON.parse(sent) as { readonly callbackUrl: string };
  response.writeHead(201).end();
  if (request.url === '/orders') await fetch(callbackUrl, { method: 'POST', body: '{"status":"PLACED"}' });
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

beforeAll(async () => {
  shop = await listening(createServer((request, response) => void answer(request, response)));
  folder = emptyFolder();
  writeFileSync(join(folder, 'coalmine.config.yaml'), 'project: inbox\n');
  const { port } = shop.address() as AddressInfo;
  for (const [name, path] of [
    ['calls-back', '/orders'],
    ['calls-nobody', '/silent'],
  ])
    writeFileSync(
      join(folder, `${name}.canary.yaml`),
      `canary: ${name}
owner: b
steps:
  - http: POST http://127.0.0.1:${port}${path}
    body: { callbackUrl: "\${run.inbox}/placed" }
  - expect: request
    path: /placed
    has: { body: { status: PLACED } }
    within: 2s
`,
    );
});
afterAll(() => {
  shop.closeAllConnections();
  shop.close();
});

async function run(name: string, ...options: readonly string[]) {
  return coalmine(['run', `${name}.canary.yaml`, ...options], { cwd: folder, env: process.env });
}

/** A topic with one HTTP subscription, by the shapes of Amazon SNS's developer guide, "Fanout Amazon SNS notifications to HTTPS endpoints". */
async function startTopic(): Promise<Server> {
  const topic = { endpoint: '', isConfirmed: false };
  const deliver = async (type: string, more: Readonly<Record<string, string>>): Promise<unknown> =>
    fetch(topic.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': type },
      body: JSON.stringify({ Type: type, MessageId: '1', TopicArn: TOPIC_ARN, ...more }),
    });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await textOf(request);
    if (request.url === '/subscribe') {
      topic.endpoint = sent;
      const SubscribeURL = `http://${request.headers.host}/?Action=ConfirmSubscription&Token=2336412f37`;
      await deliver('SubscriptionConfirmation', { Token: '2336412f37', SubscribeURL });
    } else if (request.method === 'GET') topic.isConfirmed = true;
    else if (topic.isConfirmed) await deliver('Notification', { Message: sent });
    response.end('{}');
  };
  return listening(createServer((request, response) => void handle(request, response)));
}

const TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000:orders';

function subscribing(port: number, confirm: string): string {
  return `canary: subscribes
owner: b
steps:
  - http: POST http://127.0.0.1:${port}/subscribe
    body: "\${run.inbox}/orders"
  - expect: request
    path: /orders
    where: { body: { Type: SubscriptionConfirmation } }
    has: { body: { TopicArn: "${TOPIC_ARN}", SubscribeURL: { $startsWith: "http://127.0.0.1:${port}/" } } }
    save: { confirmUrl: request.body.SubscribeURL }
    within: 2s
${confirm}
  - http: POST http://127.0.0.1:${port}/publish
    body: { orderId: "\${run.id}" }
  - expect: request
    path: /orders
    where: { body: { Type: Notification } }
    has: { body: { TopicArn: "${TOPIC_ARN}", Message: { $contains: "\${run.id}" } } }
    within: 2s
`;
}

describe('the inbox of a run on this machine', () => {
  it('gets the callbacks of a system on this machine', async () => {
    const { code, stdout } = await run('calls-back');

    expect(stdout).toContain('✓ expect inbox /placed');
    expect(code).toBe(0);
  });

  it('is red for a system that does not call back', async () => {
    const { code, stdout } = await run('calls-nobody');

    expect(stdout).toContain('not within 2 s: no request was seen');
    expect(code).toBe(1);
  });

  it('is an error if the tunnel leads elsewhere', async () => {
    const { port } = shop.address() as AddressInfo;
    const options = ['--inbox', `http://127.0.0.1:${port}/tunnel`, '--inbox-port', '38741'];
    const { code, stdout } = await run('calls-back', ...options);

    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Let the tunnel of --inbox lead to port 38741 of this machine.',
    );
    expect(code).toBe(3);
  });

  it.each([
    [
      'that a step confirms: it gets what is published',
      '  - http: GET ${confirmUrl}',
      0,
      '✓ expect inbox /orders',
    ],
    ['that no step confirms: it gets nothing', '', 1, 'not within 2 s: no request was seen'],
  ])('subscribes to a topic over HTTP, %s', async (_, confirm, expected, printed) => {
    const topic = await startTopic();
    const { port } = topic.address() as AddressInfo;
    writeFileSync(join(folder, 'subscribes.canary.yaml'), subscribing(port, confirm));
    const { code, stdout } = await run('subscribes');
    topic.closeAllConnections();
    topic.close();

    expect(stdout).toContain(printed);
    expect(code).toBe(expected);
  });

  it.each([
    [['--inbox', 'tunnel.example.com'], "'tunnel.example.com' is no URL of an inbox"],
    [['--inbox', 'https://a.example?x=1'], 'is no URL of an inbox'],
    [['--inbox-port', '70000'], 'write a whole number from 1 to 65535'],
  ])('has no such option as %j', async (options, message) => {
    const { code, stderr } = await run('calls-back', ...options);

    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
