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
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  if (request.url?.includes('/tunnel/') === true) return void response.writeHead(404).end();
  const { callbackUrl } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly callbackUrl: string };
  response.writeHead(201).end();
  if (request.url === '/orders') await fetch(callbackUrl, { method: 'POST', body: '{"status":"PLACED"}' });
}

beforeAll(async () => {
  shop = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
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
    [['--inbox', 'tunnel.example.com'], "'tunnel.example.com' is no URL of an inbox"],
    [['--inbox', 'https://a.example?x=1'], 'is no URL of an inbox'],
    [['--inbox-port', '70000'], 'write a whole number from 1 to 65535'],
  ])('has no such option as %j', async (options, message) => {
    const { code, stderr } = await run('calls-back', ...options);

    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
