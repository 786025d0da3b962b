import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { cloudwatchPublisher } from '../../../reporters/metrics/cloudwatch.ts';
import { emfLine } from '../../../reporters/metrics/emf.ts';
import {
  type Metrics,
  metricsOfHealth,
  metricsOfRun,
  metricsOfSteps,
  runProperties,
} from '../../../reporters/metrics/metrics.ts';
import { prometheus, prometheusPage } from '../../../reporters/metrics/prometheus.ts';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import { EMF_SCHEMA } from '../../support/alerts/emf-schema.ts';
import { ANY_CHARACTER } from '../../support/characters.ts';
import { resultOf, stepResultOf } from '../../support/run/builders.ts';
import { opened } from '../../support/run/reporting.ts';

type Line = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly [
      {
        readonly Dimensions: readonly (readonly string[])[];
        readonly Metrics: readonly { readonly Name: string }[];
      },
    ];
  };
};

const isEmf = new Ajv({ strict: false }).compile(EMF_SCHEMA);

/** The line as CloudWatch reads it: by the schema, with every name that it speaks of at its root. */
function extracted(text: string): Line {
  expect(text.endsWith('\n')).toBe(true);
  const line = JSON.parse(text) as Line;
  expect({ valid: isEmf(line), errors: isEmf.errors }).toEqual({ valid: true, errors: null });
  const [{ Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
  for (const name of Dimensions.flat()) {
    expect(typeof line[name]).toBe('string');
    expect((line[name] as string).length).toBeGreaterThan(0);
    expect((line[name] as string).length).toBeLessThanOrEqual(1_024);
  }
  for (const { Name } of Metrics) expect(typeof line[Name]).toBe('number');
  return line;
}

function valuesOf({ figures }: Metrics): Readonly<Record<string, number>> {
  return Object.fromEntries(figures.map(({ name, value }) => [name, value]));
}

describe('the figures of a run', () => {
  it.each<{ verdict: Verdict; figures: Readonly<Record<string, number>> }>([
    { verdict: 'passed', figures: { SuccessPercent: 100, Failed: 0, Degraded: 0, Error: 0 } },
    { verdict: 'degraded', figures: { SuccessPercent: 100, Failed: 0, Degraded: 1, Error: 0 } },
    { verdict: 'failed', figures: { SuccessPercent: 0, Failed: 1, Degraded: 0, Error: 0 } },
    { verdict: 'error', figures: { Failed: 0, Degraded: 0, Error: 1 } },
  ])('$verdict', ({ verdict, figures }) => {
    const found = metricsOfRun(resultOf({ verdict, durationMs: 1_234 }));

    expect(valuesOf(found)).toEqual({ ...figures, Duration: 1_234 });
    expect(found.dimensions).toEqual({ CanaryName: 'test-canary' });
  });

  it('have what people search for next to them, and none of it as a dimension', () => {
    const run = resultOf({
      verdict: 'failed',
      steps: [
        stepResultOf(),
        stepResultOf({
          verdict: 'failed',
          name: 'It is stored',
          reason: 'not within 5 s',
          hop: 'table orders',
        }),
      ],
    });

    const line = extracted(emfLine(metricsOfRun(run), runProperties(run)));

    expect(line).toMatchObject({
      runId: run.runId,
      traceId: `1-${run.runId.slice(0, 8)}-${run.runId.slice(8)}`,
      verdict: 'failed',
      reason: 'not within 5 s',
      failedStep: 'It is stored',
      hop: 'table orders',
    });
    expect(line._aws.CloudWatchMetrics[0].Dimensions).toEqual([['CanaryName']]);
  });

  it.each([
    { seen: 3, of: 4, figure: 75 },
    { seen: 4, of: 4, figure: 100 },
    { seen: 0, of: 0, figure: undefined },
  ])('have the share of hops with the id: $seen of $of', ({ seen, of, figure }) => {
    const found = metricsOfRun(resultOf({ continuity: { seen, of, hops: [] } }));

    expect(valuesOf(found)['IdContinuity']).toBe(figure);
  });

  it('have the gap in the way of the id next to them', () => {
    const gap = { after: 'bus orders', before: 'table orders', lost: true, why: 'no attribute' };
    const run = resultOf({ continuity: { seen: 3, of: 4, hops: [], gap } });

    expect(extracted(emfLine(metricsOfRun(run), runProperties(run)))).toMatchObject({
      idContinuity: 'the id was on 3 of 4 hops; lost between bus orders and table orders: no attribute',
    });
  });

  it('say why a run could not begin', () => {
    const run = resultOf({
      verdict: 'error',
      reason: 'TABLE is not set',
      steps: [stepResultOf({ verdict: 'skipped' })],
    });

    expect(extracted(emfLine(metricsOfRun(run), runProperties(run)))).toMatchObject({
      reason: 'TABLE is not set',
      Error: 1,
    });
  });

  it('have a name for each step, whatever other steps are called', () => {
    const steps = ['Stored', 'Stored', 'Placed'].map((name) => stepResultOf({ name }));

    const names = metricsOfSteps(resultOf({ steps })).map(({ dimensions }) => dimensions.StepName);

    expect(names).toEqual(['Stored', 'Stored (2)', 'Placed']);
  });

  it('are there for each step that ran, where asked for', () => {
    const run = resultOf({
      steps: [
        stepResultOf({ name: 'Stored', timeToEffectMs: 840, durationMs: 900 }),
        stepResultOf({ name: 'Told', verdict: 'failed' }),
        stepResultOf({ name: 'Not run', verdict: 'skipped' }),
      ],
    });

    const found = metricsOfSteps(run);

    expect(found.map(({ dimensions }) => dimensions.StepName)).toEqual(['Stored', 'Told']);
    expect(found.map(valuesOf)).toEqual([
      { Duration: 900, Failed: 0, TimeToEffect: 840 },
      { Duration: 1_000, Failed: 1 },
    ]);
    for (const one of found) extracted(emfLine(one));
  });
});

describe('the embedded metric format', () => {
  it('is kept to whatever the names and numbers are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: ANY_CHARACTER, maxLength: 2_000 }),
        fc.string({ unit: ANY_CHARACTER }),
        fc.double(),
        fc.date({ noInvalidDate: true, min: new Date(0) }),
        (name, reason, value, at) => {
          const figures: Metrics = {
            dimensions: { CanaryName: name },
            atMs: at.getTime() + 0.25,
            figures: [
              { name: 'Duration', unit: 'Milliseconds', value },
              { name: 'Failed', unit: 'Count', value: 1 },
            ],
          };
          const line = extracted(emfLine(figures, { reason, _aws: 'mine' }));
          expect(line._aws.CloudWatchMetrics[0].Metrics.some(({ Name }) => Name === 'Duration')).toBe(
            Number.isFinite(value),
          );
        },
      ),
    );
  });

  it('has no line for what has no number', () => {
    const figures: Metrics = {
      dimensions: {},
      atMs: 0,
      figures: [{ name: 'Duration', unit: 'Seconds', value: Number.NaN }],
    };

    expect(emfLine(figures)).toBe('');
  });

  it('has the health of the runner, and a heartbeat only after a complete tick', () => {
    const health = { atMs: 5, runner: 'coalmine-prod', missed: 2, undelivered: 1, oldestRunMs: 1_500 };

    expect(extracted(emfLine(metricsOfHealth({ ...health, complete: true })))).toMatchObject({
      Stack: 'coalmine-prod',
      Heartbeat: 1,
      MissedSlots: 2,
      UndeliveredNotices: 1,
      OldestRunAge: 1.5,
    });
    expect(valuesOf(metricsOfHealth({ ...health, complete: false }))).not.toHaveProperty('Heartbeat');
    expect(valuesOf(metricsOfHealth({ runner: 's', atMs: 5, tapLagMs: 2_000 }))).toEqual({ TapReaderLag: 2 });
    expect(valuesOf(metricsOfHealth({ runner: 's', atMs: 5, eventLoopDelayMs: 1_500 }))).toEqual({
      EventLoopDelay: 1.5,
    });
  });

  it('has the failures of reporters, and no series without one', () => {
    const of = (reporterFailures: number) =>
      valuesOf(metricsOfHealth({ runner: 's', atMs: 5, reporterFailures }));

    expect(of(2)).toEqual({ ReporterFailures: 2 });
    expect(of(0)).toEqual({});
  });
});

