import { describe, expect, it } from '@jest/globals';
import type { Leases } from '../../../runner/core/taps/ports.ts';
import type { Fixtures } from '../../../runner/engine/engine.ts';
import { actStep, canaryOf } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';
import { memoryLeases } from '../../support/store/memory-store.ts';

const CANARY = canaryOf(
  { timeoutMs: 60_000, cleanup: [actStep('tidy')] },
  actStep('fill', { phase: 'setup' }),
  actStep('order'),
);
const NAME = 'setup of test-canary in default, project coalmine';

/** Leases that note what is asked of them. */
function noted(leases: Leases = memoryLeases()) {
  const log: string[] = [];
  const all: Leases = {
    take: async (ask) => {
      const taken = await leases.take(ask);
      log.push(`${taken.held ? 'take' : 'refused'} ${ask.name}`);
      return taken;
    },
    drop: async (ask) => {
      log.push(`drop ${ask.name}`);
      await leases.drop(ask);
    },
  };
  return { leases: all, log };
}

/** Runs the canary for which an act takes so long. */
function runWith(
  harness: RunHarness,
  leases: Leases,
  { actMs = 0, waiting }: { readonly actMs?: number; readonly waiting?: Fixtures['waiting'] } = {},
) {
  harness.act = async () => {
    await harness.clock.sleep(actMs);
    return {};
  };
  return harness.run(CANARY, { engine: { fixtures: { leases, owner: 'anna@laptop', waiting } } });
}

