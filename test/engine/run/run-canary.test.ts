import { describe, expect, it } from '@jest/globals';
import { DefinitionError, ObserverError, TargetError } from '../../../runner/core/base/errors.ts';
import { parseRunId } from '../../../runner/core/base/run-id.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import { redactorOf } from '../../../runner/core/redaction/redact.ts';
import { joinReporters } from '../../../runner/core/report/reporters.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import { dryRun } from '../../../runner/engine/run/dry-run.ts';
import { runFleet } from '../../../runner/engine/run/run-fleet.ts';
import { Interrupted } from '../../../runner/engine/steps/classify-error.ts';
import type { FaultsOf, Noun, StepInput } from '../../../runner/kinds/kind.ts';
import { event as eventNoun } from '../../../runner/kinds/nouns/messages/event.ts';
import { message as messageNoun } from '../../../runner/kinds/nouns/messages/message.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

describe('the order of a run', () => {
  it('opens every watch that it can before anything acts, and closes them all', async () => {
    const harness = new RunHarness();
    harness.poll = () => [{}];

    const result = await harness.run(
      canaryOf({}, actStep('first'), expectStep('a'), actStep('second'), expectStep('b')),
    );

    expect(result).toHaveVerdict('passed');
    expect(harness.log).toEqual(['open', 'open', 'act first', 'act second', 'close', 'close']);
    expect(harness.clock.open).toBe(0);
  });

  it('opens a watch later when its address is saved by a step', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: { id: 'o1' } });
    harness.poll = (_, __, input) => [{ data: { key: String(input['key']) } }];

    const result = await harness.run(
      canaryOf(
        {},
        actStep('first', { save: { orderId: 'response.id' } }),
        expectStep('a', { input: { key: '${orderId}' }, has: { key: 'o1' } }),
      ),
    );

    expect(result).toHaveVerdict('passed');
    expect(harness.log).toEqual(['act first', 'open', 'close']);
    expect(result.steps[0]?.saved).toEqual({ orderId: 'o1' });
  });

  it('does nothing at all when a watch cannot be opened', async () => {
    const harness = new RunHarness();
    harness.open = async () => Promise.reject(new ObserverError('the tap is not there', { permanent: true }));

    const result = await harness.run(
      canaryOf({ cleanup: [actStep('c')] }, actStep('first'), expectStep('a')),
    );

    expect(result).toHaveVerdict('error', { at: 'a', reason: 'the tap is not there' });
    expect(result).toHaveVerdict('skipped', { at: 'first', reason: "not run: 'a' cannot be checked" });
    expect(result).toHaveVerdict('skipped', { at: 'c' });
    expect(harness.log).not.toContain('act first');
  });

  it('skips the acts and checks below a failure, but not the checks in its own group', async () => {
    const harness = new RunHarness();
    harness.poll = (_, __, input) => (input['there'] === true ? [{}] : []);

    const result = await harness.run(
      canaryOf(
        {},
        actStep('first'),
        expectStep('lost', { withinMs: 1_000 }),
        expectStep('found', { input: { there: true } }),
        actStep('second'),
        expectStep('below'),
      ),
    );

    expect(result).toHaveVerdict('failed', { at: 'lost', reason: 'not within 1 s: no thing was seen' });
    expect(result).toHaveVerdict('passed', { at: 'found' });
    expect(result).toHaveVerdict('skipped', { at: 'second', reason: "not run: 'lost' did not pass" });
    expect(result).toHaveVerdict('skipped', { at: 'below' });
  });

  it('passes over the checks of an act that failed', async () => {
    const harness = new RunHarness();
    harness.act = async () => Promise.reject(new TargetError('refused'));

    const result = await harness.run(canaryOf({}, actStep('first'), expectStep('a')));

    expect(result).toHaveVerdict('failed', { at: 'first', reason: 'refused' });
    expect(result).toHaveVerdict('skipped', { at: 'a', reason: "not run: 'first' did not pass" });
  });

  it('lets a check wait for what a sibling saves', async () => {
    const harness = new RunHarness();
    harness.poll = (afterMs, _, input) =>
      input['key'] === undefined
        ? afterMs > 900
          ? [{ data: { pdf: 'k' } }]
          : []
        : [{ data: { key: String(input['key']) } }];

    const result = await harness.run(
      canaryOf(
        {},
        actStep('go'),
        expectStep('pdf', { input: { key: '${pdfKey}' }, has: { key: 'k' } }),
        expectStep('flow', { save: { pdfKey: 'thing.pdf' } }),
      ),
    );

    expect(result).toHaveVerdict('passed', { at: 'pdf' });
    expect(result.steps[1]?.startedAtMs).toBeGreaterThan(result.startedAtMs + 900);
  });

  it('passes over a check whose value was left out by its sibling', async () => {
    const harness = new RunHarness();

    const result = await harness.run(
      canaryOf(
        {},
        expectStep('flow', { withinMs: 500, save: { pdfKey: 'thing.pdf' } }),
        neverStep('pdf', { forMs: 100, input: { key: '${pdfKey}' } }),
      ),
    );

    expect(result).toHaveVerdict('skipped', {
      at: 'pdf',
      reason: "${pdfKey} was never saved, because 'flow' did not pass",
    });
  });

  it('is an error without steps, and skipped where it is not meant', async () => {
    const harness = new RunHarness();

    expect(await harness.run(canaryOf({}))).toHaveVerdict('error', { reason: 'no steps' });
    expect(
      await harness.run(canaryOf({ only: ['prod'], cleanup: [actStep('c')] }, actStep('a'))),
    ).toHaveVerdict('skipped', { at: 'a', reason: 'not meant for default, only for prod' });
  });

  it('runs where it is meant', async () => {
    expect(await new RunHarness().run(canaryOf({ only: ['default'] }, actStep('a')))).toHaveVerdict('passed');
  });
});

