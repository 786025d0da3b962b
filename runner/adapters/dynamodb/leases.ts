import type { Clock } from '../../core/base/clock.ts';
import { latestEndMs } from '../../core/store/slot-transitions.ts';
import type { Leases } from '../../core/taps/ports.ts';
import type { AwsClients } from '../aws/clients.ts';
import type { Item } from './client.ts';
import { FIXTURE_USE, LEASE_USE, type TableUse } from './schema.ts';
import { openTable, type Table } from './table.ts';

/** Owner of a lease that was held at the write, and released by the following read. */
const JUST_RELEASED = 'another process that has just ended';

/** The condition under which an owner takes or renews a lease. */
const FREE =
  'attribute_not_exists(#owner) OR #owner = :owner OR NOT attribute_type(#untilMs, :number) OR #untilMs < :nowMs';

/** The items of leases in a table. */
export interface LeaseItems {
  readonly table: Table;
  keyOf(name: string): Item;
  /** Attributes besides the owner and the end, which is in epoch milliseconds. */
  extra?(untilMs: number): Item;
}

/**
 * Leases in a table, taken by a conditional put. After a refusal the item is read again, and the owners are compared. Not every
 * DynamoDB returns the old item, and a lost answer looks like a refusal.
 */
export function dynamodbLeases({ table, keyOf, extra }: LeaseItems): Leases {
  return {
    take: async ({ name, owner, nowMs, forMs, evenAhead = false }) => {
      const untilMs = nowMs + forMs;
      const ahead = evenAhead ? { aheadMs: latestEndMs({ nowMs, forMs }) } : undefined;
      const taken = await table.put(
        { ...keyOf(name), owner, untilMs, ...extra?.(untilMs) },
        {
          when: ahead === undefined ? FREE : `${FREE} OR #untilMs > :aheadMs`,
          values: { owner, nowMs, number: 'N', ...ahead },
        },
      );
      if (taken) return { held: true };
      const found = await table.get(keyOf(name));
      if (found === undefined) return { held: false, by: JUST_RELEASED };
      const by = found['owner'] as string;
      return by === owner ? { held: true } : { held: false, by, untilMs: found['untilMs'] as number };
    },
    drop: async ({ name, owner }) => {
      await table.remove(keyOf(name), { when: '#owner = :owner', values: { owner } });
    },
  };
}

/** The table of a project's leases, apart from that of the state. */
interface LeaseTable {
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly name: string;
}

/** The leases of tap readers that run outside of the stack. */
export function tapLeases(of: LeaseTable): Leases {
  return leasesIn(of, LEASE_USE);
}

/** The leases of runs with a setup, inside the stack and outside of it: in one table they meet. */
export function fixtureLeases(of: LeaseTable): Leases {
  return leasesIn(of, FIXTURE_USE);
}

function leasesIn(of: LeaseTable, use: TableUse): Leases {
  return dynamodbLeases({ table: openTable({ ...of, use }), keyOf: (name) => ({ name }) });
}
