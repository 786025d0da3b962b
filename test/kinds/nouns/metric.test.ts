import type { GetMetricDataCommandInput, GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from '@jest/globals';
import type { Watch, WatchContext } from '../../../runner/kinds/kind.ts';
import { metric } from '../../../runner/kinds/nouns/compute/metric.ts';
import { watchContext } from '../../support/run/kind-contexts.ts';

type Page = Partial<GetMetricDataCommandOutput>;
const ADDRESS = { namespace: 'Shop', metricName: 'Errors' };

/** CloudWatch that answers with these pages, one after the other. */
async function watchOf(
  pages: readonly Page[],
): Promise<{ watch: Watch; asked: GetMetricDataCommandInput[] }> {
  const asked: GetMetricDataCommandInput[] = [];
  const send = async ({ input }: { readonly input: GetMetricDataCommandInput }) => {
    asked.push(input);
    return pages[asked.length - 1];
  };
  const clientOf = (() => ({ send })) as unknown as WatchContext['clientOf'];
  return { watch: await metric.open(ADDRESS, watchContext({ clientOf })), asked };
}

function page(StatusCode: string, values: readonly number[], more: Page = {}): Page {
  const Timestamps = values.map((minute) => new Date(minute * 60_000));
  return {
    MetricDataResults: [
      { Id: 'asked', StatusCode: StatusCode as 'Complete', Values: [...values], Timestamps },
    ],
    ...more,
  };
}

const ASK = { sinceMs: 1_700_000_000_000, last: false };

describe('a metric', () => {
  it('is a thing for each period, each with all values, the newest first', async () => {
    const { watch } = await watchOf([page('Complete', [2, 1])]);

    const { selected, series } = await watch.poll(ASK);

    expect(series).toBe(true);
    expect(selected.map(({ data }) => data)).toEqual([
      { value: 2, timestamp: '1970-01-01T00:02:00.000Z', values: [2, 1] },
      { value: 1, timestamp: '1970-01-01T00:01:00.000Z', values: [2, 1] },
    ]);
    expect(new Set(selected.map(({ id }) => id)).size).toBe(2);
  });

  it('has its values in order, though they may come in another', async () => {
    const { watch } = await watchOf([page('Complete', [1, 3], { NextToken: 'two' }), page('Complete', [2])]);

    const { selected } = await watch.poll(ASK);

    expect(selected[0]?.data).toMatchObject({ value: 3, values: [3, 2, 1] });
  });

  it('without a value says so, since a never passes over it', async () => {
    const { watch } = await watchOf([page('Complete', [])]);

    expect(await watch.poll(ASK)).toMatchObject({
      selected: [],
      nothing: 'no value came',
      nearby: [expect.stringContaining('there is no value since the step above began')],
    });
  });

  it('is read through all its pages, those with partial data too', async () => {
    const { watch, asked } = await watchOf([
      page('PartialData', [3], { NextToken: 'two' }),
      { MetricDataResults: [], NextToken: 'three' },
      page('Complete', [1]),
    ]);

    const { selected } = await watch.poll(ASK);

    expect(selected.map(({ data }) => data)).toMatchObject([{ value: 3 }, { value: 1 }]);
    expect(asked.map(({ NextToken }) => NextToken)).toEqual([undefined, 'two', 'three']);
  });

  it.each([
    ['PartialData', page('PartialData', [0]), false, 'PartialData'],
    ['InternalError', page('InternalError', [0]), false, 'InternalError'],
    ['Forbidden', page('Forbidden', []), true, 'grant cloudwatch:GetMetricData'],
    ['a status that is new', page('Throttled', [0]), false, 'Throttled'],
    ['no result', { MetricDataResults: [] }, false, 'no result'],
    [
      'an error before the last page',
      page('InternalError', [], { NextToken: 'two' }),
      false,
      'InternalError',
    ],
  ] as const)(
    'is an error of the observer where CloudWatch answers with %s',
    async (_, answer, permanent, words) => {
      const { watch } = await watchOf([answer as Page]);

      await expect(watch.poll(ASK)).rejects.toMatchObject({
        blame: 'observer',
        permanent,
        message: expect.stringContaining(words),
      });
    },
  );

  it('quotes what CloudWatch says of it', async () => {
    const [result] = page('InternalError', []).MetricDataResults ?? [];
    const Messages = [{ Code: 'Slow', Value: 'try again later' }];
    const { watch } = await watchOf([{ MetricDataResults: [{ ...result, Messages }] }]);

    await expect(watch.poll(ASK)).rejects.toMatchObject({
      message:
        'CloudWatch did not give all values of metric Shop Errors: InternalError. Slow try again later',
    });
  });
});