describe('cleanup', () => {
  it('runs every step, each on its own, and a failure in it does not fail the run', async () => {
    const harness = new RunHarness();
    harness.act = async (_, { stepId }) => (stepId === 'c1' ? Promise.reject(new TargetError('gone')) : {});

    const result = await harness.run(
      canaryOf(
        { cleanup: [actStep('c1'), actStep('c2'), actStep('c3', { input: { id: '${never}' } })] },
        actStep('a'),
      ),
    );

    expect(result).toHaveVerdict('passed');
    expect(result).toHaveVerdict('failed', { at: 'c1' });
    expect(result).toHaveVerdict('passed', { at: 'c2' });
    expect(result).toHaveVerdict('skipped', {
      at: 'c3',
      reason: 'nothing to clean: ${never} was never saved',
    });
  });

  it('is left out with keep, and says so', async () => {
    const result = await new RunHarness().run(canaryOf({ cleanup: [actStep('c')] }, actStep('a')), {
      keep: true,
    });

    expect(result).toHaveVerdict('skipped', { at: 'c', reason: 'kept' });
  });

  it('has ten seconds of its own after the run’s time is spent', async () => {
    const harness = new RunHarness();
    harness.act = async (_, { stepId }) => {
      if (stepId === 'c2') await new Promise(() => {});
      return {};
    };

    const result = await harness.run(
      canaryOf(
        { timeoutMs: 5_000, cleanup: [actStep('c1'), actStep('c2', { timeoutMs: 60_000 })] },
        actStep('a'),
        expectStep('b', { withinMs: 30_000 }),
      ),
    );

    expect(result).toHaveVerdict('error', { at: 'b', reason: 'The run reached its timeout' });
    expect(result).toHaveVerdict('passed', { at: 'c1' });
    expect(result).toHaveVerdict('error', { at: 'c2', reason: "Cleanup's 10 s were spent" });
    expect(result.durationMs).toBe(15_000);
  });

  it('does not count as time of the run', async () => {
    const harness = new RunHarness();
    harness.act = async (_, { stepId }) => {
      await harness.clock.sleep(stepId === 'c' ? 8_000 : 4_000);
      return {};
    };

    const result = await harness.run(canaryOf({ timeoutMs: 5_000, cleanup: [actStep('c')] }, actStep('a')));

    expect(result).toHaveVerdict('passed');
    expect(result.durationMs).toBe(12_000);
  });

  it.each([10, 500, 4_000])(
    'runs, and watches are closed, when the run is interrupted after %d ms',
    async (ms) => {
      const harness = new RunHarness();
      const ending = new AbortController();
      harness.act = async (_, { stepId }) => {
        if (stepId === 'slow') await harness.clock.sleep(1_000);
        return {};
      };
      harness.after(ms, () => ending.abort(new Interrupted('The run was interrupted.')));

      const result = await harness.run(
        canaryOf(
          { cleanup: [actStep('c')] },
          actStep('slow'),
          expectStep('b'),
          actStep('late'),
          expectStep('never'),
        ),
        { signal: ending.signal },
      );

      expect(result.interrupted).toBe(true);
      expect(result).toHaveVerdict('error', { reason: 'interrupted' });
      expect(result).toHaveVerdict('passed', { at: 'c' });
      expect(result).toHaveVerdict('skipped', { at: 'late' });
      expect(harness.log.filter((one) => one === 'close')).toHaveLength(2);
    },
  );

  it('has nothing to clean where nothing was done', async () => {
    const harness = new RunHarness();

    const result = await harness.run(
      canaryOf({ cleanup: [actStep('c')] }, expectStep('w', { withinMs: 100 })),
    );

    expect(result).toHaveVerdict('skipped', { at: 'c', reason: 'nothing to clean: no act was done' });
    expect(harness.log).not.toContain('act c');
  });

  it('runs nothing when it was interrupted before it began', async () => {
    const result = await new RunHarness().run(canaryOf({}, expectStep('w'), actStep('a')), {
      signal: AbortSignal.abort(new Interrupted('The run was interrupted.')),
    });

    expect(result).toHaveVerdict('skipped', { at: 'w', reason: 'the run could not begin' });
    expect(result).toHaveVerdict('error', { reason: 'The run was interrupted.' });
    expect(result.interrupted).toBe(true);
  });
});

