import { describe, expect, it } from '@jest/globals';
import { changeReader } from '../../../runner/adapters/changes/change-reader.ts';
import * as sources from '../../../runner/adapters/changes/table.ts';
import type { Changeable } from '../../../runner/core/compare/changeable.ts';
import type { ReadChanges } from '../../../runner/core/model/change.ts';

const FROM_MS = Date.UTC(2026, 10, 30, 13, 0);
const PERIOD = { fromMs: FROM_MS, toMs: FROM_MS + 3_600_000 };

/** The changes in the pages of an answer of AWS. */
async function changesIn(of: Changeable, ...answers: readonly object[]): Promise<ReadChanges> {
  const tokens: (string | undefined)[] = [];
  const client = {
    send: async ({ input }: { readonly input: { readonly NextToken?: string } }) => {
      tokens.push(input.NextToken);
      const answer = answers[tokens.length - 1];
      return tokens.length < answers.length ? { ...answer, NextToken: `to-${tokens.length}` } : answer;
    },
  };
  const read = changeReader(sources, { clientOf: () => client as never });
  const found = await read(of, { ...PERIOD, signal: new AbortController().signal });
  expect(tokens).toEqual([undefined, 'to-1', 'to-2', 'to-3'].slice(0, tokens.length));
  return found;
}

function event(minute: number, LogicalResourceId: string, ResourceStatus: string): object {
  return {
    StackId: 'arn:shop',
    PhysicalResourceId: LogicalResourceId === 'shop' ? 'arn:shop' : `shop-${LogicalResourceId}`,
    LogicalResourceId,
    ResourceType: 'AWS::Lambda::Function',
    ResourceStatus,
    Timestamp: new Date(FROM_MS + minute * 60_000),
  };
}

describe('changes of a stack', () => {
  it('are the ends of updates, of the stack and of its resources, from the moment on', async () => {
    const StackEvents = [
      event(3, 'shop', 'UPDATE_COMPLETE'),
      event(2, 'shop', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
      event(2, 'Store', 'UPDATE_COMPLETE'),
      event(1, 'Store', 'UPDATE_IN_PROGRESS'),
      event(0, 'shop', 'UPDATE_ROLLBACK_COMPLETE'),
      event(-1, 'Old', 'DELETE_COMPLETE'),
      {},
    ];

    expect(await changesIn({ type: 'stack', address: 'shop' }, { StackEvents })).toEqual({
      changes: [
        { atMs: FROM_MS + 180_000, resource: 'stack shop', what: 'reached UPDATE_COMPLETE' },
        {
          atMs: FROM_MS + 120_000,
          resource: 'Store (AWS::Lambda::Function) of stack shop',
          what: 'reached UPDATE_COMPLETE',
        },
        { atMs: FROM_MS, resource: 'stack shop', what: 'reached UPDATE_ROLLBACK_COMPLETE' },
      ],
    });
    expect(await changesIn({ type: 'stack', address: 'shop' }, {})).toEqual({ changes: [] });
  });

  it.each([
    ['IMPORT_ROLLBACK_COMPLETE', 1],
    ['ROLLBACK_FAILED', 1],
    ['IMPORT_ROLLBACK_IN_PROGRESS', 0],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 0],
    ['DELETE_SKIPPED', 0],
  ])('count %s %i times', async (status, count) => {
    const found = await changesIn(
      { type: 'stack', address: 'shop' },
      { StackEvents: [event(1, 'shop', status)] },
    );

    expect(found.changes).toHaveLength(count);
  });

  it('are read page by page, until one reaches back to the moment', async () => {
    const found = await changesIn(
      { type: 'stack', address: 'shop' },
      { StackEvents: [event(3, 'Store', 'UPDATE_COMPLETE')] },
      { StackEvents: [event(2, 'Api', 'UPDATE_COMPLETE'), event(-1, 'Old', 'UPDATE_COMPLETE')] },
      { StackEvents: [event(-2, 'Older', 'UPDATE_COMPLETE')] },
    );

    expect(found.unread).toBeUndefined();
    expect(found.changes.map(({ resource }) => resource.split(' ')[0])).toEqual(['Store', 'Api']);
  });

  it('are unknown before the tenth page', async () => {
    const send = async () => ({ StackEvents: [event(3, 'Store', 'UPDATE_COMPLETE')], NextToken: 'more' });
    const read = changeReader(sources, { clientOf: () => ({ send }) as never });

    const found = await read(
      { type: 'stack', address: 'shop' },
      { ...PERIOD, signal: new AbortController().signal },
    );

    expect(found.changes).toHaveLength(10);
    expect(found.unread).toBe(
      'It has more than 1000 events since then, and those before 2026-11-30 13:03:00 UTC were not read.',
    );
  });
});

describe('changes of a function', () => {
  it.each([
    { title: 'is its last one', at: '2026-11-30T13:40:12.000+0000', changes: 1 },
    { title: 'is none before the moment', at: '2026-11-30T12:59:59.999+0000', changes: 0 },
  ])('$title', async ({ at, changes }) => {
    const of = { type: 'function', address: 'arn:aws:lambda:eu-west-1:1:function:store:live' } as const;

    expect(await changesIn(of, { LastModified: at })).toEqual({
      changes: [
        {
          atMs: Date.UTC(2026, 10, 30, 13, 40, 12),
          resource: 'function store',
          what: 'was updated: its code or its configuration',
        },
      ].slice(0, changes),
    });
  });

  it('are unknown if the last one came later and hides those before', async () => {
    const of = { type: 'function', address: 'store' } as const;

    expect(await changesIn(of, { LastModified: '2026-11-30T14:00:00.001+0000' })).toEqual({
      changes: [],
      unread:
        'It changed last at 2026-11-30 14:00:00 UTC, after the first failure, and Lambda keeps no earlier change.',
    });
  });

  it('are unknown without a time', async () => {
    await expect(changesIn({ type: 'function', address: 'store' }, {})).rejects.toThrow(
      'no time of the last change',
    );
  });
});

describe('a reader of changes', () => {
  it('cannot read those of a type that it does not have', async () => {
    const read = changeReader({}, { clientOf: () => undefined as never });

    await expect(
      read({ type: 'stack', address: 'shop' }, { ...PERIOD, signal: new AbortController().signal }),
    ).rejects.toThrow('cannot read changes of a stack');
  });
});
