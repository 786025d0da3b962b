import { describe, expect, it } from '@jest/globals';
import { xrayIdOf } from '../../../runner/core/base/run-id.ts';
import { holdsSubject, subjectOf, termsOf, timeOf } from '../../../runner/core/trace/subject.ts';
import { runIdOf } from '../../support/run/builders.ts';

const ID = runIdOf(7);
const HOUR_MS = 3_600_000;
const NOW_MS = 1_764_500_000_000;

/** A run id of a moment. */
function idAt(atMs: number) {
  return subjectOf(`${Math.floor(atMs / 1_000).toString(16)}${'0'.repeat(24)}`);
}

describe('the subject of a trace', () => {
  it.each([
    { text: ID, subject: { ids: [ID] } },
    { text: `canary-${ID}`, subject: { ids: [ID] } },
    { text: xrayIdOf(ID), subject: { ids: [ID] } },
    { text: `00-${ID}-00f067aa0ba902b7-01`, subject: { ids: [ID] } },
    { text: 'ord_1', subject: { ids: [], value: 'ord_1' } },
  ])('is named by $text', ({ text, subject }) => {
    expect(subjectOf(text)).toEqual(subject);
  });

  it('is looked for by all spellings of an id, and by its value', () => {
    expect(termsOf({ ids: [ID], value: 'ord_1' })).toEqual([ID, xrayIdOf(ID), 'ord_1']);
    expect(termsOf({ ids: [] })).toEqual([]);
  });

  it.each([
    { text: `Root=${xrayIdOf(ID)};Sampled=1`, holds: true },
    { text: `{"order":"ord_1"}`, holds: true },
    { text: `{"order":"ord_12"}`, holds: false },
    { text: `canary-${runIdOf(8)}`, holds: false },
  ])('is in $text: $holds', ({ text, holds }) => {
    expect(holdsSubject(text, { ids: [ID], value: 'ord_1' })).toBe(holds);
  });

  it('is in no text without its id, if it has no value', () => {
    expect(holdsSubject('ord_1', { ids: [ID] })).toBe(false);
  });
});

describe('the time of a series', () => {
  it('begins a minute before the moment of its id, and ends two hours after it', () => {
    const atMs = NOW_MS - 24 * HOUR_MS;

    expect(timeOf(idAt(atMs), { nowMs: NOW_MS })).toEqual({
      fromMs: atMs - 60_000,
      toMs: atMs + 2 * HOUR_MS,
    });
  });

  it('ends now at the latest', () => {
    expect(timeOf(idAt(NOW_MS - 1_000), { nowMs: NOW_MS }).toMs).toBe(NOW_MS);
  });

  it.each([
    { name: 'a value', subject: subjectOf('ord_1') },
    { name: 'an id of the future', subject: idAt(NOW_MS + HOUR_MS) },
    { name: 'an id of long ago, which no run made', subject: idAt(NOW_MS - 90 * 24 * HOUR_MS) },
  ])('is the last hour for $name', ({ subject }) => {
    expect(timeOf(subject, { nowMs: NOW_MS })).toEqual({ fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS });
  });

  it('begins where it is asked to', () => {
    expect(timeOf(idAt(NOW_MS), { nowMs: NOW_MS, sinceMs: 5 })).toEqual({ fromMs: 5, toMs: NOW_MS });
  });
});