it('aborts the signal of an act when the time of its step is over', async () => {
  const harness = new RunHarness();
  const reported: unknown[] = [];
  harness.act = async (_, { signal }) => {
    signal.addEventListener('abort', () => reported.push(signal.reason));
    return new Promise(() => {});
  };

  const result = await harness.run(canaryOf({}, actStep('a', { timeoutMs: 1_000 })));

  const late = expect.objectContaining({ message: 'the system did not answer within 1 s.' });
  expect(result).toHaveVerdict('failed', { at: 'a', reason: 'did not answer within 1 s' });
  expect(reported).toEqual([late]);
});

describe('a run whose time is spent', () => {
  /** A tap that opens, and is complete, only after some time. */
  const slowTap = (harness: RunHarness, { opensMs = 0, completeMs = 0 }): Partial<Engine> => ({
    nouns: { event: eventNoun as unknown, message: messageNoun as unknown } as Engine['nouns'],
    feeds: {
      open: async () => {
        await harness.clock.sleep(opensMs);
        return {
          read: async () => [],
          subscribe: () => () => {},
          assertComplete: async () => harness.clock.sleep(completeMs),
          close: async () => {},
        };
      },
    },
  });
  const never = neverStep('none', { kind: 'event', input: { bus: 'orders' }, forMs: 1_000 });

  it.each([
    {
      title: 'its tap is not read to the end',
      slow: { completeMs: 60_000 },
      step: never,
      reader: 'bus orders',
    },
    { title: 'its tap is not read yet', slow: { opensMs: 60_000 }, step: never, reader: 'bus orders' },
    {
      title: 'its queue is not read to the end',
      slow: { completeMs: 60_000 },
      step: neverStep('none', { kind: 'message', input: { queue: 'dead' }, forMs: 1_000 }),
      reader: 'queue dead',
    },
  ])(
    'is an error of the observer that advises no longer timeout if $title',
    async ({ slow, step, reader }) => {
      const harness = new RunHarness();

      const result = await harness.run(canaryOf({ timeoutMs: 5_000 }, step), {
        engine: slowTap(harness, slow),
      });

      const words = `The run reached its timeout (5 s) while it waited for the reader of ${reader}, which runs share.`;
      expect(result).toHaveVerdict('error', { reason: words });
      expect(result.reason).not.toContain("'timeout'");
      expect(result.blame).toBe('observer');
    },
  );

  it('advises a longer timeout if its own steps took the time, with a tap that was quick', async () => {
    const harness = new RunHarness();
    const engine = slowTap(harness, { opensMs: 500, completeMs: 500 });

    const result = await harness.run(canaryOf({ timeoutMs: 5_000 }, { ...never, forMs: 10_000 }), { engine });

    expect(result).toHaveVerdict('error', { reason: "before its steps were done. Raise its 'timeout'" });
  });
});

