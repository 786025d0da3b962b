import { describe, expect, it } from '@jest/globals';
import {
  explore,
  faultOf,
  isOver,
  type Luck,
  stuck,
  type Variant,
  type World,
} from '../../support/alerts/outbox-model.ts';

const NO_BAD_LUCK: Luck = { crashes: 0, failures: 0, lostAcks: 0, freezes: 0 };

/**
 * Every order in which two senders and an incident's beginning and end can fall, with crashes wherever one can be. It is the real
 * code that is walked through, write by write.
 */
describe('an outbox with two senders', () => {
  it.each<{ luck: Luck; states: number }>([
    { luck: { crashes: 2, failures: 1, lostAcks: 1, freezes: 0 }, states: 655 },
    { luck: { crashes: 1, failures: 1, lostAcks: 1, freezes: 1 }, states: 655 },
  ])('loses nothing, keeps order, and repeats itself only where it must: $luck', ({ luck, states }) => {
    const worlds = explore(luck);

    expect(worlds.length).toBeGreaterThan(states);
    expect(worlds.some(isOver)).toBe(true);
    expect(faultsOf(worlds, luck)).toEqual([]);
    expect(worlds.filter(({ heard }) => heard.stale)).toEqual([]);
  });

  it('repeats nothing where nothing goes wrong', () => {
    const worlds = explore({ ...NO_BAD_LUCK, failures: 2 });

    expect(worlds.filter(({ heard }) => heard.duplicates > 0)).toEqual([]);
    expect(faultsOf(worlds, NO_BAD_LUCK)).toEqual([]);
  });

  it('does repeat itself where the answer is lost', () => {
    const worlds = explore({ ...NO_BAD_LUCK, lostAcks: 1 });

    expect(worlds.some(({ heard }) => heard.duplicates === 1)).toBe(true);
  });

  it('comes to rest from wherever it is', () => {
    expect(stuck({ ...NO_BAD_LUCK, crashes: 2, lostAcks: 1 })).toEqual([]);
  });

  it.each<{ variant: Variant; luck: Partial<Luck>; fault: string }>([
    { variant: { marksFirst: true }, luck: { crashes: 1 }, fault: 'nobody heard of the beginning' },
    { variant: { marksFirst: true }, luck: { failures: 1 }, fault: 'an end without a beginning' },
    { variant: { marksFirst: true }, luck: { failures: 1 }, fault: 'nobody heard of the end' },
    { variant: { writesTwice: true }, luck: { crashes: 1 }, fault: 'nobody heard of the end' },
    { variant: { writesTwice: true }, luck: { crashes: 1 }, fault: 'an end without a beginning' },
    { variant: { sendsInline: true }, luck: { failures: 1 }, fault: 'nobody heard of the end' },
    { variant: { sendsInline: true }, luck: { failures: 1 }, fault: 'an end without a beginning' },
  ])('would not do, if it worked like $variant: $fault', ({ variant, luck, fault }) => {
    const bad = { ...NO_BAD_LUCK, ...luck };

    expect(faultsOf(explore(bad), bad)).toEqual([]);
    expect(faultsOf(explore(bad, variant), bad)).toContain(fault);
  });

  it('cannot keep a frozen sender from saying late what is past, but then has the last word', () => {
    const luck = { ...NO_BAD_LUCK, crashes: 1, freezes: 1 };
    const worlds = explore(luck, { sendsLate: true });

    expect(worlds.some(({ heard }) => heard.stale)).toBe(true);
    expect(worlds.some((world) => isOver(world) && world.heard.stale)).toBe(true);
    expect(faultsOf(worlds, luck)).toEqual([]);
  });
});

function faultsOf(worlds: readonly World[], luck: Luck): readonly string[] {
  return [...new Set(worlds.map((world) => faultOf(world, luck)).filter((fault) => fault !== undefined))];
}
