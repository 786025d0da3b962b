import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type InboxServer,
  type InboxServerOptions,
  inboxServer,
} from '../../../runner/adapters/inbox/server.ts';
import { DefinitionError } from '../../../runner/core/base/errors.ts';

const open: InboxServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(async (server) => server.close()));
});

function serverOf(receive: InboxServerOptions['receive'], port = 0): InboxServer {
  const server = inboxServer({ port, longestBytes: 10, receive });
  open.push(server);
  return server;
}

describe('the server of inboxes', () => {
  it('gives the whole of a request to its receiver, and its answer back', async () => {
    const seen: unknown[] = [];
    const server = serverOf(async (request) => {
      seen.push({ ...request, body: Buffer.from(request.body).toString() });
      return { status: 202, headers: { 'x-one': 'two' }, body: 'taken' };
    });

    const answer = await fetch(`${await server.url()}/inbox/x?y=z`, {
      method: 'PUT',
      headers: [
        ['a', 'b'],
        ['A', 'c'],
      ],
      body: 'hello',
    });

    expect([answer.status, answer.headers.get('x-one'), await answer.text()]).toEqual([202, 'two', 'taken']);
    expect(seen).toEqual([
      expect.objectContaining({ method: 'PUT', target: '/inbox/x?y=z', body: 'hello', isWhole: true }),
    ]);
  });

  it('gives a repeated header as a list', async () => {
    const seen: unknown[] = [];
    const server = serverOf(async ({ headers }) => {
      seen.push(headers['a']);
      return { status: 200, headers: {}, body: '' };
    });
    const { port } = new URL(await server.url());
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\na: 1\r\na: 2\r\nconnection: close\r\n\r\n');
    for await (const _ of socket);

    expect(seen).toEqual([['1', '2']]);
  });

  it('keeps nothing of a body that is longer than its limit', async () => {
    const seen: unknown[] = [];
    const server = serverOf(async ({ body, isWhole }) => {
      seen.push([body.length, isWhole]);
      return { status: 413, headers: {}, body: '' };
    });

    expect((await fetch(await server.url(), { method: 'POST', body: 'x'.repeat(11) })).status).toBe(413);
    expect(seen).toEqual([[0, false]]);
  });

  it('ends a connection whose request cannot be answered', async () => {
    const server = serverOf(async () => Promise.reject(new Error('no answer')));

    await expect(fetch(await server.url())).rejects.toThrow('fetch failed');
  });

  it('listens only when its URL is asked for, and closes without that too', async () => {
    const server = serverOf(async () => ({ status: 200, headers: {}, body: '' }));

    await expect(server.close()).resolves.toBeUndefined();
  });

  it('says which port is taken, and the remedy', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { readonly port: number };
    const server = serverOf(async () => ({ status: 200, headers: {}, body: '' }), port);

    await expect(server.url()).rejects.toThrow(
      new DefinitionError(
        `The inbox of runs cannot listen at 127.0.0.1:${port} (EADDRINUSE). Name another port: --inbox-port PORT.`,
      ),
    );
    await server.close();
    other.close();
  });
});
