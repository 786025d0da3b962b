import type { Clock } from '../../core/base/clock.ts';
import type { StateStore } from '../../core/store/ports.ts';
import { KEPT_MS } from '../../core/store/slot-transitions.ts';
import { alertRows, sqliteAlerts, sqliteLeases } from './alerts.ts';
import { sqliteCleanups } from './cleanups.ts';
import { openStateFile, type StateFileAt } from './file.ts';
import { sqliteRows } from './rows.ts';
import { sqliteRepairs, sqliteRuns } from './runs.ts';

/**
 * State in a file on this machine, shared safely by its processes; not over a network file system, whose locks SQLite
 * cannot rely on.
 * @throws DefinitionError for a file that is not ours, is newer, is damaged or cannot be written.
 */
export function sqliteStore(
  at: StateFileAt,
  { clock, keptMs = KEPT_MS }: { readonly clock: Pick<Clock, 'nowMs'>; readonly keptMs?: number },
): StateStore {
  const file = openStateFile(at);
  const rows = sqliteRows(file);
  const alerts = alertRows(file);
  const oldestMs = (): number => clock.nowMs() - keptMs;
  return {
    runs: sqliteRuns(file, { rows, alerts }, oldestMs),
    alerts: sqliteAlerts(file, alerts, oldestMs),
    leases: sqliteLeases(file),
    cleanups: sqliteCleanups(file),
    repairs: sqliteRepairs(file, rows),
    close: async () => file.close(),
  };
}
