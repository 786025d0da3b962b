import { sendHeartbeat } from '../../../adapters/runtime/heartbeat.ts';
import { loopDelay } from '../../../adapters/runtime/loop-delay.ts';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { fillSettled } from '../../../core/expression/resolve-references.ts';
import type { Reporters } from '../../../core/report/reporters.ts';
import { undeliveredCounter } from '../../../core/report/undelivered-counter.ts';
import { sweepFleet } from '../../../engine/cleanup/sweep-fleet.ts';
import type { FleetContext } from '../../../engine/fleet-context.ts';
import { executeSlot } from '../../../engine/schedule/execute-slot.ts';
import { localQueue } from '../../../engine/schedule/local-queue.ts';
import { schedulerLoop } from '../../../engine/schedule/scheduler-loop.ts';
import { syncFleet } from '../../../engine/schedule/sync-fleet.ts';
import type { TickResult } from '../../../engine/schedule/tick.ts';
import { Interrupted } from '../../../engine/steps/classify-error.ts';
import type { InboxOptions } from '../../../runs/local-inbox.ts';
import { reportersFor } from '../../../runs/open-reporters.ts';
import type { StateOptions } from '../../../runs/open-store.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { formatFault, formatStart, formatSwept, formatTick } from '../../output/format-watch.ts';
import { fleetReport } from '../../output/report-fleet.ts';
import { watchLines } from '../../output/watch-lines.ts';
import { wrap } from '../../output/wrap.ts';
import { formatFormer } from '../../setup/former-states.ts';
import { EXIT, type Io, surroundingsOf } from '../../setup/io.ts';
import { lastResort, type Watched, withFleet } from '../../setup/with-fleet.ts';
import { ZONE_DATA } from '../../setup/zone-data.ts';
import { openPages, type PagesOptions, publicUrlIn, type WatchPages } from './watch-pages.ts';

/** Options of `coalmine watch`. */
export interface WatchOptions extends StateOptions, PagesOptions, InboxOptions {
  readonly env?: string;
  readonly reporter: readonly string[];
  readonly concurrency: number;
  /** URL that is called each minute, so that a monitor notices the end of the watch. */
  readonly heartbeat?: string;
  readonly allowShrink?: boolean;
}

/** `coalmine watch`: runs canaries by their schedules, and sends notices, until a signal ends it. */
export async function watch(paths: readonly string[], options: WatchOptions, io: Io): Promise<number> {
  refuseInvalidUrl(options.heartbeat);
  const ending = new AbortController();
  const leaving = new AbortController();
  const stopListening = io.onInterrupt(
    {
      message: 'Ending: what runs is run to its end. Press Ctrl-C again to cut it short.',
      act: () => ending.abort(new Interrupted('The watching was ended.')),
    },
    {
      message: 'Cutting short, and cleaning up. Press Ctrl-C again to leave at once.',
      act: () => leaving.abort(new Interrupted('The run was interrupted.')),
    },
  );
  const keeping = { io, ending: ending.signal, leaving: leaving.signal };
  const pagesUrl = publicUrlIn(options.pagesUrl);
  const work = async (watched: Watched): Promise<number> => {
    const pages = await openPages(watched.context, { ...options, ...omitUndefined({ pagesUrl }) }, io);
    try {
      return await keepWatch(watched, options, { ...keeping, pages });
    } finally {
      await pages?.close();
    }
  };
  return withFleet(paths, { ...options, ...omitUndefined({ pagesUrl }) }, io, { create: true, work }).finally(
    stopListening,
  );
}

interface LeaseContext {
  readonly io: Io;
  /** Aborted when nothing new may begin. */
  readonly ending: AbortSignal;
  /** Aborted when runs in progress must end too, with their cleanup. */
  readonly leaving: AbortSignal;
  readonly pages: WatchPages | undefined;
}

