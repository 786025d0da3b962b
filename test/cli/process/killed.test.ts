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
import { emptyFolder } from '../../support/command.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'runner', 'cli', 'bin.ts');
/** Long enough for a process to start on a busy machine, and to misbehave. */
const A_WHILE_MS = 4_000;

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

function watch(cwd: string): { readonly child: ChildProcess; readonly printed: () => string } {
  let printed = '';
  const child = spawn(process.execPath, [BIN, 'watch'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return { child, printed: () => printed };
}

describe('a watch that is killed', () => {
  it('leaves its slot taken: whoever watches next does not run it again, and ends well when told to', async () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'canaries'));
    let asked = 0;
    const { promise: running, resolve: isRunning } = Promise.withResolvers<void>();
    server = createServer(() => {
      asked += 1;
      isRunning(); // and never answers: the run is under way when its process dies
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    writeFileSync(
      join(cwd, 'canaries/orders.canary.yaml'),
      `canary: orders\nowner: team\nschedule: { every: 1h }\nalert: { to: [hook] }\nsteps:\n  - http: GET ${url}\n    timeout: 60s\n`,
    );
    writeFileSync(
      join(cwd, 'canaries/coalmine.config.yaml'),
      'project: shop\nchannels:\n  hook: { webhook: "http://127.0.0.1:9/hook" }\n',
    );
    const seed = openState(cwd);
    await seed.runs.advance({ canary: 'orders', toMs: systemClock().nowMs() - 3_600_000 });
    await seed.close();

    const first = watch(cwd);
    await running;
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const store = openState(cwd);
    const owner = `${userInfo().username}@${hostname()}, process ${first.child.pid}`;
    await store.leases.drop({ name: 'runner', owner });
    const second = watch(cwd);
    while (!second.printed().includes('watching 1 canary'))
      await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, A_WHILE_MS));
    second.child.kill('SIGTERM');
    const [code] = (await once(second.child, 'exit')) as [number | null];

    expect(asked).toBe(1);
    expect(await store.runs.running('orders')).toHaveLength(1);
    expect(code).toBe(0);
    expect(second.printed()).toContain('what runs is run to its end');
    await store.close();
  }, 60_000);
});
