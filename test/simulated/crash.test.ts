import { describe, expect, it } from '@jest/globals';
import { sampleOf } from '../support/effort.ts';
import { faultsOf } from './checks/check.ts';
import { faultsIn, only } from './checks/event-log.ts';
import { type Kill, SimWorld } from './simulation.ts';

const SEED = 1;

async function notifyStory(kill: Kill) {
  const world = new SimWorld({ seed: SEED, kill });
  return { story: await world.run(), calls: world.calls };
}

describe('a runner that dies at any call to a port', () => {
  it('has a story worth dying in: slots that pass and fail, and people who hear of a beginning, a reminder and an end', async () => {
    const { story } = await notifyStory({ call: 0, when: 'before', queue: 'own' });

    const kinds = only(story, 'heard').map(({ channel, notice }) => `${channel} ${notice.kind}`);
    expect(faultsOf(story)).toEqual([]);
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
    const { calls } = await notifyStory({ call: 0, ...how });
    const sampled = sampleOf(
      Array.from({ length: calls }, (_, n) => n + 1),
      5,
    );
    const died: number[] = [];
    for (const call of sampled) {
      const { story } = await notifyStory({ call, ...how });

      expect({ call, faults: faultsOf(story) }).toEqual({ call, faults: [] });
      if (faultsIn(story).get('crash') === 1) died.push(call);
    }
    expect(calls).toBeGreaterThan(100);
    expect(died).toEqual(sampled);
  });
});
