import type { Clock } from '../../core/base/clock.ts';
import type { StateStore } from '../../core/store/ports.ts';
import { KEPT_MS } from '../../core/store/slot-transitions.ts';
import type { AwsClients } from '../aws/clients.ts';
import { dynamodbAlerts, dynamodbStateLeases } from './alerts.ts';
import { tableCalls } from './calls.ts';
import { dynamodbCleanups } from './cleanups.ts';
import { keysOf } from './items.ts';
import { dynamodbRuns } from './runs.ts';
import type { TableContext } from './slots.ts';

/** The table and the namespace. */
export interface StateTableAt {
  readonly table: string;
  readonly project: string;
  readonly environment: string;
}

/** State in a DynamoDB table, for short-lived runners: conditional writes alone, no transactions. The first use makes the first call. */
export function dynamodbStore(
  at: StateTableAt,
  given: { readonly clients: AwsClients; readonly clock: Pick<Clock, 'nowMs'>; readonly keptMs?: number },
): StateStore {
  const { clients, clock, keptMs = KEPT_MS } = given;
  const shelf: TableContext = {
    table: tableCalls(clients, at.table),
    keys: keysOf(at),
    keptMs,
    oldestMs: () => clock.nowMs() - keptMs,
  };
  return {
    runs: dynamodbRuns(shelf),
    alerts: dynamodbAlerts(shelf),
    leases: dynamodbStateLeases(shelf),
    cleanups: dynamodbCleanups(shelf),
    close: async () => {},
  };
}
