import { writeDuration } from '../../core/base/duration.ts';
import type { MaintenanceWindow } from '../../core/model/project.ts';
import { concerns, type Maintained, windowsAhead } from '../../core/schedule/maintenance-window.ts';
import { countCron } from '../../core/schedule/slots.ts';
import { formatPeriod } from './local-time.ts';

const WINDOWS_SHOWN = 3;
const YEAR_MS = 365 * 86_400_000;

/** The maintenance windows of a canary: how often each opens in the year to come, and the next ones. */
export function formatWindows(
  windows: readonly MaintenanceWindow[],
  maintained: Maintained,
  nowMs: number,
): readonly string[] {
  return windows
    .filter((window) => concerns(window, maintained))
    .flatMap((window) => {
      const { timezone, forMs, reason } = window;
      const times = countCron(window, nowMs, nowMs + YEAR_MS);
      const often = `${times === 1 ? 'once' : `${times} times`} in the year to come`;
      return [
        `  Maintenance mutes its notices ${often}, for ${writeDuration(forMs)} (${reason}). The next windows:`,
        ...windowsAhead(window, nowMs, WINDOWS_SHOWN).map(
          ({ fromMs, untilMs }) => `    ${formatPeriod(fromMs, untilMs, timezone)}`,
        ),
      ];
    });
}
