import type { Clock } from '../../../core/base/clock.ts';
import type { RunResult } from '../../../core/model/run-result.ts';
import { sweepFleet } from '../../../engine/cleanup/sweep-fleet.ts';
import type { Monitor } from '../../../engine/fleet-context.ts';
import { workSlot } from '../../../engine/schedule/execute-slot.ts';
import { localQueue } from '../../../engine/schedule/local-queue.ts';
import { watchOver } from '../../../engine/schedule/scheduler-loop.ts';
import { adoptFleet } from '../../../engine/schedule/sync-fleet.ts';
import { Interrupted } from '../../../engine/steps/classify-error.ts';
import { sayFault, sayStart, saySwept, sayTick, sayWatchedRun } from '../../output/format-watch.ts';
import { type FiguresOptions, type WatchFigures, watchFigures } from '../../output/serve-metrics.ts';
import { EXIT, type Io, UsageError } from '../../setup/io.ts';
import type { StateOptions } from '../../setup/open-store.ts';
import { type Watched, withFleet } from '../../setup/with-fleet.ts';

/** Options of `coalmine watch`. */
export interface WatchOptions extends StateOptions, FiguresOptions {
  readonly env?: string;
  readonly concurrency: number;
  /** Called each minute, so that somebody else notices when the watching ends. */
  readonly heartbeat?: string;
  readonly allowShrink?: boolean;
}

const HEARTBEAT_MS = 5_000;

/** `coalmine watch`: runs canaries by their schedules, and tells people, until it is told to end. */
export async function watch(paths: readonly string[], options: WatchOptions, io: Io): Promise<number> {
  refuseOddUrl(options.heartbeat);
  const ending = new AbortController();
  const leaving = new AbortController();
  const stopListening = io.onInterrupt(
    {
      says: 'Ending: what runs is run to its end. Press Ctrl-C again to cut it short.',
      act: () => ending.abort(new Interrupted('The watching was ended.')),
    },
    {
      says: 'Cutting short, and cleaning up. Press Ctrl-C again to leave at once.',
      act: () => leaving.abort(new Interrupted('The run was interrupted.')),
    },
  );
  const keeping = { io, ending: ending.signal, leaving: leaving.signal };
  return withFleet(paths, options, io, async (watched) => keepWatch(watched, options, keeping)).finally(
    stopListening,
  );
}

interface Keeping {
  readonly io: Io;
  /** Nothing new is begun. */
  readonly ending: AbortSignal;
  /** What runs is ended too, with its cleanup. */
  readonly leaving: AbortSignal;
}

async function keepWatch(
  watched: Watched,
  options: WatchOptions,
  { io, ending, leaving }: Keeping,
): Promise<number> {
  const { clock } = watched.monitor.engine;
  const { heartbeat, allowShrink = false } = options;
  const say = (line: string): void => void io.stdout.write(`${line}\n`);
  const listening = (url: string): void => say(`Prometheus can read at ${url}`);
  const { clients } = watched;
  const figures = await watchFigures(options, { clients, io, nowMs: () => clock.nowMs(), listening });
  const { monitor, queue, untold, swept } = monitorOf(watched.monitor, {
    say,
    figures,
    ending,
    leaving,
    ...options,
  });
  try {
    await adoptFleet(monitor, { allowShrink });
    say(sayStart(clock.nowMs(), monitor, watched.stateAt));
    await watchOver({
      leases: watched.leases,
      signal: ending,
      monitor: async () => monitor,
      waiting: (by) => say(`The state is held by ${by}; waiting a little, as that may have died.`),
      alive: async () => (heartbeat === undefined ? undefined : beat(heartbeat, clock, io)),
      ticked: (ticked) => {
        for (const line of sayTick(clock.nowMs(), ticked, monitor.engine)) say(line);
        void figures.tick(ticked, untold());
      },
    });
  } finally {
    await queue.drain();
    await swept();
    await figures.close();
  }
  return EXIT.good;
}

interface Running extends Pick<WatchOptions, 'concurrency'> {
  readonly figures: WatchFigures;
  readonly ending: AbortSignal;
  readonly leaving: AbortSignal;
  say(line: string): void;
}

/** The monitor with a queue of this process, and what tells of its runs. */
function monitorOf(given: Monitor, { concurrency, figures, ending, leaving, say }: Running) {
  const { clock } = given.engine;
  let untold = 0;
  const queue = localQueue({
    clock,
    concurrency,
    work: async (slot) => void (await workSlot(slot, monitor, { signal: leaving })),
    failed: (slot, thrown) => say(sayFault(clock.nowMs(), thrown, given.engine, slot.canary)),
  });
  let sweeping = Promise.resolve();
  const monitor: Monitor = {
    ...given,
    queue,
    // Beside the slots, which are not to wait for it; the tick asks again while something is due.
    askSweep: async () => {
      sweeping = sweeping.then(async () => sweepAndSay(monitor, ending, say));
    },
    report: async (result: RunResult) => {
      say(sayWatchedRun(clock.nowMs(), result));
      await figures.run(result);
    },
    undelivered: async (notices) => {
      untold += notices.length;
      await given.undelivered(notices);
    },
  };
  /** Notices that no channel was left for since it was asked last. */
  const untoldSince = (): number => {
    const count = untold;
    untold = 0;
    return count;
  };
  return { monitor, queue, untold: untoldSince, swept: async () => sweeping };
}

/** Takes away what dead runs left, and says so. What could not be done is done by the next sweep. */
async function sweepAndSay(
  monitor: Monitor,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const { clock } = monitor.engine;
  try {
    for (const one of await sweepFleet(monitor, { signal })) say(saySwept(clock.nowMs(), one));
  } catch (thrown) {
    say(sayFault(clock.nowMs(), thrown, monitor.engine));
  }
}

/** Somebody outside waits for this call. Why it did not get through is said, and ends nothing. */
async function beat(url: string, clock: Clock, { stderr }: Io): Promise<void> {
  const { poster } = await import('../../../../reporters/notifications/shared/post.ts');
  try {
    const signal = AbortSignal.timeout(HEARTBEAT_MS);
    const { status } = await poster({ clock })({
      who: 'The heartbeat',
      url,
      headers: {},
      body: '{}',
      signal,
    });
    if (status >= 300) stderr.write(`The heartbeat was answered with ${status}.\n`);
  } catch (thrown) {
    stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  }
}

function refuseOddUrl(url: string | undefined): void {
  if (url !== undefined && !/^https?:\/\/[^\s]+$/.test(url))
    throw new UsageError(`'${url}' cannot be called as a heartbeat: write the whole address, with https://.`);
}