it('CloudWatch gets the same by PutMetricData, in batches, without what is no number', async () => {
  const sent: { MetricData: readonly { MetricName: string; Dimensions: unknown }[] }[] = [];
  const client = new CloudWatchClient({ region: 'eu-west-1' });
  client.middlewareStack.add(() => async (asked) => {
    sent.push(asked.input as never);
    return { response: {}, output: { $metadata: {} } };
  });
  const figures = Array.from({ length: 400 }, () => metricsOfRun(resultOf({ durationMs: Number.NaN })));

  await cloudwatchPublisher(() => client as never)(figures);

  expect(sent.map(({ MetricData }) => MetricData.length)).toEqual([1_000, 600]);
  expect(sent[0]?.MetricData[0]).toMatchObject({
    MetricName: 'SuccessPercent',
    Dimensions: [{ Name: 'CanaryName', Value: 'test-canary' }],
  });
  expect(
    sent.flatMap(({ MetricData }) => MetricData).some(({ MetricName }) => MetricName === 'Duration'),
  ).toBe(false);
});

describe('the page for Prometheus', () => {
  it('sums what is counted, shows the newest of the rest, and escapes names', () => {
    const page = prometheusPage();
    page.take([metricsOfRun(resultOf({ verdict: 'failed', durationMs: 1_500 }))]);
    page.take([metricsOfRun(resultOf({ verdict: 'failed', durationMs: 500 }))]);
    page.take(
      metricsOfSteps(resultOf({ steps: [stepResultOf({ name: 'say "hi"\n\\', timeToEffectMs: 40 })] })),
    );
    page.take([
      metricsOfHealth({ runner: 's', atMs: 1, tapLagMs: 2 }),
      { dimensions: {}, atMs: 1, figures: [{ name: 'Heartbeat', unit: 'Count', value: 1 }] },
    ]);

    const text = page.text();

    expect(text).toContain(
      '# TYPE coalmine_failed_total counter\ncoalmine_failed_total{canary="test-canary"} 2\n',
    );
    expect(text).toContain(
      '# TYPE coalmine_duration_seconds gauge\ncoalmine_duration_seconds{canary="test-canary"} 0.5\n',
    );
    expect(text).toContain('coalmine_success_ratio{canary="test-canary"} 0\n');
    expect(text).toContain(
      'coalmine_time_to_effect_seconds{canary="test-canary",step="say \\"hi\\"\\n\\\\"} 0.04\n',
    );
    expect(text).toContain('coalmine_heartbeats_total 1\n');
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\[\\n"])*"(,[a-z]+="(?:[^"\\\n]|\\[\\n"])*")*\})? -?[\d.e+-]+)$/,
      );
    }
  });

  it('fills gauges from an earlier run without counting it, and ends the series of one canary', () => {
    const page = prometheusPage();
    page.takeGauges([metricsOfRun(resultOf({ canary: 'a', verdict: 'failed', durationMs: 500 }))]);
    page.take([metricsOfRun(resultOf({ canary: 'b', verdict: 'passed' }))]);

    expect(page.text()).toContain('coalmine_success_ratio{canary="a"} 0\n');
    expect(page.text()).not.toContain('coalmine_failed_total{canary="a"}');

    page.end('a');

    expect(page.text()).not.toContain('canary="a"');
    expect(page.text()).toContain('coalmine_success_ratio{canary="b"} 1\n');

    page.end('b');

    expect(page.text()).toBe('');
  });
});

