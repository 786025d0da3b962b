import { describe, expect, it } from '@jest/globals';
import type { Reporter } from '../../../runner/core/report/reporter.ts';
import { joinReporters } from '../../../runner/core/report/reporters.ts';
import { undeliveredCounter } from '../../../runner/core/report/undelivered-counter.ts';
import { noticeOf } from '../../support/alerts/notices.ts';
import { resultOf, runIdOf } from '../../support/run/builders.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

const START = { runId: runIdOf(1), canary: 'orders', atMs: 1 };

/** Some reporters as one, what they received, and what they failed with. */
function joined(...all: readonly Reporter[]) {
  const clock = new ManualClock();
  const failures: string[] = [];
  const failed = (name: string, thrown: unknown): void => void failures.push(`${name}: ${String(thrown)}`);
  return { clock, failures, reporters: joinReporters(all, { clock, endWithinMs: 5_000, failed }) };
}

/** A reporter that writes down the canary of each start. */
function recorder(name = 'recorder') {
  const canaries: string[] = [];
  const reporter: Reporter = { name, onRunStart: ({ canary }) => void canaries.push(canary) };
  return { reporter, canaries };
}

describe('reporters', () => {
  it('each get an event that they have a method for', () => {
    const [first, second] = [recorder(), recorder()];
    const { reporters } = joined(first.reporter, { name: 'deaf' }, second.reporter);

    reporters.emit('onRunStart', START);
    reporters.emit('onRunEnd', resultOf());

    expect([first.canaries, second.canaries]).toEqual([['orders'], ['orders']]);
    expect([reporters.has('onRunStart'), reporters.has('onRunEnd')]).toEqual([true, false]);
  });

  it.each([
    {
      how: 'throws',
      broken: () => {
        throw new Error('no');
      },
    },
    { how: 'rejects', broken: async () => Promise.reject(new Error('no')) },
  ])(
    'do not disturb one another if one $how, and its failure is reported once until the end',
    async ({ broken }) => {
      const after = recorder();
      const { reporters, failures } = joined({ name: 'broken', onRunStart: broken }, after.reporter);

      reporters.emit('onRunStart', START);
      reporters.emit('onRunStart', START);
      await reporters.end();
      expect(failures).toEqual(['broken: Error: no']);

      reporters.emit('onRunStart', START);
      await reporters.end();
      expect(failures).toHaveLength(2);
      expect(after.canaries).toHaveLength(3);
      expect([reporters.takeFailures(), reporters.takeFailures()]).toEqual([3, 0]);
    },
  );

  it.each([[7], [null], [{ some: 'object' }], ['text']])(
    'may give anything but a promise, such as %j',
    async (value) => {
      const { reporters, failures } = joined({
        name: 'plain',
        onRunStart: () => value as unknown as undefined,
      });

      reporters.emit('onRunStart', START);
      await reporters.end();

      expect(failures).toEqual([]);
    },
  );

  it('end after what they began, and may be used again', async () => {
    const log: string[] = [];
    const sent = Promise.withResolvers<void>();
    const { reporters } = joined({
      name: 'slow',
      onRunEnd: async () => sent.promise.then(() => void log.push('sent')),
      onEnd: () => void log.push('ended'),
    });

    reporters.emit('onRunEnd', resultOf());
    const ending = reporters.end();
    sent.resolve();
    await ending;
    await reporters.end();

    expect(log).toEqual(['sent', 'ended', 'ended']);
  });

  it('are not waited for any longer than their time, and the slow one is named', async () => {
    const hanging = async () => new Promise<void>(() => {});
    const { reporters, failures, clock } = joined({ name: 'hanging', onRunEnd: hanging }, { name: 'quick' });
    const startMs = clock.nowMs();

    reporters.emit('onRunEnd', resultOf());
    await reporters.end();

    expect(clock.nowMs() - startMs).toBe(5_000);
    expect(failures).toEqual(['hanging: Error: it did not end within 5 s']);
    expect(reporters.takeFailures()).toBe(1);
  });

  it('break off what is in flight when their time is spent, and end none after that', async () => {
    const broken = Promise.withResolvers<void>();
    const log: string[] = [];
    const end = (): void => void log.push('ended');
    const { reporters, failures } = joined(
      {
        name: 'hanging',
        onRunEnd: async () => broken.promise,
        onEnd: end,
        giveUp: () => broken.reject(new Error('broken off')),
      },
      { name: 'quick', onEnd: end, giveUp: () => void log.push('given up') },
    );

    reporters.emit('onRunEnd', resultOf());
    await reporters.end();
    await new Promise(setImmediate);

    expect(failures).toEqual(['hanging: Error: it did not end within 5 s', 'hanging: Error: broken off']);
    expect(log).toEqual(['ended']); // the quick one
  });

  it('report a hundred different failures at most until the end, and count all', async () => {
    let count = 0;
    const { reporters, failures } = joined({
      name: 'broken',
      onRunStart: () => {
        throw new Error(`request ${(count += 1)}`);
      },
    });

    for (let n = 0; n < 150; n += 1) reporters.emit('onRunStart', START);

    expect(failures).toHaveLength(101);
    expect(failures.slice(-2)).toEqual([
      'broken: Error: request 100',
      'broken: Error: further failures are counted only',
    ]);
    expect(reporters.takeFailures()).toBe(150);
  });
});

it('the counter of undelivered notices counts since it was taken last', () => {
  const counter = undeliveredCounter();
  const { reporters } = joined(counter);

  reporters.emit('onUndelivered', [noticeOf(), noticeOf()]);

  expect([counter.take(), counter.take()]).toEqual([2, 0]);
});
