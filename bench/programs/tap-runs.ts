import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { tapStack } from '../../runner/adapters/taps/tap-stack.ts';
import { composeApp } from '../../runner/compose-app.ts';
import type { Canary, Step } from '../../runner/core/model/canary.ts';
import { NO_PROJECT, type Project } from '../../runner/core/model/project.ts';
import type { RunResult, StepResult } from '../../runner/core/model/run-result.ts';
import { DIRECT } from '../../runner/core/network/proxies.ts';
import { runCanary } from '../../runner/engine/run/run-canary.ts';
import { median } from '../measure/numbers.ts';

/** Runs that put an event each and check one tap, as many at once and as many rounds as each series asks for. As JSON, by round. */
const [endpoint = '', region = '', series = '[]'] = process.argv.slice(2);
const BUS = 'bench';

interface Series {
  readonly runs: number;
  readonly mode: 'expect' | 'never';
  readonly rounds: number;
}

Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
const environment = { name: 'default', vars: {} };
const project: Project = { ...NO_PROJECT, taps: [{ on: { bus: BUS }, ids: [], probe: false }] };
const { engine, clients, close } = composeApp({
  settings: {
    env: {},
    proxyFor: DIRECT,
    owner: 'bench',
    process: { user: 'bench', host: 'localhost', pid: 0 },
    endpoint,
    region,
  },
  project,
  environment,
});
await clients.clientOf(EventBridgeClient, 'act').send(new CreateEventBusCommand({ Name: BUS }));
await tapStack({ clients, project }).make();

const shared = { save: {}, correlate: true, at: { file: 'bench', line: 1, column: 1 } } as const;
const put: Step = {
  ...shared,
  mode: 'act',
  id: '1',
  name: 'put',
  kind: 'putEvent',
  input: { bus: BUS, source: 'bench', detailType: 'Happened', detail: {} },
  timeoutMs: 60_000,
};
const checks = {
  expect: {
    mode: 'expect',
    id: '2',
    name: 'see',
    kind: 'event',
    input: { bus: BUS },
    withinMs: 30_000,
    forMs: 0,
  },
  never: {
    mode: 'never',
    id: '2',
    name: 'none',
    kind: 'event',
    input: { bus: BUS, detailType: 'Other' },
    forMs: 2_000,
  },
} as const;

function canaryOf(number: number, mode: Series['mode']): Canary {
  return {
    name: `bench-${number}`,
    owner: 'bench',
    tags: [],
    timeoutMs: 120_000,
    alert: { after: { failures: 2, of: 2 }, recover: 1, remindMs: 3_600_000, severity: 'warning', to: [] },
    vars: {},
    steps: [put, { ...shared, ...checks[mode] }],
    cleanup: [],
    source: 'bench',
  };
}

/** From the end of the act to the verdict, and to the effect as the result gives it: both without the time of the act. */
function delaysOf({ steps }: RunResult): { readonly seenMs: number; readonly effectMs: number } {
  const [acted, check] = steps as [StepResult, StepResult];
  const actedAtMs = acted.startedAtMs + acted.durationMs;
  const seenMs = check.startedAtMs + check.durationMs - actedAtMs;
  return { seenMs, effectMs: Math.max(0, (check.timeToEffectMs ?? 0) - acted.durationMs) };
}

async function round({ runs, mode }: Series): Promise<object> {
  const { signal } = new AbortController();
  const beganAtMs = performance.now();
  const results = await Promise.all(
    Array.from({ length: runs }, (_, number) =>
      runCanary({ canary: canaryOf(number, mode), project, environment, signal }, engine),
    ),
  );
  const tookMs = performance.now() - beganAtMs;
  const passed = results.filter(({ verdict }) => verdict === 'passed');
  const delays = results.map(delaysOf);
  return {
    tookMs,
    passed: passed.length / runs,
    seenMs: median(delays.map(({ seenMs }) => seenMs)),
    effectMs: median(delays.map(({ effectMs }) => effectMs)),
  };
}

const found: object[][] = [];
for (const one of JSON.parse(series) as readonly Series[]) {
  const rounds: object[] = [];
  for (let n = 0; n < one.rounds; n += 1) rounds.push(await round(one));
  found.push(rounds);
}
await close();
process.stdout.write(JSON.stringify(found));
process.exit(0);
