import { Type } from 'typebox';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { systemRandom } from '../../runner/adapters/runtime/system-random.ts';
import type { Canary } from '../../runner/core/model/canary.ts';
import { NO_PROJECT } from '../../runner/core/model/project.ts';
import { NO_SECRETS } from '../../runner/core/redaction/redact.ts';
import type { Engine } from '../../runner/engine/engine.ts';
import { runCanary } from '../../runner/engine/run/run-canary.ts';
import type { Noun } from '../../runner/kinds/kind.ts';

/** Memory of runs that all wait at once for pushed entries, in kilobytes each. */
const RUNS = Number(process.argv[2]);

let arrived = false;
const wakers = new Set<() => void>();
const noun: Noun = {
  name: 'news',
  summary: 'news',
  input: Type.Object({}),
  view: {},
  selects: 'id',
  consistency: 'at once',
  reads: 'all',
  pauseMs: { first: 25, longest: 2_000 },
  permissions: () => [],
  hop: () => 'news',
  example: '',
  open: async () => ({
    poll: async () => ({
      selected: arrived ? [{ kind: 'news', id: '1', takenAtMs: 0, data: null, final: true }] : [],
      nearby: [],
    }),
    subscribe: (wake) => {
      wakers.add(wake);
      return () => void wakers.delete(wake);
    },
    close: async () => {},
  }),
};
const engine: Engine = {
  clock: systemClock(),
  random: systemRandom(),
  verbs: {},
  nouns: { news: noun },
  references: { read: async () => ({ value: '', secret: false }) },
  feeds: { open: async () => Promise.reject(new Error('none')) },
  redactor: NO_SECRETS,
  clientOf: (constructor) => new constructor({} as never),
  classifyAwsError: (thrown) => thrown,
  inputFault: () => undefined,
};
const canary: Canary = {
  name: 'waits',
  owner: 'bench',
  tags: [],
  timeoutMs: 600_000,
  alert: { after: { failures: 2, of: 2 }, recover: 1, remindMs: 3_600_000, severity: 'warning', to: [] },
  vars: {},
  steps: [
    {
      mode: 'expect',
      id: '1',
      name: 'news come',
      kind: 'news',
      input: {},
      save: {},
      withinMs: 300_000,
      forMs: 0,
      correlate: true,
      at: { file: 'x', line: 1, column: 1 },
    },
  ],
  cleanup: [],
  source: 'bench',
};

function used(): { readonly heap: number; readonly resident: number } {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, resident: rss };
}

const { signal } = new AbortController();
const before = used();
const runs = Array.from({ length: RUNS }, () =>
  runCanary({ canary, project: NO_PROJECT, environment: { name: 'default', vars: {} }, signal }, engine),
);
while (wakers.size < RUNS) await new Promise((resolve) => setTimeout(resolve, 20));
const waiting = used();
arrived = true;
for (const wake of wakers) wake();
const results = await Promise.all(runs);
const passed = results.filter(({ verdict }) => verdict === 'passed').length;
const perRun = (bytes: number): number => Math.round((bytes / RUNS / 1024) * 100) / 100;
process.stdout.write(
  JSON.stringify({
    passed,
    heapKilobytes: perRun(waiting.heap - before.heap),
    residentKilobytes: perRun(waiting.resident - before.resident),
  }),
);
process.exit(0);
