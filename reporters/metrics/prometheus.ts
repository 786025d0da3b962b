import type { RunResult } from '../../runner/core/model/run-result.ts';
import type { ReporterKind } from '../contract.ts';
import { type Metrics, metricsOfRun, metricsReporter } from './metrics.ts';

/** A page for Prometheus, at a port of this machine. */
export const prometheus: ReporterKind = {
  name: 'prometheus',
  summary: 'a page for Prometheus at a port, or at ADDRESS:PORT',
  only: ['watch'],
  open: async ({ target = '', print }) => {
    const { serveMetrics } = await import('./metrics-server.ts');
    const page = prometheusPage();
    const { url, close } = await serveMetrics(target, () => page.text());
    print(`Prometheus can read at ${url}`);
    const { onRunEnd, ...events } = metricsReporter('prometheus', (metrics) => page.take(metrics));
    return {
      ...events,
      onRunEnd: async (run) => {
        await onRunEnd?.(run);
        if (run.verdict !== 'skipped') page.takeGauges([lastRunOf(run.canary, run)]);
      },
      onFleet: (canaries) => {
        for (const { canary, paused, newest } of canaries) {
          if (newest !== undefined)
            page.takeGauges([metricsOfRun({ canary, ...newest }), lastRunOf(canary, newest)]);
          if (paused) page.end(canary);
        }
      },
      onEnd: close,
    };
  },
};

/** Metrics for scraping, in the text format of Prometheus. */
export interface PrometheusPage {
  take(figures: readonly Metrics[]): void;
  /** Takes the gauges alone: of a run that another process has counted. */
  takeGauges(figures: readonly Metrics[]): void;
  /** Ends all series of a canary, until it runs again. */
  end(canary: string): void;
  /** The page as it stands, in the text exposition format 0.0.4. */
  text(): string;
}

interface Series {
  readonly labels: string;
  readonly canary: string | undefined;
  value: number;
}

interface Family {
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly series: Map<string, Series>;
}

interface KnownMetric {
  readonly name: string;
  readonly help: string;
  readonly scale?: number;
}

/** Prometheus names of the metrics: counters are summed up, all else is a gauge of the newest value. */
const NAMES: Readonly<Record<string, KnownMetric>> = {
  SuccessPercent: {
    name: 'coalmine_success_ratio',
    help: '1 if the newest run that could check passed, 0 if it failed.',
    scale: 0.01,
  },
  Duration: {
    name: 'coalmine_duration_seconds',
    help: 'Duration of the newest run or step.',
    scale: 0.001,
  },
  TimeToEffect: {
    name: 'coalmine_time_to_effect_seconds',
    help: 'From the act to the first sight of its effect.',
    scale: 0.001,
  },
  Failed: { name: 'coalmine_failed_total', help: 'Runs or steps that failed.' },
  Degraded: { name: 'coalmine_degraded_total', help: 'Runs that were late, or well only when made again.' },
  Error: { name: 'coalmine_errors_total', help: 'Runs that could not check.' },
  IdContinuity: {
    name: 'coalmine_id_continuity_ratio',
    help: 'Hops of the newest run with its id, of those that could be seen.',
    scale: 0.01,
  },
  LastRun: {
    name: 'coalmine_last_run_timestamp_seconds',
    help: 'End of the newest run, in seconds since 1970.',
  },
  Heartbeat: { name: 'coalmine_heartbeats_total', help: 'Ticks that did all they had to do.' },
  MissedSlots: { name: 'coalmine_missed_slots_total', help: 'Slots that did not run when they should have.' },
  UndeliveredNotices: { name: 'coalmine_undelivered_notices', help: 'Notices that no channel has taken.' },
  ReporterFailures: {
    name: 'coalmine_reporter_failures_total',
    help: 'Failures of reporters.',
  },
  OldestRunAge: {
    name: 'coalmine_oldest_run_age_seconds',
    help: 'Since the oldest slot that waits or runs.',
  },
  EventLoopDelay: {
    name: 'coalmine_event_loop_delay_seconds',
    help: 'The longest that the event loop of the runner was held up, since the tick before.',
  },
};

export function prometheusPage(): PrometheusPage {
  const families = new Map<string, Family>();
  const take = (all: readonly Metrics[], isWanted: (type: Family['type']) => boolean): void => {
    for (const { dimensions, figures } of all) {
      const of = { labels: labelsOf(dimensions), canary: dimensions.CanaryName };
      for (const { name, value } of figures) {
        const known = NAMES[name];
        if (known !== undefined && isWanted(typeOf(known.name))) add(families, known, { ...of, value });
      }
    }
  };
  return {
    take: (all) => take(all, () => true),
    takeGauges: (all) => take(all, (type) => type === 'gauge'),
    end: (canary) => {
      for (const { series } of families.values())
        for (const [labels, one] of series) if (one.canary === canary) series.delete(labels);
    },
    text: () =>
      [...families]
        .filter(([, { series }]) => series.size > 0)
        .map(([name, family]) => formatFamily(name, family))
        .join(''),
  };
}

function add(families: Map<string, Family>, known: KnownMetric, { value, ...of }: Series): void {
  if (!Number.isFinite(value)) return;
  const type = typeOf(known.name);
  const family = families.get(known.name) ?? { type, help: known.help, series: new Map<string, Series>() };
  families.set(known.name, family);
  const before = type === 'counter' ? (family.series.get(of.labels)?.value ?? 0) : 0;
  family.series.set(of.labels, { ...of, value: before + value * (known.scale ?? 1) });
}

function typeOf(name: string): Family['type'] {
  return name.endsWith('_total') ? 'counter' : 'gauge';
}

/** The end of a run, which Prometheus keeps no time for by itself. */
function lastRunOf(
  canary: string,
  { startedAtMs, durationMs }: Pick<RunResult, 'startedAtMs' | 'durationMs'>,
): Metrics {
  const value = (startedAtMs + durationMs) / 1_000;
  return {
    dimensions: { CanaryName: canary },
    atMs: startedAtMs,
    figures: [{ name: 'LastRun', unit: 'Seconds', value }],
  };
}

function formatFamily(name: string, { type, help, series }: Family): string {
  const lines = [...series.values()].map(({ labels, value }) => `${name}${labels} ${value}`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
}

const LABELS: Readonly<Record<string, string>> = { CanaryName: 'canary', StepName: 'step', Stack: 'runner' };

function labelsOf(dimensions: Metrics['dimensions']): string {
  const pairs = Object.entries(dimensions).map(([name, value]) => `${LABELS[name]}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A label's value (Prometheus documentation, "Text-based format"). */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
