import type { Prices } from './prices.ts';

/** Assumptions about the pages of the state in a bucket. */
export interface PageAssumptions {
  /** Pages of the fleet that each tick writes: by run, hour and day. */
  readonly fleetPages: number;
  /** Most pages of a canary that are written each hour: its own, and those of its newest passes. */
  readonly pagesPerHour: number;
  /** Reads for these pages. */
  readonly pageReadsPerHour: number;
  /** Reads of a run's outcome for the pages of the fleet. */
  readonly pageReadsPerRun: number;
  /** Canaries whose alerts are in a read of 4 kB; the pages of the fleet show those of all. */
  readonly alertsPerRead: number;
  readonly pageKilobytes: number;
  /** Time of a tick for pages, in seconds of a gigabyte. */
  readonly pageGbSeconds: number;
}

export const TYPICAL_PAGES: PageAssumptions = {
  fleetPages: 3,
  pagesPerHour: 4,
  pageReadsPerHour: 50,
  pageReadsPerRun: 6,
  alertsPerRead: 4,
  pageKilobytes: 15,
  pageGbSeconds: 0.25,
};

interface PageUse {
  readonly canaries: number;
  readonly runs: number;
  readonly ticks: number;
  readonly hours: number;
  readonly watermarksPerRead: number;
}

/** The monthly cost of the pages, if nothing fails: their writes, their storage, their reads and the time of the tick. */
export function costOfPages(
  { canaries, runs, ticks, hours, watermarksPerRead }: PageUse,
  a: PageAssumptions,
  prices: Prices,
): { readonly writes: number; readonly reads: number; readonly dollars: number } {
  const runPages = Math.min(runs, canaries * hours * (a.pagesPerHour - 1));
  const kept = canaries * hours + runPages;
  const writes = ticks * a.fleetPages + kept;
  const readsPerTick = 1 + Math.ceil(canaries / a.alertsPerRead) + Math.ceil(canaries / watermarksPerRead);
  const reads = ticks * readsPerTick + canaries * hours * a.pageReadsPerHour + runs * a.pageReadsPerRun;
  const dollars =
    writes * prices.s3Write +
    ((runPages * a.pageKilobytes) / 1e6) * prices.s3GigabyteMonth +
    reads * prices.dynamodbRead +
    ticks * a.pageGbSeconds * prices.lambdaGbSecond;
  return { writes, reads, dollars };
}