it('ends checks that wait for a sibling when the run’s time is spent', async () => {
  const result = await new RunHarness().run(
    canaryOf(
      { timeoutMs: 2_000 },
      expectStep('slow', { save: { id: 'thing.id' } }),
      expectStep('waits', { input: { key: '${id}' } }),
    ),
  );

  expect(result).toHaveVerdict('error', { at: 'slow', reason: 'reached its timeout' });
  expect(result).toHaveVerdict('skipped', { at: 'waits' });
});

it('does not change the run if a reporter throws', async () => {
  const broken = () => {
    throw new Error('a display broke');
  };
  const failed: string[] = [];
  const harness = new RunHarness();
  const reporters = joinReporters([{ name: 'broken', onRunStart: broken, onStepEnd: broken }], {
    clock: harness.clock,
    endWithinMs: 1,
    failed: (name, thrown) => void failed.push(`${name}: ${String(thrown)}`),
  });

  expect(await harness.run(canaryOf({}, actStep('a')), { engine: { reporters } })).toHaveVerdict('passed');
  expect(failed).toEqual(['broken: Error: a display broke']);
});

it('says which resource an SDK error is about', async () => {
  const harness = new RunHarness();
  harness.act = async () => Promise.reject(Object.assign(new Error('x'), { name: 'AccessDenied' }));
  const sortFault = () => new ObserverError('denied');

  expect(
    await harness.run(canaryOf({}, actStep('a')), { engine: { classifyAwsError: sortFault } }),
  ).toHaveVerdict('error', {
    at: 'a',
    reason: 'the system: denied',
  });
});

it('selects by a value of the system’s own once it is known', async () => {
  const harness = new RunHarness();
  harness.act = async () => ({ data: { id: 7 } });
  harness.poll = () => [{}];

  const result = await harness.run(
    canaryOf({}, actStep('a', { save: { id: 'response.id' } }), expectStep('b', { correlate: '${id}' })),
  );

  expect(result).toHaveVerdict('passed');
});

