import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { startLocalAws } from '../infra/local-aws/index.ts';
import { tapStack } from '../runner/adapters/taps/tap-stack.ts';
import { composeApp } from '../runner/compose-app.ts';
import type { Canary, Step } from '../runner/core/model/canary.ts';
import { NO_PROJECT, type Project } from '../runner/core/model/project.ts';
import type { StepResult } from '../runner/core/model/run-result.ts';
import { DIRECT } from '../runner/core/network/proxies.ts';
import { runCanary } from '../runner/engine/run/run-canary.ts';
import { median } from './measure.ts';

/**
 * The time from an event's arrival in a tap to the decision of its check, in milliseconds, on the local AWS over real connections. Measured
 * from the moment at which the event is sent, which is earlier than its arrival: the figure is an upper bound.
 */
const RUNS = 50;
const BUS = 'bench';

const aws = await startLocalAws();
const environment = { name: 'default', vars: {} };
const project: Project = { ...NO_PROJECT, taps: [{ on: { bus: BUS }, ids: [], probe: false }] };
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
const { engine, clients, close } = composeApp({
  settings: {
    env: {},
    proxyFor: DIRECT,
    owner: 'bench',
    process: { user: 'bench', host: 'localhost', pid: 0 },
    endpoint: aws.url,
    region: aws.region,
  },
  project,
  environment,
});
await clients.clientOf(EventBridgeClient, 'act').send(new CreateEventBusCommand({ Name: BUS }));
await tapStack({ clients, project }).make();

const at = { file: 'bench', line: 1, column: 1 };
const steps: readonly Step[] = [
  {
    mode: 'act',
    id: '1',
    name: 'put',
    kind: 'putEvent',
    input: { bus: BUS, source: 'bench', detailType: 'Happened', detail: {} },
    save: {},
    timeoutMs: 10_000,
    correlate: true,
    at,
  },
  {
    mode: 'expect',
    id: '2',
    name: 'see',
    kind: 'event',
    input: { bus: BUS },
    save: {},
    withinMs: 10_000,
    forMs: 0,
    correlate: true,
    at,
  },
];
const canary: Canary = {
  name: 'bench',
  owner: 'bench',
  tags: [],
  timeoutMs: 60_000,
  alert: { after: { failures: 2, of: 2 }, recover: 1, remindMs: 3_600_000, severity: 'warning', to: [] },
  vars: {},
  steps,
  cleanup: [],
  source: 'bench',
};
const { signal } = new AbortController();
const delaysMs: number[] = [];
for (let run = 0; run < RUNS; run += 1) {
  const result = await runCanary({ canary, project, environment, signal }, engine);
  if (result.verdict !== 'passed') throw new Error(`a check did not pass: ${JSON.stringify(result)}`);
  const [put, see] = result.steps as [StepResult, StepResult];
  delaysMs.push(see.startedAtMs + see.durationMs - put.startedAtMs);
}
await close();
await aws.close();
process.stdout.write(JSON.stringify({ medianMs: Math.round(median(delaysMs) * 10) / 10 }));
process.exit(0);
