import { describe, expect, it } from '@jest/globals';
import { ObserverError, TargetError } from '../../../runner/core/base/errors.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import type { Noun, ThingAt, Verb } from '../../../runner/kinds/kind.ts';
import { putItem } from '../../../runner/kinds/verbs/data/put-item.ts';
import { putObject } from '../../../runner/kinds/verbs/data/put-object.ts';
import { actStep, canaryOf, expectStep, goneStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

/** A harness whose things stay at their address, and whose verb puts one at another. */
function storeHarness(made?: ThingAt): { readonly harness: RunHarness; readonly engine: Partial<Engine> } {
  const harness = new RunHarness();
  harness.present = true;
  const thing: Noun = { ...(harness.engine.nouns['thing'] as Noun), vanishes: true };
  const send = harness.engine.verbs['send'] as Verb;
  const verbs = { send: made === undefined ? send : { ...send, makes: () => made } };
  return { harness, engine: { nouns: { ...harness.engine.nouns, thing }, verbs } };
}

const KEY = { input: { key: { id: 'o1' } } };

/** A `never` over a thing in another state. */
function watchful() {
  return neverStep('n', { input: { ...KEY.input, look: true }, has: { state: 'BROKEN' } });
}

describe('a gone', () => {
  it('passes once the thing that it saw is not there any more, and stays so', async () => {
    const { harness, engine } = storeHarness();
    harness.poll = (afterMs) => (afterMs < 3_000 ? [{}] : []);

    const result = await harness.run(canaryOf({}, actStep('a'), goneStep('g')), { engine });

    expect(result).toHaveVerdict('passed', { at: 'g' });
    const [, gone] = result.steps;
    expect(gone?.reason).toMatch(/^after 3\.\d+ s, and still so 5 s later$/);
    expect(gone?.timeToEffectMs).toBeGreaterThanOrEqual(3_000);
    expect(gone?.checks).toEqual([{ path: '', operator: 'gone', expected: 0, actual: 0, ok: true }]);
    expect(harness.clock.open).toBe(0);
  });

  it('is an error if nothing was ever there', async () => {
    const { harness, engine } = storeHarness();

    const result = await harness.run(canaryOf({}, actStep('a'), goneStep('g')), { engine });

    expect(result).toHaveVerdict('error', {
      at: 'g',
      reason:
        "No thing was ever seen there, so none can be said to be gone. Let an 'expect' above see it first.",
    });
    expect(result.steps[1]).toMatchObject({ blame: 'observer' });
  });

  it.each([
    { where: 'the same address', seen: { key: { id: 'o1' } }, verdict: 'passed' },
    { where: 'a part of the address', seen: { key: { id: 'o1', line: 1 } }, verdict: 'passed' },
    { where: 'another address', seen: { key: { id: 'o2' } }, verdict: 'error' },
    { where: 'a longer list', seen: { key: 'o1' }, verdict: 'error' },
    { where: 'an address without the key', seen: {}, verdict: 'error' },
  ] as const)('is $verdict if an expect above saw a thing at $where', async ({ seen, verdict }) => {
    const { harness, engine } = storeHarness();
    harness.poll = (_, __, input) => (input['first'] === true ? [{}] : []);
    const steps = [
      actStep('a'),
      expectStep('e', { input: { ...seen, first: true } }),
      actStep('b'),
      goneStep('g', KEY),
    ];

    const result = await harness.run(canaryOf({}, ...steps), { engine });

    expect(result).toHaveVerdict(verdict, { at: 'g' });
  });

  it('passes if an expect next to it saw the thing, with no act between', async () => {
    const { harness, engine } = storeHarness();
    harness.poll = (_, __, input) => (input['first'] === true ? [{}] : []);
    const saw = expectStep('e', { input: { key: { id: 'o1', line: 1 }, first: true } });

    const result = await harness.run(canaryOf({}, actStep('a'), saw, goneStep('g', KEY)), { engine });

    expect(result).toHaveVerdict('passed', { at: 'g' });
  });

  it.each([
    { by: 'a gone', missed: goneStep('m', KEY) },
    { by: 'a never without any', missed: neverStep('m', KEY) },
  ])('is an error if $by missed the thing before the act, and none was seen since', async ({ missed }) => {
    const { harness, engine } = storeHarness();
    harness.poll = (_, __, input) => (input['first'] === true ? [{}] : []);
    const saw = expectStep('e', { input: { ...KEY.input, first: true } });
    const steps = [actStep('a'), saw, actStep('b'), missed, actStep('c'), goneStep('g', KEY)];

    const result = await harness.run(canaryOf({}, ...steps), { engine });

    expect(result).toHaveVerdict('error', {
      at: 'g',
      reason:
        "No thing was seen there since it was gone, so none can be said to be gone. Let an 'expect' above see it first.",
    });
  });

  it.each([
    { what: 'a gone missed it next to it', between: [goneStep('m', KEY)] },
    {
      what: 'an expect saw it after it was gone',
      between: [
        goneStep('m', KEY),
        actStep('c'),
        expectStep('again', { input: { ...KEY.input, first: true } }),
        actStep('d'),
      ],
    },
    {
      what: 'another line of it is gone',
      between: [
        expectStep('other', { input: { key: { id: 'o1', line: 2 }, first: true } }),
        actStep('c'),
        goneStep('m', { input: { key: { id: 'o1', line: 2 } } }),
        actStep('d'),
      ],
    },
    { what: 'a never saw things there that it does not select', between: [watchful(), actStep('d')] },
  ])('passes also if $what', async ({ between }) => {
    const { harness, engine } = storeHarness();
    harness.poll = (_, __, input) => (input['first'] === true || input['look'] === true ? [{}] : []);
    const saw = expectStep('e', { input: { ...KEY.input, first: true } });
    const steps = [actStep('a'), saw, actStep('b'), ...between, goneStep('g', KEY)];

    const result = await harness.run(canaryOf({}, ...steps), { engine });

    expect(result).toHaveVerdict('passed', { at: 'g' });
  });

  it('does not count what an expect saw of a kind whose things do not stay', async () => {
    const { harness, engine } = storeHarness();
    harness.poll = (_, __, input) => (input['first'] === true ? [{}] : []);
    const saw = expectStep('e', { kind: 'news', input: { ...KEY.input, first: true } });

    const result = await harness.run(canaryOf({}, actStep('a'), saw, actStep('b'), goneStep('g', KEY)), {
      engine,
    });

    expect(result).toHaveVerdict('error', { at: 'g' });
  });

  it.each([
    { kind: 'thing', verdict: 'passed' },
    { kind: 'news', verdict: 'error' },
  ] as const)('is $verdict if an act made a $kind at its address', async ({ kind, verdict }) => {
    const { harness, engine } = storeHarness({ kind, input: { key: { id: 'o1', status: 'NEW' } } });

    const result = await harness.run(canaryOf({}, actStep('a'), goneStep('g', KEY)), { engine });

    expect(result).toHaveVerdict(verdict, { at: 'g' });
  });

  it.each([
    { things: 1, reason: 'not within 20 s: 1 thing is still there' },
    { things: 2, reason: 'not within 20 s: 2 things are still there' },
  ])('fails if $things are still there at the end, and shows them', async ({ things, reason }) => {
    const { harness, engine } = storeHarness();
    harness.poll = () => Array.from({ length: things }, (_, n) => ({ id: `o${n}` }));

    const result = await harness.run(canaryOf({}, actStep('a'), goneStep('g')), { engine });

    expect(result).toHaveVerdict('failed', { at: 'g', reason });
    expect(result.steps[1]?.evidence).toHaveLength(things);
  });

  it('waits on if it comes back before the deadline', async () => {
    const { harness, engine } = storeHarness();
    harness.poll = (afterMs) => (afterMs < 1_000 || (afterMs > 2_500 && afterMs < 6_000) ? [{}] : []);

    const result = await harness.run(canaryOf({}, actStep('a'), goneStep('g')), { engine });

    expect(result).toHaveVerdict('passed');
    expect(result.durationMs).toBeGreaterThan(11_000);
  });

  it('fails if it comes back after the deadline', async () => {
    const { harness, engine } = storeHarness();
    harness.poll = (afterMs) => (afterMs < 3_000 || afterMs > 6_000 ? [{}] : []);

    const result = await harness.run(canaryOf({}, actStep('a'), goneStep('g', { withinMs: 4_000 })), {
      engine,
    });

    expect(result).toHaveVerdict('failed', {
      at: 'g',
      reason: 'did not stay so for 5 s: 1 thing is there again',
    });
  });

  it.each([
    { fault: new ObserverError('access denied'), reason: 'access denied' },
    {
      fault: new TargetError('refused'),
      reason: 'It could not be observed, so it is unknown if it is gone: refused',
    },
  ])('is an error of the observer if the last poll fails: $reason', async ({ fault, reason }) => {
    const { harness, engine } = storeHarness();
    harness.poll = (afterMs) => (afterMs < 2_000 ? [{}] : fault);

    const result = await harness.run(canaryOf({}, actStep('a'), goneStep('g')), { engine });

    expect(result).toHaveVerdict('error', { at: 'g', reason });
    expect(result.steps[1]).toMatchObject({ blame: 'observer' });
  });

  it('is an error if it could not be observed for too long while it had to stay gone', async () => {
    const { harness, engine } = storeHarness();
    harness.poll = (afterMs) => {
      if (afterMs < 1_000) return [{}];
      return afterMs > 4_000 && afterMs < 25_000 ? new ObserverError('throttled') : [];
    };

    const result = await harness.run(canaryOf({}, actStep('a'), goneStep('g', { forMs: 30_000 })), {
      engine,
    });

    expect(result).toHaveVerdict('error', { at: 'g' });
    expect(result.steps[1]?.reason).toContain('It was not observed for');
  });

  it('is an error if the first poll without it ended long after the deadline', async () => {
    const { harness, engine } = storeHarness();
    harness.poll = async (afterMs) => {
      if (afterMs < 3_000) return [{}];
      await harness.clock.sleep(12_000);
      return [];
    };

    const result = await harness.run(canaryOf({}, actStep('a'), goneStep('g', { withinMs: 5_000 })), {
      engine,
    });

    expect(result).toHaveVerdict('error', { at: 'g' });
    expect(result.steps[1]?.reason).toContain('it is unknown if it was gone within 5 s');
  });

  it('is an error of the runner if the runner stood still', async () => {
    const { harness, engine } = storeHarness();
    harness.poll = (afterMs) => (afterMs < 1_000 ? [{}] : []);
    harness.clock.stoodStillMs = () => 3_000;

    const result = await harness.run(canaryOf({}, actStep('a'), goneStep('g')), { engine });

    expect(result).toHaveVerdict('error', { at: 'g' });
    expect(result.steps[1]?.blame).toBe('runner');
    expect(result.steps[1]?.timeToEffectMs).toBeUndefined();
  });

  it('lets a never next to it watch for as long', async () => {
    const { harness, engine } = storeHarness();
    harness.poll = (afterMs, _, input) => (input['key'] !== undefined && afterMs < 8_000 ? [{}] : []);
    const steps = [actStep('a'), goneStep('g', KEY), neverStep('n', { forMs: 1_000 })];

    const result = await harness.run(canaryOf({}, ...steps), { engine });

    expect(result).toHaveVerdict('passed');
    expect(result.steps[2]?.durationMs).toBeGreaterThan(13_000);
  });
});

describe('an act that puts a thing', () => {
  it('says where it is', () => {
    expect(putItem.makes({ table: 'orders', item: { id: 'o1', status: 'NEW' } })).toEqual({
      kind: 'item',
      input: { table: 'orders', key: { id: 'o1', status: 'NEW' } },
    });
    expect(putObject.makes({ bucket: 'inbox', key: 'a.txt', body: 'x' })).toEqual({
      kind: 'object',
      input: { bucket: 'inbox', key: 'a.txt' },
    });
  });
});
