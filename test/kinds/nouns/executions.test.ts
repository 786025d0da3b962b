import { describe, expect, it } from '@jest/globals';
import { omitUndefined } from '../../../runner/core/base/omit-undefined.ts';
import { newRunId, type RunId } from '../../../runner/core/base/run-id.ts';
import type { Watch, WatchContext } from '../../../runner/kinds/kind.ts';
import { execution } from '../../../runner/kinds/nouns/compute/execution.ts';
import { watchContext } from '../../support/run/kind-contexts.ts';

const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:export';
const NOW_MS = 1_700_000_000_000;

interface Listed {
  readonly executionArn: string;
  readonly startDate: Date;
  readonly stopDate?: Date;
  readonly status?: string;
  readonly name?: string;
}

/** Step Functions with so many executions, the newest first, one each second. */
function executions(count: number): readonly Listed[] {
  return Array.from({ length: count }, (_, n) => ({
    executionArn: `e${n}`,
    startDate: new Date(NOW_MS - n * 1_000),
  }));
}

interface StepFunctions {
  /** Answers of ListExecutions, page by page. */
  readonly pages: readonly (readonly Listed[])[];
  /** Answers of DescribeExecution; undefined for an unknown execution. */
  readonly describeOne?: (arn: string) => object | undefined;
  readonly correlate?: WatchContext['correlate'];
  readonly runId?: RunId;
}

type Asked = { readonly executionArn?: string; readonly nextToken?: string };

async function watchOf({ pages, describeOne = () => ({}), correlate = true, runId }: StepFunctions) {
  const described: string[] = [];
  const send = async ({ input }: { readonly input: Asked }) => {
    if (input.executionArn !== undefined) {
      described.push(input.executionArn);
      const found = describeOne(input.executionArn);
      if (found === undefined) throw Object.assign(new Error('no such'), { name: 'ExecutionDoesNotExist' });
      return { executionArn: input.executionArn, status: 'RUNNING', input: '{}', ...found };
    }
    const page = Number(input.nextToken ?? 0);
    return {
      executions: pages[page % pages.length],
      ...(page + 1 < pages.length ? { nextToken: String(page + 1) } : {}),
    };
  };
  const clientOf = (() => ({ send })) as unknown as WatchContext['clientOf'];
  const context = watchContext({ clientOf, correlate, ...omitUndefined({ runId }) });
  const open = async (address: Parameters<typeof execution.open>[0]): Promise<Watch> =>
    execution.open(address, context);
  return { watch: await open({ stateMachine: MACHINE }), open, described, runId: context.runId };
}

const since = (ms: number) => ({ sinceMs: NOW_MS - ms, last: false });

describe('the executions of a busy state machine', () => {
  it('are read as far as they began since the step above, to the second', async () => {
    const { watch, described } = await watchOf({ pages: [executions(80), executions(80)] });

    const { nearby } = await watch.poll(since(2_999));

    expect(described).toEqual(['e0', 'e1', 'e2', 'e3']);
    expect(nearby).toEqual(["4 executions without the run's id began in the same time"]);
  });

  it('are an error if one more began than a poll describes, since ours may be any of those', async () => {
    const of = async (count: number) => watchOf({ pages: [executions(count)] });
    const [fits, tooMany] = await Promise.all([of(100), of(101)]);

    expect((await fits.watch.poll(since(200_000))).selected).toEqual([]);
    await expect(tooMany.watch.poll(since(200_000))).rejects.toMatchObject({
      blame: 'observer',
      permanent: true,
      message: expect.stringContaining(
        'more than 100 executions since the step above in state machine export',
      ),
    });
  });

  it.each([
    { pages: 'an empty one before it', before: [[]] },
    { pages: 'short ones before it', before: [executions(1), executions(2).slice(1)] },
  ])('are found on a later page, with $pages', async ({ before }) => {
    const ours = { executionArn: 'ours', startDate: new Date(NOW_MS - 2_000) };
    const asked = await watchOf({
      pages: [...before, [ours]],
      describeOne: (arn) => (arn === 'ours' ? { input: `{"id":"${asked.runId}"}` } : {}),
    });

    const { selected } = await asked.watch.poll(since(3_000));

    expect(selected.map(({ id }) => id)).toEqual(['ours']);
  });

  it('are an error if their pages do not end', async () => {
    const { watch } = await watchOf({ pages: Array.from({ length: 200 }, () => []) });

    await expect(watch.poll(since(1_000))).rejects.toMatchObject({
      blame: 'observer',
      permanent: false,
      message: expect.stringContaining('100 pages'),
    });
  });

  it('are an error if one is listed and cannot be described until the window ends', async () => {
    const { watch } = await watchOf({ pages: [executions(1)], describeOne: () => undefined });

    expect((await watch.poll(since(1_000))).selected).toEqual([]);
    await expect(watch.poll({ ...since(1_000), last: true })).rejects.toMatchObject({ blame: 'observer' });
  });

  it('are selected by a value as a whole word, in the name or the input', async () => {
    const inputs: Readonly<Record<string, object>> = {
      e0: { input: '{"order":"ord_12"}' },
      e1: { input: '{"order":"ord_1"}' },
      e2: { name: 'take-ord_1' },
      e3: { name: 'ord_123' },
    };
    const { watch } = await watchOf({
      pages: [executions(4)],
      describeOne: (arn) => inputs[arn],
      correlate: 'ord_1',
    });

    const { selected, complete } = await watch.poll(since(10_000));

    expect(selected.map(({ id }) => id)).toEqual(['e1', 'e2']);
    expect(complete).toBe(false);
  });

  it('without a value are counted apart, and named by it', async () => {
    const { watch } = await watchOf({ pages: [executions(2)], correlate: 'ord_1' });

    expect((await watch.poll(since(10_000))).nearby).toEqual([
      "2 executions without 'ord_1' began in the same time",
    ]);
  });

  it('that carry the run’s id are complete with the first, since that id names one', async () => {
    const asked = await watchOf({
      pages: [executions(1)],
      describeOne: () => ({ name: `${asked.runId}-1` }),
    });

    const { selected, complete } = await asked.watch.poll(since(10_000));

    expect(selected.map(({ data }) => data)).toEqual([expect.objectContaining({ arn: 'e0' })]);
    expect(complete).toBe(true);
  });
});

