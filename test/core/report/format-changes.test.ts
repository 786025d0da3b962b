import { describe, expect, it } from '@jest/globals';
import { changesJson, changesLines } from '../../../runner/core/report/format-changes.ts';

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
    {
      title: 'have no moment if only a comparison with the last pass shows them',
      changes: [{ resource: 'canary orders', what: 'ran with other steps' }],
      unread: [],
      lines: ['Changed since the pass of 1970-01-01 00:00:00 UTC: canary orders ran with other steps.'],
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

  it('name the numbers of those that were not kept', () => {
    const of = { ...PERIOD, changes: [CHANGE], unread: [UNREAD], omitted: { changes: 2, unread: 1 } };

    expect(changesLines(of).slice(1)).toEqual([
      'And 2 more changes before these.',
      'Changes of function store are unknown: You may not.',
      'Changes of 1 more resource are unknown.',
    ]);
    expect(changesLines({ ...of, omitted: { changes: 0, unread: 2 } }).slice(1)).toEqual([
      'Changes of function store are unknown: You may not.',
      'Changes of 2 more resources are unknown.',
    ]);
  });

  it('are, for programs, at no moment if only a comparison shows them', () => {
    const changes = [CHANGE, { resource: 'canary orders', what: 'ran with other steps' }];

    expect(changesJson({ ...PERIOD, changes, unread: [] })).toMatchObject({
      changes: [{ at: '2026-11-30T13:40:12.000Z' }, { at: null, resource: 'canary orders' }],
      omitted: { changes: 0, unread: 0 },
    });
  });
});
