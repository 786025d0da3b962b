import { describe, expect, it } from '@jest/globals';
import { sampleOf } from '../support/effort.ts';
import { faultsOf } from './checks/check.ts';
import { faultsIn, only } from './checks/event-log.ts';
import { type Kill, Simulation } from './simulation.ts';

const SEED = 1;

async function killedRun(kill: Kill) {
  const simulation = new Simulation({ seed: SEED, kill });
  return { log: await simulation.run(), calls: simulation.calls };
}

describe('a runner that dies at any call to a port', () => {
  it('has events worth dying in: slots that pass and fail, and notices of a beginning, a reminder and an end', async () => {
    const { log } = await killedRun({ call: 0, when: 'before', queue: 'own' });

    const kinds = only(log, 'heard').map(({ channel, notice }) => `${channel} ${notice.kind}`);
    expect(faultsOf(log)).toEqual([]);
    expect(kinds.toSorted()).toEqual([
      'chat closed',
      'chat opened',
      'chat reminder',
      'mail closed',
      'mail opened',
      'mail reminder',
    ]);
  });

  it.each<Omit<Kill, 'call'>>([
    { when: 'before', queue: 'own' },
    { when: 'after', queue: 'own' },
    { when: 'before', queue: 'shared' },
    { when: 'after', queue: 'shared' },
  ])('breaks no promise: $when the call, with a queue that is $queue', async (how) => {
    const { calls } = await killedRun({ call: 0, ...how });
    const sampled = sampleOf(
      Array.from({ length: calls }, (_, n) => n + 1),
      10,
    );
    const died: number[] = [];
    for (const call of sampled) {
      const { log } = await killedRun({ call, ...how });

      expect({ call, faults: faultsOf(log) }).toEqual({ call, faults: [] });
      if (faultsIn(log).get('crash') === 1) died.push(call);
    }
    expect(calls).toBeGreaterThan(100);
    expect(died).toEqual(sampled);
  });
});
