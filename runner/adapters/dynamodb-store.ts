import type { Clock, StateStore } from '../core/ports.ts';
import { KEPT_MS } from '../core/store-rules.ts';
import type { AwsClients } from './aws-clients.ts';
import { dynamodbAlerts, dynamodbStateLeases } from './dynamodb-alerts.ts';
import { tableCalls } from './dynamodb-calls.ts';
import { dynamodbCleanups } from './dynamodb-cleanups.ts';
import { keysOf } from './dynamodb-items.ts';
import { dynamodbRuns } from './dynamodb-runs.ts';
import type { Shelf } from './dynamodb-slots.ts';

/** Which table, and whose part of it. */
export interface StateTableAt {
  readonly table: string;
  readonly project: string;
  readonly environment: string;
}

/**
 * State in a DynamoDB table, for runners that come and go: conditional writes alone, no transactions. Nothing is asked of the
 * table before it is used.
 */
export function dynamodbStore(
  at: StateTableAt,
  given: { readonly clients: AwsClients; readonly clock: Pick<Clock, 'nowMs'>; readonly keptMs?: number },
): StateStore {
  const { clients, clock, keptMs = KEPT_MS } = given;
  const shelf: Shelf = {
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
