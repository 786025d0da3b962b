import { maxRunMs } from '../core/cleanup/time-budget.ts';
import { mentionsInbox } from '../core/inbox/mentions-inbox.ts';
import type { Canary, Schedule, Step } from '../core/model/canary.ts';
import { countSlots } from '../core/schedule/schedule.ts';
import { KINDS } from '../registry.ts';
import { costOfInbox } from './cost-of-inbox.ts';
import { costOfPages, type PageAssumptions, TYPICAL_PAGES } from './cost-of-pages.ts';
import type { Prices } from './prices.ts';

/** Assumptions of an estimate, all of which are printed with it. */
export interface Assumptions extends PageAssumptions {
  readonly runSeconds: number;
  readonly workerGigabytes: number;
  /** Canaries that one worker runs at the same time. */
  readonly atOnce: number;
  readonly writesPerRun: number;
  /** More writes of a run that has a cleanup. */
  readonly writesPerCleanup: number;
  readonly readsPerRun: number;
  /** Queries of a tick, a read each at the least. */
  readonly queriesPerTick: number;
  /** Watermarks in a read of 4 kB; a tick reads those of all canaries. */
  readonly watermarksPerRead: number;
  readonly logKilobytesPerRun: number;
  readonly seriesPerCanary: number;
  readonly seriesPerStep: number;
  readonly alarms: number;
  readonly syntheticsGigabytes: number;
  readonly syntheticsSeconds: number;
}

export interface CostLine {
  readonly what: string;
  readonly dollars: number;
  /** Its calculation: `43,830 runs × 2 kB`. */
  readonly how: string;
}

/** A month's bill, and the cost of the same runs on CloudWatch Synthetics. */
export interface Cost {
  readonly runs: number;
  readonly lines: readonly CostLine[];
  readonly dollars: number;
  readonly synthetics: readonly CostLine[];
  readonly syntheticsDollars: number;
}

const MONTH_MS = 730.5 * 3_600_000; // a year of 365.25 days, by twelve
const TICKS_PER_MONTH = MONTH_MS / 60_000;
const HOURS_PER_MONTH = MONTH_MS / 3_600_000;

const TICK_GB_SECONDS = 0.5; // a second of half a gigabyte
const TAP_READER_GB_SECONDS = 0.1; // a fifth of a second of half a gigabyte
const MESSAGES_A_BATCH = 2; // canaries of one minute come close together, seldom ten at once

/** Runs of a canary whose effects take about a tenth of its deadlines, and one second at the least. */
export const TYPICAL: Omit<Assumptions, 'runSeconds'> = {
  workerGigabytes: 1,
  atOnce: 10,
  writesPerRun: 6,
  writesPerCleanup: 4,
  readsPerRun: 3,
  queriesPerTick: 6,
  watermarksPerRead: 20,
  logKilobytesPerRun: 2,
  seriesPerCanary: 5,
  seriesPerStep: 3,
  alarms: 14,
  ...TYPICAL_PAGES,
  syntheticsGigabytes: 1,
  syntheticsSeconds: 5,
};

/** Assumed length of a run, in seconds. The window of a `never` always counts in full. */
export function typicalSeconds({ steps, vars }: Pick<Canary, 'steps' | 'vars'>): number {
  const quietMs = Math.max(0, ...steps.map((step) => ('forMs' in step ? step.forMs : 0)));
  return Math.max(1_000, quietMs + maxRunMs(steps, vars) / 10) / 1_000;
}

/** The monthly cost of some canaries. Those without a schedule cost nothing by themselves. */
export function costOf(
  canaries: readonly Canary[],
  given: {
    readonly prices: Prices;
    readonly assumed: Partial<Assumptions>;
    readonly fromMs: number;
    readonly stepMetrics: boolean;
    /** Pages of the state in a bucket. */
    readonly sitePages: boolean;
  },
): Cost {
  const scheduled = canaries.filter(isScheduled);
  const counted = scheduled.map((canary) => ({
    canary,
    runs: countSlots(canary.schedule, canary.name, given.fromMs, given.fromMs + MONTH_MS),
    seconds: given.assumed.runSeconds ?? typicalSeconds(canary),
  }));
  const runs = sum(counted, (one) => one.runs);
  const lines = linesOf(counted, given);
  const synthetics = syntheticsLines(runs, given);
  return {
    runs,
    lines,
    dollars: sum(lines, ({ dollars }) => dollars),
    synthetics,
    syntheticsDollars: sum(synthetics, ({ dollars }) => dollars),
  };
}

