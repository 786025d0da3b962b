import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendHeartbeat } from '../../runner/adapters/runtime/heartbeat.ts';

describe('a heartbeat', () => {
  const requests: string[] = [];
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer(({ method = '', url = '' }, response) => {
      requests.push(`${method} ${url}`);
      const status = Number(url.slice(1));
      response.writeHead(status, status === 302 ? { location: '/200' } : {}).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is one POST, and succeeds by a status of success alone: no redirect is followed', async () => {
    requests.length = 0;
    await sendHeartbeat(`http://127.0.0.1:${port}/200`);
    await sendHeartbeat(`http://127.0.0.1:${port}/204`);
    for (const status of [302, 404, 500])
      await expect(sendHeartbeat(`http://127.0.0.1:${port}/${status}`)).rejects.toThrow(
        `The heartbeat address at 127.0.0.1:${port} answered ${status}.`,
      );

    expect(requests).toEqual(['/200', '/204', '/302', '/404', '/500'].map((path) => `POST ${path}`));
  });

  it('connects to the address that was looked up and checked', async () => {
    requests.length = 0;
    await sendHeartbeat(`http://beat.example:${port}/200`, {
      lookup: (_, __, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    });

    expect(requests).toEqual(['POST /200']);
  });

  it('fails if nothing listens at its address', async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const free = (other.address() as AddressInfo).port;
    await new Promise((closed) => other.close(closed));

    await expect(sendHeartbeat(`http://127.0.0.1:${free}/200`)).rejects.toMatchObject({
      blame: 'observer',
      message: `The heartbeat address at 127.0.0.1:${free} could not be reached (ECONNREFUSED).`,
    });
  });

  it.each([
    {
      url: 'http://sEcReT:50%off@127.0.0.1:9/',
      says: 'The heartbeat address at 127.0.0.1:9 cannot be called',
    },
    { url: 'http://[sEcReT/', says: 'The heartbeat address is not a URL.' },
  ])('refuses an address of which no request can be made: $says', async ({ url, says }) => {
    const fault = await sendHeartbeat(url).catch((thrown: unknown) => thrown as Error);

    expect(fault).toMatchObject({
      blame: 'observer',
      permanent: true,
      message: expect.stringContaining(says),
    });
    expect((fault as Error).message).not.toContain('sEcReT');
  });

  it.each([
    { url: 'http://169.254.169.254/sEcReT', says: 'link-local' },
    { url: 'http://0xa9fea9fe/sEcReT', says: 'link-local' },
    { url: 'https://[fd00:ec2::254]/sEcReT', says: 'metadata' },
    { url: 'http://127.0.0.1:9001/sEcReT', says: 'Lambda runtime API' },
    { url: 'http://10.1.2.3:8080/sEcReT', says: 'Lambda runtime API' },
    { url: 'http://beat.example/sEcReT', says: 'beat.example, which is 169.254.169.254,' },
    { url: 'https://beat.example/sEcReT', says: 'beat.example, which is 169.254.169.254,' },
  ])('never reaches $url, and names no more of it than the host', async ({ url, says }) => {
    const fault = await sendHeartbeat(url, {
      runtimeApi: '10.1.2.3:8080',
      lookup: (_, __, done) => done(null, [{ address: '169.254.169.254', family: 4 }]),
    }).catch((thrown: unknown) => thrown as Error);

    expect(fault).toMatchObject({ blame: 'observer', message: expect.stringContaining(says) });
    expect((fault as Error).message).not.toContain('sEcReT');
  });
});
