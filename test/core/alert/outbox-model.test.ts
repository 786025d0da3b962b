import { describe, expect, it } from '@jest/globals';
import {
  explore,
  type FaultBudget,
  faultOf,
  isOver,
  type Model,
  stuck,
  type Variant,
} from '../../support/alerts/outbox-model.ts';

const NO_FAULTS: FaultBudget = { crashes: 0, failures: 0, lostAcks: 0, freezes: 0 };

/**
 * Every order in which two senders and an incident's beginning and end can fall, with crashes wherever one can be. It is the real
 * code that is walked through, write by write.
 */
describe('an outbox with two senders', () => {
  it.each<{ faults: FaultBudget; states: number }>([
    { faults: { crashes: 2, failures: 1, lostAcks: 1, freezes: 0 }, states: 655 },
    { faults: { crashes: 1, failures: 1, lostAcks: 1, freezes: 1 }, states: 655 },
  ])('loses nothing, keeps order, and repeats itself only where it must: $faults', ({ faults, states }) => {
    const models = explore(faults);

    expect(models.length).toBeGreaterThan(states);
    expect(models.some(isOver)).toBe(true);
    expect(faultsOf(models, faults)).toEqual([]);
    expect(models.filter(({ received }) => received.stale)).toEqual([]);
  });

  it('repeats nothing where nothing goes wrong', () => {
    const models = explore({ ...NO_FAULTS, failures: 2 });

    expect(models.filter(({ received }) => received.duplicates > 0)).toEqual([]);
    expect(faultsOf(models, NO_FAULTS)).toEqual([]);
  });

  it('does repeat itself where the answer is lost', () => {
    const models = explore({ ...NO_FAULTS, lostAcks: 1 });

    expect(models.some(({ received }) => received.duplicates === 1)).toBe(true);
  });

  it('comes to rest from wherever it is', () => {
    expect(stuck({ ...NO_FAULTS, crashes: 2, lostAcks: 1 })).toEqual([]);
  });

  it.each<{ variant: Variant; faults: Partial<FaultBudget>; fault: string }>([
    { variant: { marksFirst: true }, faults: { crashes: 1 }, fault: 'the beginning was not received' },
    { variant: { marksFirst: true }, faults: { failures: 1 }, fault: 'an end without a beginning' },
    { variant: { marksFirst: true }, faults: { failures: 1 }, fault: 'the end was not received' },
    { variant: { writesTwice: true }, faults: { crashes: 1 }, fault: 'the end was not received' },
    { variant: { writesTwice: true }, faults: { crashes: 1 }, fault: 'an end without a beginning' },
    { variant: { sendsInline: true }, faults: { failures: 1 }, fault: 'the end was not received' },
    { variant: { sendsInline: true }, faults: { failures: 1 }, fault: 'an end without a beginning' },
  ])('would not do, if it worked like $variant: $fault', ({ variant, faults, fault }) => {
    const bad = { ...NO_FAULTS, ...faults };

    expect(faultsOf(explore(bad), bad)).toEqual([]);
    expect(faultsOf(explore(bad, variant), bad)).toContain(fault);
  });

  it('cannot keep a frozen sender from saying late what is past, but then has the last word', () => {
    const faults = { ...NO_FAULTS, crashes: 1, freezes: 1 };
    const models = explore(faults, { sendsLate: true });

    expect(models.some(({ received }) => received.stale)).toBe(true);
    expect(models.some((model) => isOver(model) && model.received.stale)).toBe(true);
    expect(faultsOf(models, faults)).toEqual([]);
  });
});

function faultsOf(models: readonly Model[], faults: FaultBudget): readonly string[] {
  return [...new Set(models.map((model) => faultOf(model, faults)).filter((fault) => fault !== undefined))];
}
