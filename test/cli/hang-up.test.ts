import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { builtCommand } from '../support/built.ts';
import { emptyFolder } from '../support/command.ts';

let server: Server;
let asked: (string | undefined)[];
let onAsked: (url: string | undefined) => void;

beforeEach(async () => {
  asked = [];
  onAsked = () => {};
  server = createServer((request, response) => {
    asked.push(request.url);
    if (request.url === '/cleanup') response.end();
    onAsked(request.url); // everything else waits for its answer until the process ends
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A folder with one canary that has an unanswered act, and a cleanup. */
function folder(): string {
  const cwd = emptyFolder();
  const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  mkdirSync(join(cwd, 'canaries'));
  const lines = [
    'canary: a',
    'owner: b',
    'schedule: { every: 1h }',
    'alert: { to: [hook] }',
    `steps:\n  - http: GET ${site}/act\n    timeout: 30s`,
    `cleanup:\n  - http: GET ${site}/cleanup`,
  ];
  writeFileSync(join(cwd, 'canaries/a.canary.yaml'), `${lines.join('\n')}\n`);
  writeFileSync(
    join(cwd, 'canaries/coalmine.config.yaml'),
    'project: shop\nchannels:\n  hook: { webhook: "http://127.0.0.1:9/hook" }\n',
  );
  return cwd;
}

function start(command: string, cwd: string) {
  let printed = '';
  const child = spawn(process.execPath, [builtCommand(), command], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { promise: isWatching, resolve } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('watching 1 canary')) resolve();
    });
  return { child, isWatching, printed: () => printed };
}

describe('a process that is ended by a signal', () => {
  it.each(['SIGHUP', 'SIGQUIT', 'SIGTERM'] as const)('cleans up after its run at %s', async (signal) => {
    onAsked = (url) => void (url === '/act' || signal === 'SIGHUP' ? child.kill(signal) : undefined);
    const { child, printed } = start('run', folder());

    const [code] = (await once(child, 'exit')) as [number | null];

    expect(asked).toEqual(['/act', '/cleanup']); // each received it
    expect(printed()).toContain('Ending: cleaning up.');
    expect(code).toBe(130);
  });

  it.each(['SIGHUP', 'SIGQUIT', 'SIGTERM'] as const)('ends its watching well at %s', async (signal) => {
    const { child, isWatching, printed } = start('watch', folder());
    await isWatching;
    child.kill(signal);

    const [code] = (await once(child, 'exit')) as [number | null];

    expect(printed()).toContain('Ending: what runs is run to its end.');
    expect(code).toBe(0);
  });
});
