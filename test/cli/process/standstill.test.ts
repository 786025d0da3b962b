import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { builtCommand } from '../../support/built.ts';
import { emptyFolder } from '../../support/command.ts';

/** Longer than the timeout of the step, which is long enough to stop the process within it. */
const STOPPED_MS = 3_500;

let server: Server | undefined;
let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
  server?.closeAllConnections();
  server?.close();
});

interface Reported {
  readonly steps: readonly { readonly reason: string }[];
}

/** The result of a run that is stopped, as by `docker pause`, in the middle of its request. */
async function stoppedRun(answer: (response: ServerResponse) => void): Promise<Reported> {
  const asked = Promise.withResolvers<ServerResponse>();
  server = createServer((_, response) => asked.resolve(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  writeFileSync(
    join(cwd, 'canaries/shop.canary.yaml'),
    `canary: shop\nowner: team\nsteps:\n  - http: GET ${url}\n    timeout: 2s\n`,
  );
  child = spawn(process.execPath, [builtCommand(), 'run', '--reporter', 'json'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const ended = once(child, 'close');
  const response = await asked.promise;
  child.kill('SIGSTOP');
  answer(response);
  await new Promise((resolve) => setTimeout(resolve, STOPPED_MS));
  child.kill('SIGCONT');
  await ended;
  const [run] = (JSON.parse(printed) as { readonly runs: readonly [Reported] }).runs;
  return run;
}

describe('a run whose process is stopped for longer than its step may take', () => {
  it('is an error of the runner that says how long it stood still, and no failure of the system', async () => {
    const run = await stoppedRun(() => {});

    expect(run).toMatchObject({ verdict: 'error', steps: [{ verdict: 'error', blame: 'runner' }] });
    expect(run.steps[0]?.reason).toMatch(
      /^The runner stood still for [3-9]\d*(?:\.\d+)? s, so this says nothing of the system: GET \S+ did not answer within 2 s\./,
    );
  });

  it('passes on the answer that came meanwhile', async () => {
    const run = await stoppedRun((response) => response.end('{}'));

    expect(run).toMatchObject({ verdict: 'passed' });
  });
});