async function keepWatch(
  watched: Watched,
  options: WatchOptions,
  { io, ending, leaving, pages }: LeaseContext,
): Promise<number> {
  const { clock } = watched.context.engine;
  const { heartbeat, allowShrink = false } = options;
  const print = (line: string): void => void io.stdout.write(`${wrap(line)}\n`);
  const { reporters, reportTick, endReporters } = await openedReporters(watched, options, {
    io,
    print,
    pages,
  });
  const { context, queue, swept } = contextWithQueue(watched.contextWith(reporters), {
    ...options,
    print,
    ending,
    leaving,
  });
  try {
    const { paused } = await syncFleet(context, { allowShrink });
    for (const former of await watched.former()) print(formatFormer(former, context.fleet.environment.name));
    const start = { ...context, ...watched, paused, zoneData: ZONE_DATA };
    print(formatStart(clock.nowMs(), start));
    await reportFleet(context, reporters, { newest: true, paused });
    await schedulerLoop({
      leases: watched.leases,
      signal: ending,
      context: async () => context,
      waiting: (by) => print(`The state is held by ${by}; waiting a little, as that may have died.`),
      alive: async () => {
        if (heartbeat === undefined) return;
        await sendHeartbeat(heartbeat).catch(
          (thrown: unknown) => void io.stderr.write(`${(thrown as Error).message}\n`),
        );
      },
      ticked: (ticked) => {
        for (const line of formatTick(clock.nowMs(), ticked, context.engine)) print(line);
        reportTick(ticked);
        void reportFleet(context, reporters, { newest: false });
      },
    });
  } finally {
    await queue.drain();
    await swept();
    await endReporters();
  }
  return EXIT.good;
}

/** The reporters of the project file and of the command line, with what sends them the health of the runner. */
async function openedReporters(
  { context, clients }: Watched,
  { reporter }: WatchOptions,
  { io, print, pages }: Pick<LeaseContext, 'io' | 'pages'> & { print(line: string): void },
) {
  const { clock } = context.engine;
  const undelivered = undeliveredCounter();
  const reporters = await reportersFor([...context.fleet.project.reporters, ...reporter], {
    place: 'watch',
    around: surroundingsOf(io),
    clock,
    clientOf: (constructor) => clients.clientOf(constructor, 'observe'),
    fill: async (text) =>
      String(await fillSettled(text, context.fleet.environment, context.engine.references)),
    print,
    own: [
      watchLines(print, clock),
      lastResort(io),
      undelivered,
      ...(pages === undefined ? [] : [pages.reporter]),
    ],
  });
  // Its timer wakes an idle process fifty times a second.
  const delay = reporters.has('onHealth') ? loopDelay() : undefined;
  const reportTick = ({ faults, missed, oldestRunMs }: TickResult): void =>
    reporters.emit('onHealth', {
      runner: io.who.host,
      atMs: clock.nowMs(),
      complete: faults.length === 0,
      missed,
      oldestRunMs,
      undelivered: undelivered.take(),
      reporterFailures: reporters.takeFailures(),
      ...(delay === undefined ? {} : { eventLoopDelayMs: delay.longestMs() }),
    });
  const endReporters = async (): Promise<void> => {
    await reporters.end();
    delay?.end();
  };
  return { reporters, reportTick, endReporters };
}

/** Gives the state of the fleet to reporters that show it. A state that cannot be read now is given after a later tick. */
async function reportFleet(
  context: FleetContext,
  reporters: Reporters,
  options: Parameters<typeof fleetReport>[1],
): Promise<void> {
  if (!reporters.has('onFleet')) return;
  const report = await fleetReport(context, options).catch(() => undefined);
  if (report !== undefined) reporters.emit('onFleet', report);
}

interface WorkerContext extends Pick<WatchOptions, 'concurrency'> {
  readonly ending: AbortSignal;
  readonly leaving: AbortSignal;
  print(line: string): void;
}

/** The context with a queue of this process. */
function contextWithQueue(given: FleetContext, { concurrency, ending, leaving, print }: WorkerContext) {
  const { clock } = given.engine;
  const queue = localQueue({
    clock,
    concurrency,
    work: async (slot) => void (await executeSlot(slot, context, { signal: leaving })),
    failed: (slot, thrown) => print(formatFault(clock.nowMs(), thrown, given.engine, slot.canary)),
  });
  let sweeping = Promise.resolve();
  const context: FleetContext = {
    ...given,
    queue,
    // Concurrent with the slots, which must not wait for it; the tick repeats the request while something is due.
    askSweep: async () => {
      sweeping = sweeping.then(async () => sweepAndReport(context, ending, print));
    },
  };
  return { context, queue, swept: async () => sweeping };
}

/** Sweeps pending cleanups, and prints the results. A failed one is left to the next sweep. */
async function sweepAndReport(
  context: FleetContext,
  signal: AbortSignal,
  print: (line: string) => void,
): Promise<void> {
  const { clock } = context.engine;
  try {
    for (const one of await sweepFleet(context, { signal })) print(formatSwept(clock.nowMs(), one));
  } catch (thrown) {
    print(formatFault(clock.nowMs(), thrown, context.engine));
  }
}

function refuseInvalidUrl(url: string | undefined): void {
  if (url !== undefined && !(/^https?:\/\/[^\s]+$/.test(url) && URL.canParse(url)))
    throw new UsageError(`'${url}' cannot be called as a heartbeat: write the whole address, with https://.`);
}
