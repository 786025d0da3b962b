import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { fixedParts, partsThatDiffer } from './support/jest/fixed-parts.ts';
import { leftOpen, openResources } from './support/jest/open-resources.ts';

describe('a part of the process that a test file must leave as it was', () => {
  const listener = (): void => {};

  it.each([
    {
      part: 'globalThis.fetch',
      change: () => {
        const { fetch } = globalThis;
        globalThis.fetch = async () => new Response();
        return () => {
          globalThis.fetch = fetch;
        };
      },
    },
    {
      part: 'instanceof Error',
      change: () => {
        Object.defineProperty(Error, Symbol.hasInstance, { value: Error.isError, configurable: true });
        return () => Reflect.deleteProperty(Error, Symbol.hasInstance);
      },
    },
    {
      part: 'process.argv',
      change: () => {
        process.argv.push('--left');
        return () => process.argv.pop();
      },
    },
    {
      part: "listeners of 'SIGWINCH'",
      change: () => {
        process.on('SIGWINCH', listener);
        return () => process.off('SIGWINCH', listener);
      },
    },
  ])('is named when it is left changed: $part', ({ part, change }) => {
    const before = fixedParts();
    const putBack = change();
    const left = partsThatDiffer(before, fixedParts());
    putBack();
    expect(left).toEqual([part]);
    expect(partsThatDiffer(before, fixedParts())).toEqual([]);
  });
});

describe('a resource that a test file must close', () => {
  const LONG_MS = 60_000;

  it.each([
    {
      resource: 'a server',
      left: ['1 TCPServerWrap'],
      open: async () => {
        const server = createServer().listen(0, '127.0.0.1');
        await once(server, 'listening');
        return () => server.close();
      },
    },
    {
      resource: 'a connection, with both of its ends',
      left: ['2 TCPSocketWrap', '1 TCPServerWrap'],
      open: async () => {
        const server = createServer().listen(0, '127.0.0.1');
        await once(server, 'listening');
        const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
        const [[accepted]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [
          [Socket],
          unknown,
        ];
        return () => {
          socket.destroy();
          accepted.destroy();
          server.close();
        };
      },
    },
    {
      resource: 'a timer',
      left: ['1 Timeout'],
      open: async () => {
        const timer = setTimeout(() => {}, LONG_MS);
        return () => clearTimeout(timer);
      },
    },
    {
      resource: 'a process',
      left: ['1 ProcessWrap'],
      open: async () => {
        const child = spawn(process.execPath, ['-e', `setTimeout(() => {}, ${LONG_MS})`], {
          stdio: 'ignore',
        });
        await once(child, 'spawn');
        return () => child.kill('SIGKILL');
      },
    },
    {
      resource: 'a thread',
      left: ['1 Worker'],
      open: async () => {
        const thread = new Worker(`setTimeout(() => {}, ${LONG_MS})`, { eval: true });
        await once(thread, 'online');
        return () => void thread.terminate();
      },
    },
  ])('is named with its number while it is open: $resource', async ({ left, open }) => {
    const before = openResources();
    const close = await open();
    const whileOpen = await leftOpen(before, 0);
    close();

    expect(whileOpen).toEqual(expect.arrayContaining(left));
    expect(await leftOpen(before, LONG_MS)).toEqual([]);
  });

  it('is none if the process keeps going without it', async () => {
    const before = openResources();
    const timer = setTimeout(() => {}, LONG_MS).unref();

    expect(await leftOpen(before, 0)).toEqual([]);
    clearTimeout(timer);
  });
});