describe('the lease of a setup', () => {
  it('is taken before the first act, and released after the cleanup', async () => {
    const harness = new RunHarness();
    const { leases, log } = noted();
    const both: Leases = {
      take: async (ask) => {
        harness.log.push('take');
        return leases.take(ask);
      },
      drop: async (ask) => {
        harness.log.push('drop');
        return leases.drop(ask);
      },
    };

    const result = await runWith(harness, both);

    expect(result).toHaveVerdict('passed');
    expect(harness.log).toEqual(['take', 'act fill', 'act order', 'act tidy', 'drop']);
    expect(log).toEqual([`take ${NAME}`, `drop ${NAME}`]);
  });

  it('is renewed for as long as the run lasts', async () => {
    const harness = new RunHarness();
    const { leases, log } = noted();

    const result = await runWith(harness, leases, { actMs: 9_500 });

    expect(result).toHaveVerdict('passed');
    expect(log).toEqual([...Array<string>(3).fill(`take ${NAME}`), `drop ${NAME}`]);
  });

  it('is not taken for a canary without a setup', async () => {
    const { leases, log } = noted();
    const harness = new RunHarness();

    const result = await harness.run(canaryOf({}, actStep('order')), {
      engine: { fixtures: { leases, owner: 'anna@laptop' } },
    });

    expect(result).toHaveVerdict('passed');
    expect(log).toEqual([]);
  });

  it('is waited for if another run has it, and says so once', async () => {
    const harness = new RunHarness();
    const leases = memoryLeases();
    const nowMs = harness.clock.nowMs();
    await leases.take({ name: NAME, owner: 'ben@ci, run 1', nowMs, forMs: 5_000 });
    const said: string[] = [];

    const result = await runWith(harness, leases, {
      waiting: (canary, by) => void said.push(`${canary}: ${by}`),
    });

    expect(result).toHaveVerdict('passed');
    expect(said).toEqual(['test-canary: ben@ci, run 1']);
    expect(result.steps[0]?.startedAtMs).toBeGreaterThan(nowMs + 5_000);
  });

  it('ends the run as an error if another has it for as long as the timeout leaves, and nothing is done', async () => {
    const harness = new RunHarness();
    const leases = memoryLeases();
    const nowMs = harness.clock.nowMs();
    await leases.take({ name: NAME, owner: 'ben@ci, run 1', nowMs, forMs: 3_600_000 });

    const result = await runWith(harness, leases);

    expect(result).toHaveVerdict('error');
    expect(result.blame).toBe('observer');
    expect(result.reason).toMatch(
      /^Nothing was tested yet: the setup belongs to a run of ben@ci, run 1, .* this one waited 40 s for its lease/,
    );
    expect(harness.log).toEqual([]);
  });

  it('is not had by two runs of one process', async () => {
    const leases = memoryLeases();
    const one = new RunHarness();
    const order: string[] = [];
    one.act = async (_, { runId, stepId }) => {
      order.push(`${runId} ${stepId}`);
      await one.clock.sleep(1_000);
      return {};
    };
    let salt = 0;
    const random = {
      bytes: (count: number) => {
        salt += 1;
        return Uint8Array.from({ length: count }, (_, n) => (n * 37 + salt) % 256);
      },
    };
    const engine = { random, fixtures: { leases, owner: 'anna@laptop' } };

    const both = await Promise.all([one.run(CANARY, { engine }), one.run(CANARY, { engine })]);

    expect(both.map(({ verdict }) => verdict)).toEqual(['passed', 'passed']);
    expect(order.map((done) => done.split(' ')[1])).toEqual([
      'fill',
      'order',
      'tidy',
      'fill',
      'order',
      'tidy',
    ]);
  });

  it.each([
    { when: 'there is no table', leases: { take: async () => Promise.reject(new Error('no table')) } },
    { when: 'this process has none', leases: undefined },
  ])('is an error if $when, and nothing is done', async ({ leases }) => {
    const harness = new RunHarness();
    const fixtures =
      leases === undefined ? {} : { fixtures: { leases: { ...memoryLeases(), ...leases }, owner: 'a' } };

    const result = await harness.run(CANARY, { engine: fixtures });

    expect(result).toHaveVerdict('error');
    expect(harness.log).toEqual([]);
  });

  it.each([
    { when: 'another run took it', take: async () => ({ held: false, by: 'ben@ci' }) as const },
    { when: 'it could not be renewed in time', take: async () => Promise.reject(new Error('away')) },
  ])('ends the run as an error if $when, whose cleanup is left to a sweep', async ({ take }) => {
    const harness = new RunHarness();
    const leases = memoryLeases();
    let isFirst = true;
    const lost: Leases = {
      ...leases,
      take: async (ask) => {
        if (!isFirst) return take();
        isFirst = false;
        return leases.take(ask);
      },
    };

    const result = await harness.run(
      canaryOf(
        { cleanup: [actStep('tidy')] },
        actStep('fill', { phase: 'setup' }),
        actStep('order', { timeoutMs: 90_000 }),
      ),
      {
        engine: {
          fixtures: { leases: lost, owner: 'anna@laptop' },
          verbs: {
            ...harness.engine.verbs,
            send: {
              ...(harness.engine.verbs['send'] as NonNullable<(typeof harness.engine.verbs)[string]>),
              act: async (_, { stepId }) => {
                harness.log.push(`act ${stepId}`);
                if (stepId === 'order') await harness.clock.sleep(80_000);
                return { kind: 'send', id: 'a', takenAtMs: 0, data: {} };
              },
            },
          },
        },
      },
    );

    expect(result).toHaveVerdict('error');
    expect(result.reason).toContain('The lease of the setup could not be held');
    expect(result.cleanup.map(({ reason }) => reason)).toEqual([
      'left to a sweep: the lease of the setup was lost',
    ]);
    expect(harness.log).toEqual(['act fill', 'act order']);
  });

  it('ends the run as an error if the runner stood still for longer than it lasts, whatever the steps show', async () => {
    const harness = new RunHarness();
    const leases = memoryLeases();
    harness.act = async (_, { stepId }) => {
      if (stepId !== 'order') return {};
      harness.clock.standStill(harness.clock.nowMs(), 40_000);
      await harness.clock.sleep(1);
      return { data: { status: 500 } };
    };
    const canary = canaryOf(
      {},
      actStep('fill', { phase: 'setup' }),
      actStep('order', { kind: 'call', timeoutMs: 90_000 }),
    );

    const result = await harness.run(canary, { engine: { fixtures: { leases, owner: 'anna@laptop' } } });

    expect(result).toHaveVerdict('error', { at: 'order' });
    expect(result.steps[1]?.reason).toContain('The lease of the setup could not be held');
  });
});