describe('values of a run', () => {
  it('come from outside once, and a missing one ends the run before it begins', async () => {
    const harness = new RunHarness();
    harness.env = { A: 'a' };
    let input: unknown;
    harness.act = async (given) => {
      input = given;
      return {};
    };

    expect(await harness.run(canaryOf({}, actStep('x', { input: { to: '${env:A}' } })))).toHaveVerdict(
      'passed',
    );
    expect(input).toEqual({ to: 'a' });
    expect(await harness.run(canaryOf({}, actStep('x', { input: { to: '${env:B}' } })))).toHaveVerdict(
      'error',
      { reason: 'no B' },
    );
  });

  it('repeat the data of an earlier run under a fresh id', async () => {
    const seen: unknown[] = [];
    const canary = canaryOf(
      { vars: { n: { $int: [1, 1_000_000_000] } } },
      actStep('x', { input: { n: '${n}' } }),
    );
    const seed = parseRunId('6743a1c0f2b94e0c8d1e5a7b9c3d2f10');
    for (const _ of [1, 2]) {
      const harness = new RunHarness();
      harness.act = async (given) => {
        seen.push(given['n']);
        return {};
      };
      const result = await harness.run(canary, seed === undefined ? {} : { seed });
      expect(result.runId).not.toBe(seed);
    }

    expect(seen[0]).toBe(seen[1]);
  });

  it('are refused where the kind does not take them', async () => {
    const result = await new RunHarness().run(
      canaryOf({ vars: { v: 1 } }, actStep('x', { input: { bad: '${v}' } })),
    );

    expect(result).toHaveVerdict('error', { at: 'x', reason: 'the input is bad' });
    expect(result.steps[0]?.blame).toBe('definition');
  });

  it('are held against the rules of the kind that no schema can say, once they are known', async () => {
    const harness = new RunHarness();
    const express = { key: 'arn', message: 'this is an Express execution', hint: 'expect what it leaves' };
    const thing = {
      ...(harness.engine.nouns['thing'] as Noun),
      faults: ({ arn }: StepInput, { filled }: FaultsOf) => (filled && arn === 'express' ? [express] : []),
    };
    const canary = canaryOf({ vars: { a: 'express' } }, expectStep('y', { input: { arn: '${a}' } }));

    const result = await harness.run(canary, { engine: { nouns: { thing } } });

    expect(result).toHaveVerdict('error', {
      at: 'y',
      reason:
        "'arn' of 'thing', with its value put in (from ${a}): this is an Express execution; expect what it leaves.",
    });
    expect(result.steps[0]).toMatchObject({ blame: 'definition', attempts: 0 });
    const nested = { ...express, within: ['b', 'c'] };
    const other = { ...thing, faults: (_: StepInput, { filled }: FaultsOf) => (filled ? [nested] : []) };
    const elsewhere = canaryOf(
      { vars: { a: 'x' } },
      expectStep('y', { input: { arn: { b: 1 }, d: '${a}' } }),
    );
    expect(await harness.run(elsewhere, { engine: { nouns: { thing: other } } })).toHaveVerdict('error', {
      at: 'y',
      reason: "'arn.b.c' of 'thing', with its value put in: this is",
    });
    const fine = canaryOf({ vars: { a: 'standard' } }, expectStep('y', { input: { arn: '${a}' } }));
    harness.poll = () => [{}];
    expect(await harness.run(fine, { engine: { nouns: { thing } } })).toHaveVerdict('passed');
  });

  it('and kinds that do not exist are errors of the definition', async () => {
    const result = await new RunHarness().run(
      canaryOf({}, actStep('x', { kind: 'nope' }), expectStep('y', { kind: 'nope' })),
    );

    expect(result).toHaveVerdict('error', { at: 'y', reason: "no step kind 'nope'" });
    expect(await new RunHarness().run(canaryOf({}, actStep('x', { kind: 'nope' })))).toHaveVerdict('error', {
      at: 'x',
    });
  });
});

describe('a dead-letter queue', () => {
  const boxed = (harness: RunHarness): Partial<Engine> => {
    const thing = { ...(harness.engine.nouns['thing'] as Noun), neverFromFirstAct: () => true };
    return { nouns: { thing, news: harness.engine.nouns['news'] as Noun } };
  };

  it('is polled also after a step that failed, since that is when it explains', async () => {
    const harness = new RunHarness();
    harness.act = async (_, { stepId }) => {
      if (stepId === 'b') throw new TargetError('broken');
      return {};
    };
    harness.poll = (_, __, { box }) => (box === 'dlq' ? [{}] : []);
    const canary = canaryOf(
      {},
      actStep('a'),
      actStep('b', { save: { id: 'response.id' } }),
      expectStep('e'),
      neverStep('dlq', { input: { box: 'dlq' } }),
      actStep('c'),
      neverStep('empty', { input: { box: 'empty' } }),
      neverStep('unknown', { input: { box: '${id}' } }),
      neverStep('news', { kind: 'news' }),
    );

    const { steps } = await harness.run(canary, { engine: boxed(harness) });

    expect(steps.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      'a passed',
      'b failed',
      'e skipped',
      'dlq failed',
      'c skipped',
      'empty passed',
      'unknown skipped',
      'news skipped',
    ]);
    expect(harness.log.filter((line) => line.startsWith('act'))).toEqual(['act a', 'act b']);
  });

  it.each<{ when: string; more: Parameters<typeof canaryOf>[0]; act: RunHarness['act'] }>([
    {
      when: 'nothing was sent',
      more: {},
      act: async () => {
        throw new DefinitionError('no such header');
      },
    },
    { when: 'the run had ended', more: { timeoutMs: 1_000 }, act: async () => new Promise(() => {}) },
  ])('is not polled if $when', async ({ more, act }) => {
    const harness = new RunHarness();
    harness.act = act;
    const canary = canaryOf(more, actStep('a'), neverStep('dlq'));

    const { steps } = await harness.run(canary, { engine: boxed(harness) });

    expect(steps[1]).toMatchObject({ name: 'dlq', verdict: 'skipped' });
  });
});

