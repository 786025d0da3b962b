import { describe, expect, it } from '@jest/globals';
import { sampleOf, sampleSize } from '../support/effort.ts';
import { faultsOf } from './checks/check.ts';
import { type EventLog, only } from './checks/event-log.ts';
import { type Kill, Simulation } from './simulation.ts';

const SEED = 1;
const CANARIES = sampleSize({ small: 40, full: 100 });

async function storm(kill: Kill, canaries: number) {
  const simulation = new Simulation({ seed: SEED, kill, canaries });
  return { log: await simulation.run(), calls: simulation.calls };
}

/** The number of messages of some kinds that a channel received. */
function messagesAt(log: EventLog, channel: string, kinds: readonly string[]): number {
  const heard = only(log, 'heard').filter(
    (one) => one.channel === channel && kinds.includes(one.notice.kind),
  );
  return new Set(heard.map(({ message }) => message)).size;
}

describe(`${CANARIES} canaries that fail at one resource within a minute`, () => {
  it.each(['own', 'shared'] as const)(
    'give two messages that begin and two that end at each channel, and each incident has both: a queue that is %s',
    async (queue) => {
      const { log } = await storm({ call: 0, when: 'before', queue }, CANARIES);

      expect(faultsOf(log)).toEqual([]);
      for (const channel of ['chat', 'mail']) {
        const ended = only(log, 'heard').filter(
          (one) => one.channel === channel && one.notice.closedAtMs !== undefined,
        );
        expect(new Set(ended.map(({ notice }) => notice.about.canary)).size).toBe(CANARIES);
        expect(messagesAt(log, channel, ['opened'])).toBeLessThanOrEqual(2);
        expect(messagesAt(log, channel, ['closed', 'combined'])).toBeLessThanOrEqual(2);
      }
    },
  );
});

describe('a runner that dies while it notifies of several canaries', () => {
  it.each(['before', 'after'] as const)('breaks no promise: %s the call', async (when) => {
    const { calls } = await storm({ call: 0, when, queue: 'own' }, 4);
    const sampled = sampleOf(
      Array.from({ length: calls }, (_, n) => n + 1),
      40,
    );
    for (const call of sampled) {
      const { log } = await storm({ call, when, queue: 'own' }, 4);

      expect({ call, faults: faultsOf(log) }).toEqual({ call, faults: [] });
    }
    expect(calls).toBeGreaterThan(300);
  });
});
