import { describe, expect, it } from '@jest/globals';
import type { Watch, WatchContext } from '../../runner/kinds/kind.ts';
import { execution } from '../../runner/kinds/nouns/execution.ts';
import { watchContext } from '../support/kind-contexts.ts';

const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:export';
const NOW_MS = 1_700_000_000_000;

/** Step Functions with so many executions, the newest first, one each second. */
async function watchOf(count: number): Promise<{ readonly watch: Watch; readonly described: string[] }> {
  const described: string[] = [];
  const send = async ({ input }: { readonly input: { executionArn?: string; maxResults?: number } }) => {
    if (input.executionArn !== undefined) {
      described.push(input.executionArn);
      return { executionArn: input.executionArn, status: 'RUNNING', input: '{}' };
    }
    const executions = Array.from({ length: Math.min(count, input.maxResults ?? 0) }, (_, n) => ({
      executionArn: `e${n}`,
      startDate: new Date(NOW_MS - n * 1_000),
    }));
    return { executions, ...(count > executions.length ? { nextToken: 'more' } : {}) };
  };
  const clientOf = (() => ({ send })) as unknown as WatchContext['clientOf'];
  const watch = await execution.open({ stateMachine: MACHINE }, watchContext({ clientOf }));
  return { watch, described };
}

describe('the executions of a busy state machine', () => {
  it('are looked into as far as they began since the step above, to the second', async () => {
    const { watch, described } = await watchOf(500);

    const { nearby } = await watch.look({ sinceMs: NOW_MS - 2_999, last: false });

    expect(described).toEqual(['e0', 'e1', 'e2', 'e3']);
    expect(nearby).toEqual(['4 executions without our id began in the same time']);
  });

  it('are an error where more of them began than a look lists, since ours may be any of those', async () => {
    const { watch } = await watchOf(500);

    await expect(watch.look({ sinceMs: NOW_MS - 200_000, last: false })).rejects.toMatchObject({
      blame: 'observer',
      lasting: true,
      message: expect.stringContaining('More than 100 executions of export have begun'),
    });
  });
});