describe('a result', () => {
  it('of a large answer lets other runs end first, since the search for secrets takes long', async () => {
    const harness = new RunHarness();
    const ended: string[] = [];
    harness.act = async ({ size }) => ({ data: { body: 'x'.repeat(Number(size)) } });
    const run = async (name: string, size: number) => {
      await harness.run(canaryOf({ name }, actStep('a', { input: { size } })));
      ended.push(name);
    };

    await Promise.all([run('large', 200_000), run('small', 10)]);

    expect(ended).toEqual(['small', 'large']);
  });

  it('is frozen, free of secrets, and gives the outcome of each hop', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: { token: 'hunter2-hunter2' } });
    harness.poll = (afterMs) => (afterMs < 1_000 ? [] : [{ data: { n: 2 } }]);
    const canary = canaryOf(
      { runbook: 'https://x', tags: ['t'] },
      actStep('a'),
      expectStep('b', { has: { n: 1 }, withinMs: 3_000 }),
      expectStep('c', { has: { n: 2 } }),
      expectStep('d', { kind: 'news', withinMs: 10 }),
    );

    const result = await harness.run(canary, {
      engine: { redactor: redactorOf(['hunter2-hunter2']) },
      environment: { name: 'default', region: 'eu-west-1', vars: {} },
      slotAtMs: 7,
    });

    expect(Object.isFrozen(result.steps[0]?.evidence)).toBe(true);
    expect(JSON.stringify([result, harness.reported])).not.toContain('hunter2');
    expect(result).toMatchObject({ region: 'eu-west-1', runbook: 'https://x', slotAtMs: 7 });
    expect(result.trail.map(({ hop, note }) => [hop, note])).toEqual([
      ['the system', undefined],
      ['the thing', undefined],
      ['the thing', 'differs'],
    ]);
  });

  it('gives for each hop the moment at which it was seen, however long the act above it took', async () => {
    const harness = new RunHarness();
    const startMs = harness.clock.nowMs();
    harness.act = async () => {
      await harness.clock.sleep(400);
      return {};
    };
    harness.poll = (afterMs, _, { is }) => {
      if (is === 'final') return [{ final: true, takenAtMs: startMs + 700 }];
      return is === 'never' || afterMs >= 1_000 ? [{}] : [];
    };
    const thing = (is: string) => ({ kind: 'thing', input: { is } });

    const result = await harness.run(
      canaryOf(
        {},
        actStep('before'),
        actStep('a'),
        expectStep('looked up', thing('late')),
        expectStep('pushed', thing('final')),
        neverStep('never', thing('never')),
      ),
    );

    const [, , lookedUp] = result.steps;
    const effectMs = lookedUp?.timeToEffectMs ?? 0;
    expect(result.trail.map(({ afterMs }) => afterMs)).toEqual([400, 700, 800, 800, 400 + effectMs]);
    expect(effectMs).toBe((lookedUp?.durationMs ?? 0) + 400);
  });

  it('is emitted while the run is under way', async () => {
    const harness = new RunHarness();
    harness.poll = (afterMs) => (afterMs < 50 ? [{ data: { n: 1 } }] : [{ data: { n: 2 } }]);
    harness.nearby = ['something came near'];

    await harness.run(
      canaryOf(
        {},
        actStep('a'),
        expectStep('b', { has: { n: 2 } }),
        expectStep('c', { has: { m: 1 }, withinMs: 100 }),
      ),
    );

    expect(harness.reported.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['onRunStart', 'onStepStart', 'onStepPoll', 'onStepEnd']),
    );
    const seen = harness.reported.flatMap(({ event, value }) =>
      event === 'onStepPoll' ? [value.lastSeen] : [],
    );
    expect(seen).toEqual(expect.arrayContaining(['1 seen, n 1', '1 seen', '1 seen, m missing']));
  });

  it('needs no listener', async () => {
    const harness = new RunHarness();
    const { reporters: _, ...engine } = harness.engine;
    harness.poll = () => [{}];

    const results = await runFleet(
      [
        {
          canary: canaryOf({}, actStep('a'), expectStep('b')),
          project: NO_PROJECT,
          environment: { name: 'default', vars: {} },
          signal: new AbortController().signal,
        },
      ],
      engine,
      { concurrency: 5 },
    );

    expect(results[0]).toHaveVerdict('passed');
  });
});