type CostInput = Parameters<typeof costOf>[1];

interface CanaryUsage {
  readonly canary: Canary;
  readonly runs: number;
  readonly seconds: number;
}

/** Monthly amounts of the canaries, before prices. */
interface Use {
  readonly runs: number;
  /** Those of canaries that have a cleanup. */
  readonly cleaned: number;
  /** Those of canaries that have an inbox. */
  readonly inboxed: number;
  readonly workers: number;
  readonly seconds: number;
  readonly events: number;
  readonly publishes: number;
  /** Events and messages through taps. */
  readonly received: number;
  readonly series: number;
  readonly canaries: number;
}

function useOf(
  counted: readonly CanaryUsage[],
  a: Omit<Assumptions, 'runSeconds'>,
  stepMetrics: boolean,
): Use {
  const runs = sum(counted, (one) => one.runs);
  const together = Math.min(a.atOnce, Math.max(1, counted.length));
  return {
    runs,
    workers: runs / together,
    seconds: sum(counted, (one) => (one.runs * one.seconds) / together),
    events: sum(counted, (one) => one.runs * actsOf(one.canary, 'putEvent')),
    publishes: sum(counted, (one) => one.runs * actsOf(one.canary, 'publish')),
    cleaned: sum(counted, (one) => (one.canary.cleanup.length === 0 ? 0 : one.runs)),
    inboxed: sum(counted, ({ canary, runs: own }) => (mentionsInbox(canary, { vars: {} }) ? own : 0)),
    received: sum(counted, (one) => one.runs * one.canary.steps.filter(isTapped).length),
    series: sum(
      counted,
      ({ canary }) =>
        a.seriesPerCanary +
        (canary.steps.some(showsId) ? 1 : 0) +
        (stepMetrics ? canary.steps.length * a.seriesPerStep : 0),
    ),
    canaries: counted.length,
  };
}

function linesOf(
  counted: readonly CanaryUsage[],
  { prices, assumed, stepMetrics, sitePages }: CostInput,
): readonly CostLine[] {
  const a = { ...TYPICAL, ...assumed };
  const use = useOf(counted, a, stepMetrics);
  return [
    ...computeLines(use, a, prices),
    ...messageLines(use, prices),
    ...observabilityLines(use, a, prices),
    ...(sitePages ? [pagesLine(use, a, prices)] : []),
    ...(use.inboxed === 0 ? [] : [{ what: 'inbox', ...costOfInbox(use.inboxed, prices) }]),
  ];
}

type PriceAssumptions = Omit<Assumptions, 'runSeconds'>;

function computeLines(
  { runs, cleaned, workers, seconds, received, canaries }: Use,
  a: PriceAssumptions,
  prices: Prices,
): readonly CostLine[] {
  const ticks = TICKS_PER_MONTH * (prices.lambdaRequest + TICK_GB_SECONDS * prices.lambdaGbSecond);
  const heardBy =
    (received / MESSAGES_A_BATCH) * (prices.lambdaRequest + TAP_READER_GB_SECONDS * prices.lambdaGbSecond);
  const tickReads = a.queriesPerTick + Math.ceil(canaries / a.watermarksPerRead);
  return [
    {
      what: 'Lambda',
      dollars:
        seconds * a.workerGigabytes * prices.lambdaGbSecond +
        workers * prices.lambdaRequest +
        ticks +
        heardBy,
      how: `${whole(seconds)} s of ${a.workerGigabytes} GB, up to ${a.atOnce} canaries at once; a tick of 1 s and 0.5 GB each minute`,
    },
    {
      what: 'DynamoDB',
      dollars:
        runs * (a.writesPerRun * prices.dynamodbWrite + a.readsPerRun * prices.dynamodbRead) +
        cleaned * a.writesPerCleanup * prices.dynamodbWrite +
        received * 2 * (prices.dynamodbWrite + prices.dynamodbRead) +
        TICKS_PER_MONTH * tickReads * prices.dynamodbRead,
      how: `a run: ${a.writesPerRun} writes, ${a.readsPerRun} reads; its cleanup: ${a.writesPerCleanup} writes; a message of a tap: 2 of each; a tick: ${tickReads} reads`,
    },
    {
      what: 'SQS',
      dollars: (runs * 2 + workers + received * 3) * prices.sqsRequest,
      how: '2 requests a run, and 3 for each event or message that a tap brings',
    },
  ];
}

