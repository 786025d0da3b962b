import { systemRandom } from '../../../runner/adapters/runtime/system-random.ts';
import { newRunId } from '../../../runner/core/base/run-id.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import { RunConnections } from '../../../runner/engine/context/connections.ts';
import type { ActContext, WatchContext } from '../../../runner/kinds/kind.ts';
import { ManualClock } from './manual-clock.ts';

/** The engine's context of kinds, for tests that call one by itself. */
function kindContext() {
  const clock = new ManualClock();
  return {
    runId: newRunId(Date.now(), systemRandom()),
    canary: 'test-canary',
    environment: { name: 'default', vars: {} },
    correlation: NO_PROJECT.correlation,
    clock,
    clientOf: () => {
      throw new Error('no clients in this test');
    },
    signal: new AbortController().signal,
    connections: new RunConnections(),
    holdsSecret: (): boolean => false,
    learnSecret: (): void => {},
  } satisfies Partial<ActContext>;
}

/** The context of an act; a test gives the values that matter. */
export function actContext(more: Partial<ActContext> = {}): ActContext {
  return {
    ...kindContext(),
    stepId: '3',
    spanId: 'a1b2c3d4e5f60718',
    correlate: true,
    sweeping: false,
    ...more,
  };
}

/** The context of a watch; a test gives the values that matter. */
export function watchContext(more: Partial<WatchContext> = {}): WatchContext {
  const feeds = { open: async () => Promise.reject(new Error('no feeds in this test')) };
  const asks = { absence: false, fields: [] };
  return { ...kindContext(), correlate: true, feeds, asks, ...more };
}
