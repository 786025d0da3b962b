import type { ClientOf } from '../../reporters/contract.ts';
import { awsClients } from '../adapters/aws/clients.ts';
import { loopDelay } from '../adapters/runtime/loop-delay.ts';
import { systemClock } from '../adapters/runtime/system-clock.ts';
import { clientOptions } from '../app-parts.ts';
import type { Reporter } from '../core/report/reporter.ts';
import type { Reporters } from '../core/report/reporters.ts';
import type { Settings } from '../settings.ts';
import { reportersFor } from './open-reporters.ts';
import type { Surroundings } from './surroundings.ts';

/** Reporters of runs on demand. */
export interface RunReporters {
  readonly reporters: Reporters;
  /** Reports the health of this process, and lets the reporters send the rest. */
  end(): Promise<void>;
  /** Closes every connection. */
  close(): void;
}

/**
 * Opens the reporters of runs on demand, written as NAME or NAME:TARGET, next to some of the caller's own.
 * @throws UsageError for one that cannot be opened, and for two texts in one place.
 */
export async function openRunReporters(
  written: readonly string[],
  { settings, own = [] }: { readonly settings: Settings; readonly own?: readonly Reporter[] },
  around: Surroundings,
): Promise<RunReporters> {
  const clients = awsClients(clientOptions(settings));
  const clock = systemClock();
  const clientOf: ClientOf = (constructor) => clients.clientOf(constructor, 'observe');
  const reporters = await reportersFor(written, { place: 'run', around, clock, clientOf, own });
  const delay = reporters.has('onHealth') ? loopDelay() : undefined;
  return {
    reporters,
    end: async () => {
      if (delay !== undefined)
        reporters.emit('onHealth', {
          runner: around.who.host,
          atMs: clock.nowMs(),
          eventLoopDelayMs: delay.longestMs(),
          reporterFailures: reporters.takeFailures(),
        });
      await reporters.end();
    },
    close: () => {
      delay?.end();
      clients.close();
    },
  };
}
