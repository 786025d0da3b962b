import { composeApp } from '../../runner/compose-app.ts';
import type { Canary } from '../../runner/core/model/canary.ts';
import { NO_PROJECT } from '../../runner/core/model/project.ts';
import { DIRECT } from '../../runner/core/network/proxies.ts';
import { runFleet } from '../../runner/engine/run/run-fleet.ts';

// So many canaries of one HTTP check each, through the whole engine.
const [url = '', count = '0', method = 'GET'] = process.argv.slice(2);
const posted = method === 'POST' ? { body: { sku: 'CANARY-SKU-1', quantity: 2 } } : {};
const environment = { name: 'default', vars: {} };
const { engine, close } = composeApp({
  settings: {
    env: {},
    proxyFor: DIRECT,
    owner: 'bench',
    process: { user: 'bench', host: 'localhost', pid: 0 },
  },
  project: NO_PROJECT,
  environment,
});
/** Each check is a canary of its own, as in a fleet: nothing that is kept by canary helps here. */
const canaryNumbered = (number: number): Canary => ({
  name: `bench-${number}`,
  owner: 'bench',
  tags: [],
  timeoutMs: 60_000,
  alert: { after: { failures: 2, of: 2 }, recover: 1, remindMs: 3_600_000, severity: 'warning', to: [] },
  vars: {},
  steps: [
    {
      mode: 'act',
      id: '1',
      name: 'ask',
      kind: 'http',
      input: { request: `${method} ${url}`, ...posted },
      save: {},
      timeoutMs: 10_000,
      correlate: true,
      response: { status: 200, body: { status: 'ok' } },
      at: { file: 'bench', line: 1, column: 1 },
    },
  ],
  cleanup: [],
  source: 'bench',
});
const { signal } = new AbortController();
const requests = Array.from({ length: Number(count) }, (_, number) => ({
  canary: canaryNumbered(number),
  project: NO_PROJECT,
  environment,
  signal,
}));
const results = await runFleet(requests, engine, { concurrency: 64 });
await close();
if (results.some(({ verdict }) => verdict !== 'passed'))
  throw new Error(
    `a check did not pass: ${results.find(({ verdict }) => verdict !== 'passed')?.steps[0]?.reason}`,
  );
process.exit(0);
