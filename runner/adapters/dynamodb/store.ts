import type { Clock } from '../../core/base/clock.ts';
import type { StateStore } from '../../core/store/ports.ts';
import { KEPT_MS } from '../../core/store/slot-transitions.ts';
import type { AwsClients } from '../aws/clients.ts';
import { dynamodbAlerts } from './alerts.ts';
import { dynamodbCleanups } from './cleanups.ts';
import { expiry, keysOf } from './items.ts';
import { dynamodbLeases } from './leases.ts';
import { dynamodbRepairs, dynamodbRuns } from './runs.ts';
import { STATE_USE } from './schema.ts';
import type { TableContext } from './slots.ts';
import { openTable } from './table.ts';

/** After its end, so that its last owner can be named. */
const LEASE_KEPT_MS = 24 * 3_600_000;

/** The table and the namespace. */
export interface StateTableAt {
  readonly table: string;
  readonly project: string;
  readonly environment: string;
}

/** State in a DynamoDB table, for short-lived runners: conditional writes alone, no transactions. The first use makes the first call. */
export function dynamodbStore(
  at: StateTableAt,
  given: {
    readonly clients: AwsClients;
    readonly clock: Pick<Clock, 'nowMs' | 'at'>;
    readonly keptMs?: number;
  },
): StateStore {
  const { clients, clock, keptMs = KEPT_MS } = given;
  const context: TableContext = {
    table: openTable({ clients, clock, name: at.table, use: STATE_USE }),
    keys: keysOf(at),
    keptMs,
    oldestMs: () => clock.nowMs() - keptMs,
  };
  return {
    runs: dynamodbRuns(context),
    alerts: dynamodbAlerts(context),
    leases: dynamodbLeases({
      table: context.table,
      keyOf: context.keys.lease,
      extra: (untilMs) => expiry(untilMs, LEASE_KEPT_MS),
    }),
    cleanups: dynamodbCleanups(context),
    repairs: dynamodbRepairs(context),
    close: async () => {},
  };
}