describe('an execution of the run that began before the step above', () => {
  const ACTED_MS = NOW_MS - 10_500;
  const at = (afterMs: number) => new Date(ACTED_MS + afterMs);
  const RUN_ID = newRunId(NOW_MS - 60_000, { bytes: (count) => new Uint8Array(count) });
  const OWN = { executionArn: 'own', startDate: at(-20_000), name: `${RUN_ID}-1` };
  const NOT_COUNTED = "1 execution with the run's id was over before the step above began, and not counted";

  async function seen(listed: Listed, more: { described?: object; correlate?: string | false } = {}) {
    const { described = {}, correlate = true } = more;
    const { watch } = await watchOf({
      pages: [[{ executionArn: 'new', startDate: at(500), status: 'RUNNING' }, listed]],
      describeOne: (arn) => (arn === 'own' ? { ...listed, ...described } : {}),
      correlate,
      runId: RUN_ID,
    });
    const { selected, earlier, nearby } = await watch.poll({ sinceMs: ACTED_MS, last: false });
    return { own: selected.some(({ id }) => id === 'own'), earlier, nearby };
  }

  it.each<{ title: string; listed: Partial<Listed> }>([
    { title: 'goes on', listed: { status: 'RUNNING' } },
    { title: 'waits for a redrive', listed: { status: 'PENDING_REDRIVE' } },
    { title: 'ended after it', listed: { status: 'SUCCEEDED', stopDate: at(1) } },
    {
      title: 'ended in the same second, by a clock of seconds',
      listed: { status: 'FAILED', stopDate: at(-500) },
    },
  ])('counts if it $title', async ({ listed }) => {
    expect(await seen({ ...OWN, ...listed })).toEqual({ own: true, earlier: undefined, nearby: [] });
  });

  it('counts by a value too', async () => {
    const listed = { ...OWN, name: 'take-ord_1', status: 'RUNNING' };

    expect((await seen(listed, { correlate: 'ord_1' })).own).toBe(true);
  });

  it.each<{ title: string; listed: Partial<Listed>; described?: object }>([
    { title: 'was over before', listed: { status: 'SUCCEEDED', stopDate: at(-1) } },
    { title: 'was over before, by no date', listed: { status: 'SUCCEEDED' } },
    {
      title: 'was over before, which the list does not show yet',
      listed: { status: 'RUNNING' },
      described: { status: 'SUCCEEDED', stopDate: at(-2_000) },
    },
  ])('is named as an earlier one if it $title', async ({ listed, described = {} }) => {
    const { own, earlier, nearby } = await seen({ ...OWN, ...listed }, { described });

    expect({ own, earlier, first: nearby[0] }).toEqual({ own: false, earlier: 1, first: NOT_COUNTED });
  });

  it('does not count if it began before the run', async () => {
    const listed = { ...OWN, startDate: at(-120_000), status: 'RUNNING' };

    expect(await seen(listed)).toMatchObject({ own: false, earlier: undefined });
  });

  it('does not count if the check is by no id and no value', async () => {
    expect((await seen({ ...OWN, status: 'RUNNING' }, { correlate: false })).own).toBe(false);
  });

  it('of which there are two is named so', async () => {
    const over = { startDate: at(-20_000), stopDate: at(-5_000), status: 'FAILED' };
    const { watch } = await watchOf({
      pages: [[1, 2].map((n) => ({ executionArn: `e${n}`, name: `${RUN_ID}-${n}`, ...over }))],
      runId: RUN_ID,
    });

    const { earlier, nearby } = await watch.poll({ sinceMs: ACTED_MS, last: false });

    expect({ earlier, nearby }).toEqual({
      earlier: 2,
      nearby: ["2 executions with the run's id were over before the step above began, and not counted"],
    });
  });
});

describe('the end of an execution', () => {
  it.each([
    { status: 'SUCCEEDED', redriveStatus: 'NOT_REDRIVABLE', final: true },
    { status: 'SUCCEEDED', redriveStatus: undefined, final: true },
    { status: 'FAILED', redriveStatus: 'REDRIVABLE', final: undefined },
    { status: 'TIMED_OUT', redriveStatus: 'REDRIVABLE', final: undefined },
    { status: 'ABORTED', redriveStatus: 'REDRIVABLE_BY_MAP_RUN', final: undefined },
    { status: 'FAILED', redriveStatus: 'NOT_REDRIVABLE', final: true },
    { status: 'FAILED', redriveStatus: undefined, final: true },
    { status: 'RUNNING', redriveStatus: 'NOT_REDRIVABLE', final: undefined },
    { status: 'PENDING_REDRIVE', redriveStatus: 'REDRIVABLE_BY_MAP_RUN', final: undefined },
  ])('is final: $final, with $status and $redriveStatus', async ({ status, redriveStatus, final }) => {
    const { open } = await watchOf({
      pages: [[]],
      describeOne: () => ({ status, redriveStatus, redriveCount: 1 }),
    });

    const [seen] = (await (await open({ arn: 'e' })).poll(since(0))).selected;

    expect(seen?.final).toBe(final);
    expect(seen?.data).toMatchObject({ status, redriveCount: 1 });
  });
});
