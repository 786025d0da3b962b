import { groupBatch } from '../../core/alert/grouping/group-notice.ts';
import { type GroupPlan, planGroups } from '../../core/alert/grouping/plan-groups.ts';
import type { DeliveryBatch } from '../../core/alert/outbox/batch-notices.ts';
import { followedBy, LEASE_MS, leaseInGroup } from '../../core/alert/outbox/delivery.ts';
import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import { unlessDamaged } from '../../core/store/damaged.ts';
import { newWriteId } from '../fleet-context.ts';
import { type Trying, tryingInto } from '../trying.ts';
import { AT_ONCE, type Deliveries, type DeliveriesContext } from './deliveries.ts';

/** Messages in turn to one channel at one tick, such as an end and the opening that waits behind it. */
const MAX_ROUNDS = 3;

/**
 * Delivery of the notices that go out together. One process does this at a time. Otherwise the end of a group could overtake an opening that
 * joins it, and its channel would close an incident that is open.
 */
export class GroupDeliveries {
  readonly #context: DeliveriesContext;
  readonly #deliveries: Deliveries;

  constructor(context: DeliveriesContext, deliveries: Deliveries) {
    this.#context = context;
    this.#deliveries = deliveries;
  }

  /** Delivers what is ready, unless no canary has an open incident or a pending notice: these are their names. */
  async deliver(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const { leases, engine } = this.#context;
    const lease = { name: 'grouped notices', owner: newWriteId(this.#context) };
    try {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const nowMs = engine.clock.nowMs();
        if (!(await leases.take({ ...lease, nowMs, forMs: LEASE_MS, evenAhead: true })).held) return;
        if (!(await this.#deliverRound(nowMs + LEASE_MS))) return;
      }
    } finally {
      await leases.drop(lease);
    }
  }

  /**
   * Sends what is ready until the lease ends. True if something was sent: what waited behind it may be ready now. The names are read under
   * the lease. A process that was frozen before does not know a member that has joined a group since.
   */
  async #deliverRound(untilMs: number): Promise<boolean> {
    const { states, alerts, engine } = this.#context;
    const names = await alerts.withNotices(engine.clock.nowMs());
    const loaded = await Promise.all(names.map(async (name) => unlessDamaged(alerts.load(name))));
    const plans = planGroups({
      states: loaded.filter((state) => state !== undefined),
      nowMs: engine.clock.nowMs(),
      routesOf: (name) => states.routesOf(name),
    });
    const faults: unknown[] = [];
    const trying = tryingInto(faults);
    const leased = await Promise.all(
      plans.map(async (plan) => trying(async () => this.#lease(plan, { untilMs, trying }))),
    );
    const batches = leased.flatMap((batch) => batch ?? []);
    const given = await Promise.all(batches.map(async (batch) => this.#deliveries.send(batch, trying)));
    const next = new Set(given.flat());
    if (next.size > 0) await this.#deliveries.deliver([...next]);
    if (faults.length > 0) throw faults[0];
    return batches.length > 0;
  }

  /** The batch of a plan; none if its notices have changed meanwhile, or if the incident that they would join is over. */
  async #lease(
    { key, follows, channel, ...plan }: GroupPlan,
    { untilMs, trying }: { readonly untilMs: number; readonly trying: Trying },
  ): Promise<readonly DeliveryBatch[]> {
    const { states, owner } = this.#context;
    if (follows !== undefined) {
      const join = { incident: key, channel };
      const followed = await states.change(follows, (state, { writer }) =>
        followedBy(state, { ...join, writer }),
      );
      if (!followed.isFollowed) return [];
    }
    const leased = await mapWithConcurrency(AT_ONCE, plan.rows, async ({ canary, id }) =>
      trying(async () =>
        states.change(canary, (state, write) =>
          leaseInGroup(state, { ...write, owner, id, group: key, untilMs }),
        ),
      ),
    );
    const due = leased.flatMap((one) => one?.due ?? []);
    return due.length === 0 ? [] : [groupBatch({ key, channel, ...plan }, due)];
  }
}
