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
  const server = inboxServer({ port, longestBytes: 10, receive, nowMs: () => 7 });
  open.push(server);
  return server;
}

/** Waits for what another socket brings about. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setTimeout(done, 5));
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

  describe('remembers what it could not take', () => {
    const EMPTY = { status: 200, headers: {}, body: '' };

    /** The answer to some bytes, and what the server remembers of them. */
    async function afterBytes(...parts: readonly string[]) {
      const server = serverOf(async () => EMPTY);
      const socket = connect(Number(new URL(await server.url()).port), '127.0.0.1');
      socket.on('error', () => {});
      for (const part of parts) socket.write(part);
      const chunks: Buffer[] = [];
      for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
      return { answer: Buffer.concat(chunks).toString().split('\r\n')[0], refused: server.refused() };
    }

    it.each<[string, string, string, object]>([
      [
        'headers that are too long',
        `POST /inbox/t HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(17_000)}\r\n\r\n`,
        'HTTP/1.1 431 Request Header Fields Too Large',
        { method: 'POST', target: '/inbox/t', why: 'its headers are longer than 16 KiB' },
      ],
      [
        'a malformed header',
        'POST /inbox/t HTTP/1.1\r\nhost: x\r\na b: c\r\n\r\n',
        'HTTP/1.1 400 Bad Request',
        { method: 'POST', target: '/inbox/t', why: 'it is no HTTP (HPE_INVALID_HEADER_TOKEN)' },
      ],
      [
        'no HTTP at all',
        'hello\r\n\r\n',
        'HTTP/1.1 400 Bad Request',
        { why: 'it is no HTTP (HPE_INVALID_METHOD)' },
      ],
    ])('%s', async (_, bytes, status, refused) => {
      const seen = await afterBytes(bytes);

      expect(seen.answer).toBe(status);
      expect(seen.refused).toEqual([{ atMs: 7, method: undefined, target: undefined, ...refused }]);
    });

    it('a request whose receiver fails', async () => {
      const server = serverOf(async () => Promise.reject(new Error('no answer')));
      await fetch(`${await server.url()}/inbox/t`).catch(() => {});

      expect(server.refused()).toEqual([
        expect.objectContaining({
          method: 'GET',
          target: '/inbox/t',
          why: expect.stringContaining('answered'),
        }),
      ]);
    });

    it('a body that is still to come, and one whose sender broke off', async () => {
      const server = serverOf(async () => EMPTY);
      const socket = connect(Number(new URL(await server.url()).port), '127.0.0.1');
      const one = { atMs: 7, method: 'POST', target: '/inbox/t' };
      socket.write('POST /inbox/t HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc');
      await until(() => server.refused().length === 1);

      expect(server.refused()).toEqual([{ ...one, why: 'its body is still to come' }]);
      socket.destroy();
      await until(() => server.refused()[0]?.why !== 'its body is still to come');
      expect(server.refused()).toEqual([{ ...one, why: expect.stringContaining('did not come whole') }]);
    });

    it('a malformed body, once', async () => {
      const { refused } = await afterBytes(
        'POST /inbox/t HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n',
        'zz\r\n',
      );

      expect(refused).toHaveLength(1);
    });

    it('nothing of a request that was taken, nor of a connection that brought none', async () => {
      const server = serverOf(async () => EMPTY);
      const port = Number(new URL(await server.url()).port);
      const kept = connect(port, '127.0.0.1');
      kept.write('GET /inbox/t HTTP/1.1\r\nhost: x\r\n\r\n');
      await new Promise((answered) => kept.once('data', answered));
      kept.resetAndDestroy();
      const silent = connect(port, '127.0.0.1');
      await new Promise<void>((connected) => silent.once('connect', connected));
      silent.resetAndDestroy();
      await fetch(await server.url(), { method: 'POST', body: 'x'.repeat(11) });

      expect(server.refused()).toEqual([]);
    });
  });

  it('says which port is taken, and the remedy, and takes it once it is free', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { readonly port: number };
    const server = serverOf(async () => ({ status: 200, headers: {}, body: '' }), port);

    await expect(server.url()).rejects.toThrow(
      new DefinitionError(
        `The inbox of runs cannot listen at 127.0.0.1:${port} (EADDRINUSE). Name another port: --inbox-port PORT.`,
      ),
    );
    await new Promise((closed) => other.close(closed));
    expect(await server.url()).toBe(`http://127.0.0.1:${port}`); // the next run finds it free
  });
});
