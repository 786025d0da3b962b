import { describe, expect, it } from '@jest/globals';
import { changeReader } from '../../../runner/adapters/changes/change-reader.ts';
import * as sources from '../../../runner/adapters/changes/table.ts';
import type { Changeable } from '../../../runner/core/compare/changeable.ts';
import type { Change } from '../../../runner/core/model/change.ts';

const FROM_MS = Date.UTC(2026, 10, 30, 13, 0);

/** The changes in an answer of AWS. */
async function changesIn(of: Changeable, answer: object): Promise<readonly Change[]> {
  const asked: unknown[] = [];
  const client = {
    send: async (command: { readonly input: unknown }) => (asked.push(command.input), answer),
  };
  const read = changeReader(sources, { clientOf: () => client as never });
  const found = await read(of, { fromMs: FROM_MS, signal: new AbortController().signal });
  expect(asked).toHaveLength(1);
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

    expect(await changesIn({ type: 'stack', address: 'shop' }, { StackEvents })).toEqual([
      { atMs: FROM_MS + 180_000, resource: 'stack shop', what: 'reached UPDATE_COMPLETE' },
      {
        atMs: FROM_MS + 120_000,
        resource: 'Store (AWS::Lambda::Function) of stack shop',
        what: 'reached UPDATE_COMPLETE',
      },
      { atMs: FROM_MS, resource: 'stack shop', what: 'reached UPDATE_ROLLBACK_COMPLETE' },
    ]);
    expect(await changesIn({ type: 'stack', address: 'shop' }, {})).toEqual([]);
  });
});

describe('changes of a function', () => {
  it.each([
    { title: 'is its last one', at: '2026-11-30T13:40:12.000+0000', changes: 1 },
    { title: 'is none before the moment', at: '2026-11-30T12:59:59.999+0000', changes: 0 },
  ])('$title', async ({ at, changes }) => {
    const of = { type: 'function', address: 'arn:aws:lambda:eu-west-1:1:function:store:live' } as const;

    expect(await changesIn(of, { LastModified: at })).toEqual(
      [
        {
          atMs: Date.UTC(2026, 10, 30, 13, 40, 12),
          resource: 'function store',
          what: 'was updated: its code or its configuration',
        },
      ].slice(0, changes),
    );
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
      read({ type: 'stack', address: 'shop' }, { fromMs: 0, signal: new AbortController().signal }),
    ).rejects.toThrow('cannot read changes of a stack');
  });
});
