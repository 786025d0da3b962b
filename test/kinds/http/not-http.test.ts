import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { exchange } from '../../../runner/kinds/http/request.ts';
import { type RawServer, startRawServer } from '../../support/network/raw-server.ts';

let server: RawServer;

beforeAll(async () => {
  server = await startRawServer();
});
afterAll(async () => server.close());

async function ask(method = 'GET') {
  return exchange(
    { method, url: `${server.origin}/a`, own: {} },
    { clock: systemClock(), signal: new AbortController().signal, holdsSecret: () => false },
  );
}

describe('a port that answers something else than HTTP', () => {
  it.each([
    {
      title: 'a banner of SSH',
      bytes: 'SSH-2.0-OpenSSH_9.6p1\r\n',
      says: 'not in HTTP: `SSH-2.0-OpenSSH_9.6p1`',
    },
    {
      title: 'a TLS alert',
      bytes: Buffer.from([0x15, 3, 3, 0, 2, 2, 0x28]),
      says: 'a record of TLS. Write https://',
    },
    {
      title: 'an error of Redis',
      bytes: '-ERR unknown command\r\n',
      says: 'not in HTTP: `-ERR unknown command`',
    },
    { title: 'HTTP/0.9', bytes: '<html>hello</html>', says: 'not in HTTP: `<html>hello</html>`' },
    { title: 'ICY', bytes: 'ICY 200 OK\r\n\r\n', says: 'not in HTTP: `ICY 200 OK`' },
    { title: 'bytes', bytes: Buffer.from([0, 1, 2, 3]), says: '4 bytes that are no text' },
    { title: 'a control character', bytes: 'ab\u001b[31mcd\r\n', says: 'not in HTTP: `ab·[31mcd`' },
    {
      title: 'an unknown status',
      bytes: 'HTTP/1.1 abc OK\r\n\r\n',
      says: 'not in correct HTTP: Invalid status code',
    },
    {
      title: 'a broken chunk',
      bytes: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab\r\n',
      says: 'not in correct HTTP: Invalid character in chunk size',
    },
    {
      title: 'bare line feeds',
      bytes: 'HTTP/1.1 200 OK\ncontent-length: 2\n\n{}',
      says: 'not in correct HTTP: ',
    },
    {
      title: 'a NUL in a header',
      bytes: 'HTTP/1.1 200 OK\r\nx: a\u0000b\r\n\r\n',
      says: 'not in correct HTTP: ',
    },
    {
      title: 'a switch of protocols',
      bytes: 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      says: 'switched to another protocol (101)',
    },
    {
      title: '100 Continue',
      bytes: 'HTTP/1.1 100 Continue\r\n\r\n',
      says: 'sent an answer that was not asked for',
    },
    {
      title: 'too many headers',
      bytes: `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
      says: 'answered with more than 16 KiB of headers',
    },
  ])('is the failure of the system, and quoted: $title', async ({ bytes, says }) => {
    server.answer = (socket) => socket.end(bytes);

    for (const method of ['GET', 'POST']) {
      await expect(ask(method)).rejects.toMatchObject({
        blame: 'target',
        retryable: true,
        message: expect.stringContaining(says),
      });
    }
  });

  it('is quoted up to 80 characters, and never up to a part of a word', async () => {
    server.answer = (socket) => socket.end(`220 ready ${'x'.repeat(60)} token-${'s'.repeat(40)}\r\n`);

    await expect(ask()).rejects.toThrow(`\`220 ready ${'x'.repeat(60)}…\``);
  });
});

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

describe('a kept connection that the other side has given up', () => {
  it('does not fail a request that changes nothing: it is asked for over a new one', async () => {
    server.answer = (socket, n) => void (n === 1 ? socket.write(OK) : socket.resetAndDestroy());

    // The pool may hold several connections by now; each of them gives one answer.
    for (let n = 0; n < 10; n += 1) await expect(ask()).resolves.toMatchObject({ data: { status: 200 } });
  });

  it('is asked for anew once only', async () => {
    server.answer = (socket) => void socket.write(OK);
    await ask();
    const before = server.connections();
    server.answer = (socket) => void socket.resetAndDestroy();

    await expect(ask()).rejects.toMatchObject({
      blame: 'target',
      message: expect.stringContaining('ECONNRESET'),
    });
    expect(server.connections()).toBe(before + 1);
  });

  it('is the failure of the system if a byte of the answer had come', async () => {
    server.answer = (socket) => void socket.write(OK);
    await ask();
    server.answer = (socket) =>
      void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n', () => socket.end());

    await expect(ask()).rejects.toMatchObject({ blame: 'target' });
  });

  it('is not used for what changes something: each such request has a connection of its own', async () => {
    server.answer = (socket, n) => void (n === 1 ? socket.write(OK) : socket.resetAndDestroy());
    await ask();
    const before = server.connections();

    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      await expect(ask(method)).resolves.toMatchObject({ data: { status: 200 } });
    expect(server.connections()).toBe(before + 4);
  });

  it('that a new connection meets is the failure of the system', async () => {
    server.answer = (socket) => void socket.resetAndDestroy();

    await expect(ask('POST')).rejects.toMatchObject({
      blame: 'target',
      message: expect.stringContaining('closed the connection'),
    });
  });
});
