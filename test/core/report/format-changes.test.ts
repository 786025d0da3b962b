import { describe, expect, it } from '@jest/globals';
import { changesLines } from '../../../runner/core/report/format-changes.ts';

const PERIOD = { fromMs: 0, toMs: 1 };
const CHANGE = { atMs: Date.UTC(2026, 10, 30, 13, 40, 12), resource: 'stack shop', what: 'was updated' };
const UNREAD = { resource: 'function store', why: 'You may not.' };

describe('changes before an incident, in words', () => {
  it.each([
    {
      title: 'are a line each, and a resource that could not be read is no unchanged one',
      changes: [CHANGE],
      unread: [UNREAD],
      lines: [
        'Changed at 2026-11-30 13:40:12 UTC: stack shop was updated.',
        'Changes of function store are unknown: You may not.',
      ],
    },
    {
      title: 'are unknown if nothing could be read',
      changes: [],
      unread: [UNREAD],
      lines: ['Changes of function store are unknown: You may not.'],
    },
    {
      title: 'are none if all could be read',
      changes: [],
      unread: [],
      lines: ['Nothing that the canary names changed since its last pass, as far as AWS shows.'],
    },
  ])('$title', ({ changes, unread, lines }) => {
    expect(changesLines({ ...PERIOD, changes, unread })).toEqual(lines);
  });

  it.each([
    { most: 2, last: 'And 1 more change before these.' },
    { most: 1, last: 'And 2 more changes before these.' },
  ])('are $most at most, if so many are wanted', ({ most, last }) => {
    const lines = changesLines({ ...PERIOD, changes: [CHANGE, CHANGE, CHANGE], unread: [] }, most);

    expect(lines).toHaveLength(most + 1);
    expect(lines.at(-1)).toBe(last);
  });
});