describe('a fleet', () => {
  it('runs so many at a time, and gives the results in order', async () => {
    const harness = new RunHarness();
    let running = 0;
    let most = 0;
    harness.act = async () => {
      running += 1;
      most = Math.max(most, running);
      await harness.clock.sleep(100);
      running -= 1;
      return {};
    };
    const requests = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
      canary: canaryOf({ name }, actStep('x')),
      project: NO_PROJECT,
      environment: { name: 'default', vars: {} },
      signal: new AbortController().signal,
    }));

    const results = await runFleet(requests, harness.engine, { concurrency: 2 });

    expect(most).toBe(2);
    expect(results.map(({ canary }) => canary)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('a dry run', () => {
  const signal = new AbortController().signal;
  const environment = { name: 'default', vars: {} };

  it('names references, puts their values in only when asked, and does nothing', async () => {
    const harness = new RunHarness();
    harness.env = { A: 'a' };
    const canary = canaryOf(
      { vars: { url: 'x/${env:A}' }, cleanup: [actStep('c')] },
      actStep('one', { input: { to: '${url}' }, response: { status: 200 } }),
      expectStep('two', { input: { key: '${orderId}' }, has: { id: '${orderId}' } }),
    );

    const request = { canary, project: NO_PROJECT, environment, signal };
    const named = await dryRun(request, harness.engine);
    const plan = await dryRun({ ...request, showValues: true }, harness.engine);

    expect(named.steps).toMatchObject([{ input: { to: 'x/${env:A}' } }, { input: { key: '${orderId}' } }]);
    expect(plan.steps).toMatchObject([
      { input: { to: 'x/a' }, expected: { status: 200 } },
      { input: { key: '${orderId}' }, expected: { id: '${orderId}' } },
    ]);
    expect(plan.faults).toEqual([]);
    expect(harness.log).toEqual([]);
  });

  it('reports what could not be read, and lets a fault of our own through', async () => {
    const harness = new RunHarness();
    const canary = canaryOf({}, actStep('one', { input: { to: '${env:B}' } }));
    const engine = {
      ...harness.engine,
      classifyAwsError: (thrown: unknown) => new DefinitionError((thrown as Error).message),
    };

    expect(
      (await dryRun({ canary, project: NO_PROJECT, environment, signal, seed: 'x' as never }, engine)).faults,
    ).toEqual(['no B']);
    await expect(
      dryRun({ canary, project: NO_PROJECT, environment, signal }, harness.engine),
    ).rejects.toThrow('no B');
    const broken = canaryOf({ vars: { n: { $now: null } } }, actStep('one', { input: { to: '${n}' } }));
    await expect(
      dryRun({ canary: broken, project: NO_PROJECT, environment, signal }, harness.engine),
    ).rejects.toThrow(TypeError);
  });
});