function messageLines({ events, publishes }: Use, prices: Prices): readonly CostLine[] {
  return [
    {
      what: 'EventBridge',
      dollars: events * prices.eventBridgeEvent,
      how: `${whole(events)} events put by canaries`,
    },
    {
      what: 'SNS',
      dollars: publishes * prices.snsPublish,
      how: `${whole(publishes)} messages published by canaries`,
    },
  ];
}

function observabilityLines(
  { series, runs, canaries }: Use,
  a: PriceAssumptions,
  prices: Prices,
): readonly CostLine[] {
  return [
    {
      what: 'CloudWatch metrics',
      dollars: series * prices.metricMonth,
      how: `${whole(series)} series, at least ${a.seriesPerCanary} for each canary`,
    },
    {
      what: 'CloudWatch Logs',
      dollars: ((runs * a.logKilobytesPerRun) / 1e6) * prices.logsGigabyte,
      how: `${a.logKilobytesPerRun} kB a run`,
    },
    {
      what: 'alarms, dashboard',
      dollars: (a.alarms + canaries) * prices.alarmMonth + prices.dashboardMonth,
      how: `${a.alarms} alarms, one that follows every canary, one dashboard`,
    },
  ];
}

function pagesLine({ runs, canaries }: Use, a: PriceAssumptions, prices: Prices): CostLine {
  const { watermarksPerRead } = a;
  const use = { runs, canaries, ticks: TICKS_PER_MONTH, hours: HOURS_PER_MONTH, watermarksPerRead };
  const { writes, reads, dollars } = costOfPages(use, a, prices);
  return {
    what: 'pages',
    dollars,
    how: `${whole(writes)} writes to S3, ${whole(reads)} reads; each run that does not pass writes 3 more`,
  };
}

function syntheticsLines(runs: number, { prices, assumed }: CostInput): readonly CostLine[] {
  const { syntheticsGigabytes, syntheticsSeconds } = { ...TYPICAL, ...assumed };
  return [
    { what: 'Synthetics runs', dollars: runs * prices.syntheticsRun, how: `${whole(runs)} runs` },
    {
      what: 'its Lambda',
      dollars: runs * syntheticsSeconds * syntheticsGigabytes * prices.lambdaX86GbSecond,
      how: `${syntheticsSeconds} s of ${syntheticsGigabytes} GB a run`,
    },
  ];
}

function isScheduled(canary: Canary): canary is Canary & { readonly schedule: Schedule } {
  return canary.schedule !== undefined;
}

function isTapped(step: Step): boolean {
  return step.mode !== 'act' && (step.input['bus'] !== undefined || step.input['topic'] !== undefined);
}

/** True for a check whose things can carry the id: its canary has a metric of id continuity. */
function showsId({ mode, kind }: Step): boolean {
  return mode === 'expect' && KINDS.nouns[kind]?.lacksId !== undefined;
}

function actsOf({ steps, cleanup }: Canary, kind: string): number {
  return [...steps, ...cleanup].filter((step) => step.kind === kind && step.mode === 'act').length;
}

function sum<One>(all: readonly One[], of: (one: One) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