describe('the reporter for Prometheus', () => {
  it('shows the newest run of each canary from the start, its end, and nothing of one that is paused', async () => {
    let url = '';
    const print = (line: string): void => void (url = /http:\S+/.exec(line)?.[0] ?? '');
    const { reporter } = await opened(prometheus, { target: '0', print });
    const page = async (): Promise<string> => (await fetch(url)).text();
    const newest = { verdict: 'passed', startedAtMs: 1_700_000_000_000, durationMs: 1_500 } as const;

    await reporter.onFleet?.([
      { canary: 'a', paused: false, newest },
      { canary: 'b', paused: true, newest },
      { canary: 'c', paused: false },
    ]);
    const first = await page();
    await reporter.onRunEnd?.(resultOf({ canary: 'c', startedAtMs: 1_700_000_100_000, durationMs: 500 }));
    const second = await page();
    await reporter.onFleet?.([{ canary: 'c', paused: true }]);
    const third = await page();
    await reporter.onEnd?.();

    expect(first).toContain('coalmine_last_run_timestamp_seconds{canary="a"} 1700000001.5\n');
    expect(first).toContain('coalmine_success_ratio{canary="a"} 1\n');
    expect(first).not.toMatch(/canary="[bc]"/);
    expect(second).toContain('coalmine_last_run_timestamp_seconds{canary="c"} 1700000100.5\n');
    expect(third).not.toContain('canary="c"');
    expect(third).toContain('canary="a"');
  });
});
