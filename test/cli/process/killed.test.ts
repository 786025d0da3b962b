import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { sqliteStore } from '../../../runner/adapters/sqlite/store.ts';
import { builtCommand } from '../../support/built.ts';
import { emptyFolder } from '../../support/command.ts';

let server: Server | undefined;
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  server?.closeAllConnections();
  server?.close();
});

function openState(cwd: string) {
  const path = join(cwd, 'canaries/.coalmine/state.sqlite');
  return sqliteStore(
    { path, project: 'shop', environment: 'default', create: true },
    { clock: systemClock() },
  );
}

/** Writes a canary whose last slot is due. */
async function dueCanary(cwd: string, name: string, url: string): Promise<void> {
  writeFileSync(
    join(cwd, `canaries/${name}.canary.yaml`),
    `canary: ${name}\nowner: team\nschedule: { every: 1h }\nalert: { to: [hook] }\nsteps:\n  - http: GET ${url}/${name}\n    timeout: 60s\n`,
  );
  const store = openState(cwd);
  await store.runs.advance({ canary: name, toMs: systemClock().nowMs() - 3_600_000 });
  await store.close();
}

function watch(cwd: string): { readonly child: ChildProcess; readonly printed: () => string } {
  let printed = '';
  const child = spawn(process.execPath, [builtCommand(), 'watch'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return { child, printed: () => printed };
}

describe('a watch that is killed', () => {
  it('leaves its slot claimed: the next watcher does not run it again, and ends well at a signal', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'canaries'));
    const asked: (string | undefined)[] = [];
    const running = Promise.withResolvers<void>();
    const ranNext = Promise.withResolvers<void>();
    server = createServer(({ url }, response) => {
      asked.push(url);
      if (url === '/orders') return running.resolve(); // without an answer: the run is under way when its process dies
      response.end();
      ranNext.resolve();
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(
      join(cwd, 'canaries/coalmine.config.yaml'),
      'project: shop\nchannels:\n  hook: { webhook: "http://127.0.0.1:9/hook" }\n',
    );
    await dueCanary(cwd, 'orders', url);

    const first = watch(cwd);
    await running.promise;
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const store = openState(cwd);
    const owner = `${userInfo().username}@${hostname()}, process ${first.child.pid}`;
    await store.leases.drop({ name: 'runner', owner });
    await dueCanary(cwd, 'returns', url);
    const second = watch(cwd);
    await ranNext.promise; // planned by the tick that would have planned the slot again
    second.child.kill('SIGTERM');
    const [code] = (await once(second.child, 'exit')) as [number | null];

    expect(asked).toEqual(['/orders', '/returns']);
    expect(await store.runs.running('orders')).toHaveLength(1);
    expect(code).toBe(0);
    expect(second.printed()).toContain('what runs is run to its end');
    await store.close();
  });
});
