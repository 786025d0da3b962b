import { CanaryError } from '../core/errors.ts';
import type { RunResult } from '../core/run.ts';
import { adoptFleet } from '../engine/adopt-fleet.ts';
import { Interrupted } from '../engine/judge.ts';
import { localQueue } from '../engine/local-queue.ts';
import type { Monitor } from '../engine/monitor.ts';
import type { Ticked } from '../engine/tick.ts';
import { watchOver } from '../engine/watch-over.ts';
import { workSlot } from '../engine/work-slot.ts';
import { EXIT, type Io, UsageError } from './io.ts';
import { monitorFor, type Watched } from './monitor-for.ts';
import { sayFault, sayStart, sayTick, sayWatchedRun } from './say-watch.ts';
import type { StateOptions } from './state-choice.ts';

/** Options of `coalmine watch`. */
export interface WatchOptions extends StateOptions {
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
  const watched = await monitorFor(paths, options, io);
  if (watched === undefined) return EXIT.usage;
  const ending = new AbortController();
  const leaving = new AbortController();
  const stopListening = io.onInterrupt(
    {
      says: 'Ending: what runs is run to its end. Press Ctrl-C again to cut it short.',
      act: () => ending.abort(),
    },
    {
      says: 'Cutting short, and cleaning up. Press Ctrl-C again to leave at once.',
      act: () => leaving.abort(new Interrupted('The run was interrupted.')),
    },
  );
  try {
    return await keepWatch(watched, options, { io, ending: ending.signal, leaving: leaving.signal });
  } catch (thrown) {
    if (!(thrown instanceof CanaryError)) throw thrown;
    io.stderr.write(`${thrown.message}\n`);
    return thrown.blame === 'definition' ? EXIT.usage : EXIT.error;
  } finally {
    stopListening();
    await watched.close();
  }
}

interface Keeping {
  readonly io: Io;
  /** Nothing new is begun. */
  readonly ending: AbortSignal;
  /** What runs is ended too, with its cleanup. */
  readonly leaving: AbortSignal;
}

async function keepWatch(
  { monitor: given, leases, stateAt }: Watched,
  options: WatchOptions,
  { io, ending, leaving }: Keeping,
): Promise<number> {
  const { clock } = given.engine;
  const say = (line: string): void => void io.stdout.write(`${line}\n`);
  const queue = localQueue({
    clock,
    concurrency: options.concurrency,
    work: async (slot) => void (await workSlot(slot, monitor, { signal: leaving })),
    failed: (slot, thrown) => say(sayFault(clock.nowMs(), thrown, given.engine, slot.canary)),
  });
  const monitor: Monitor = {
    ...given,
    queue,
    report: async (result: RunResult) => say(sayWatchedRun(clock.nowMs(), result)),
  };
  await adoptFleet(monitor, { allowShrink: options.allowShrink === true });
  say(sayStart(clock.nowMs(), monitor, stateAt));
  await watchOver({
    leases,
    signal: ending,
    monitor: async () => monitor,
    alive: async (ticked) => beat(options.heartbeat, ticked, io),
    ticked: (ticked) => {
      for (const line of sayTick(clock.nowMs(), ticked, given.engine)) say(line);
    },
  });
  await queue.drain();
  return EXIT.good;
}

/** Somebody outside waits for this call. Why it did not get through is said, and ends nothing. */
async function beat(url: string | undefined, _: Ticked, { stderr }: Io): Promise<void> {
  if (url === undefined) return;
  const { request } = await import('undici');
  try {
    const { body, statusCode } = await request(url, {
      method: 'POST',
      signal: AbortSignal.timeout(HEARTBEAT_MS),
    });
    await body.dump();
    if (statusCode >= 300) stderr.write(`The heartbeat was answered with ${statusCode}.\n`);
  } catch (thrown) {
    const why =
      thrown instanceof Error
        ? thrown.cause instanceof Error
          ? thrown.cause.message
          : thrown.message
        : String(thrown);
    stderr.write(`The heartbeat could not be sent: ${why}.\n`);
  }
}

function refuseOddUrl(url: string | undefined): void {
  if (url !== undefined && !/^https?:\/\/[^\s]+$/.test(url))
    throw new UsageError(`'${url}' cannot be called as a heartbeat: write the whole address, with https://.`);
}
