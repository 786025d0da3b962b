import type { PendingNotice } from '../../core/alert/alert-state.ts';
import { firstNoticeLease } from '../../core/alert/grouping/group-notice.ts';
import { KNOWN_MS, urgentIn } from '../../core/alert/grouping/plan-groups.ts';
import type { NoticeAttempt } from '../../core/alert/notice-attempt.ts';
import { attemptOf, unrecordedAttempt } from '../../core/alert/outbox/attempts.ts';
import { batchNotices, type DeliveryBatch } from '../../core/alert/outbox/batch-notices.ts';
import {
  type DeliveryAttempt,
  type DueNotice,
  delivered,
  leaseDue,
  mayStillSend,
  refused,
} from '../../core/alert/outbox/delivery.ts';
import type { RefusedDelivery } from '../../core/alert/outbox/given-up.ts';
import { channelAlerts } from '../../core/alert/runner-alerts.ts';
import { DeliveryError } from '../../core/base/errors.ts';
import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import { unlessDamaged } from '../../core/store/damaged.ts';
import { type Alerting, newWriteId, reportUndelivered } from '../fleet-context.ts';
import { type Trying, tryingInto } from '../trying.ts';
import type { AlertingContext } from './alerting.ts';
import type { CanaryStates } from './canary-states.ts';
import { sendNotice, timeoutOf } from './send-notice.ts';

/** Records of canaries that are changed at a time, so that the notices of a large fleet fit into a lease. */
export const AT_ONCE = 50;

export interface DeliveriesContext extends AlertingContext, Pick<Alerting, 'apply'> {
  readonly states: CanaryStates;
}

/**
 * Delivery of the notices in outboxes: lease, send, mark. A process that dies in between leaves a lease that runs out, and
 * another sends again: a notice may come twice, and is never lost.
 */
export class Deliveries {
  readonly #context: DeliveriesContext;

  constructor(context: DeliveriesContext) {
    this.#context = context;
  }

  /**
   * Delivers the due notices of canaries that go out by themselves, then those that take the place of notices which were given up. If the
   * state of one cannot be used, the others are still delivered.
   */
  async deliver(names: readonly string[]): Promise<void> {
    const due: DueNotice[] = [];
    const unrecorded: NoticeAttempt[] = [];
    const faults: unknown[] = [];
    const trying = tryingInto(faults);
    for (const name of names) {
      const leased = await trying(async () => this.#lease(name, trying));
      if (leased === undefined) continue;
      due.push(...leased.due);
      unrecorded.push(...leased.expired.map((row) => unrecordedAttempt({ canary: name, row })));
    }
    const recorded = this.#record(unrecorded, trying);
    const given = await Promise.all(batchNotices(due).map(async (batch) => this.send(batch, trying)));
    await recorded;
    const next = new Set(given.flat());
    // It ends: each time, a channel gave up notices that it does not get again now.
    if (next.size > 0) await this.deliver([...next]);
    if (faults.length > 0) throw faults[0];
  }

  /** Leases the notices of a canary that go out by themselves. The first critical opening of a cause is one on its channel. */
  async #lease(name: string, trying: Trying): Promise<Pick<ReturnType<typeof leaseDue>, 'due' | 'expired'>> {
    const { states, owner } = this.#context;
    const found = await states.change(name, (state, write) => {
      const urgent = urgentIn(state, write);
      const leased =
        urgent.length === 0 ? leaseDue(state, { ...write, owner }) : { state, due: [], expired: [] };
      return { ...leased, urgent };
    });
    if (found.urgent.length === 0) return found;
    const alone: string[] = [];
    for (const row of found.urgent)
      if ((await trying(async () => this.#isFirst(row))) === true) alone.push(row.id);
    // All of them in one change: a lease that one change took would be lost with a fault of the next.
    return states.change(name, (state, write) => leaseDue(state, { ...write, owner, alone }));
  }

  /** True for the first opening of its cause on its channel in five minutes. Of several processes that ask at once, one is first. */
  async #isFirst({ channel, notice }: PendingNotice): Promise<boolean> {
    const { leases, engine } = this.#context;
    const lease = { name: firstNoticeLease(channel, notice), owner: newWriteId(this.#context) };
    const ask = { ...lease, nowMs: engine.clock.nowMs(), forMs: KNOWN_MS, evenAhead: true };
    return (await leases.take(ask)).held;
  }

  /**
   * Sends a batch, and gives the names with notices in place of those that were given up. A lease that is all but over is left to the next
   * process: this one might send an old message after a newer one.
   */
  async send(batch: DeliveryBatch, trying: Trying): Promise<readonly string[]> {
    const { engine, states } = this.#context;
    const { channel, notice } = batch;
    const timeoutMs = timeoutOf(channel, this.#context);
    if (!batch.delivers.every(({ row }) => mayStillSend(row, engine.clock.nowMs(), timeoutMs))) return [];
    const answer = await sendNotice(batch, this.#context);
    const attempts = batch.delivers.map((leased) => attemptOf(leased, answer));
    const recorded = this.#record(attempts, trying);
    const given: string[] = [];
    if (answer instanceof DeliveryError) {
      const [byte] = engine.random.bytes(1) as unknown as readonly [number];
      const refusal = { fault: answer, fraction: byte / 256 }; // the same for all, so that they are tried again together
      for (const leased of batch.delivers)
        given.push(...((await trying(async () => this.#refuse(leased, refusal))) ?? []));
    } else {
      await mapWithConcurrency(AT_ONCE, batch.delivers, async (leased) =>
        trying(async () =>
          states.change(leased.canary, (state, write) => ({
            state: delivered(state, this.#attemptAt(leased), { ...write, ...answer }),
          })),
        ),
      );
      engine.reporters?.emit('onDelivered', { channel, notice });
      await trying(async () => this.#resolveChannelIncident(channel));
    }
    await recorded;
    return given;
  }

  #attemptAt({ row }: DueNotice): DeliveryAttempt {
    return { id: row.id, owner: this.#context.owner, fence: row.attempts };
  }

  /** Adds attempts to their log. If that fails, it is a fault like others, and holds up no notice. */
  async #record(attempts: readonly NoticeAttempt[], trying: Trying): Promise<void> {
    if (attempts.length > 0) await trying(async () => this.#context.alerts.addAttempts(attempts));
  }

  /** Reports a notice that is given up before the state says so: after a crash in between it is given up and reported again. */
  async #refuse(
    leased: DueNotice,
    refusal: { readonly fault: DeliveryError; readonly fraction: number },
  ): Promise<readonly string[]> {
    const { engine, states } = this.#context;
    const { canary } = leased;
    const beforeSave = async (outcome: RefusedDelivery): Promise<void> => {
      reportUndelivered(engine, outcome.undelivered);
      if (outcome.broken !== undefined) await this.#openChannelIncident(outcome.broken);
    };
    const { broken } = await states.change(
      canary,
      (state, write) => refused(state, this.#attemptAt(leased), { ...write, ...refusal }),
      { beforeSave },
    );
    return broken === undefined ? [] : [canary, channelAlerts(broken.channel)];
  }

  /** Notifies the operators through any channel but the broken one. */
  async #openChannelIncident({ channel, reason }: NonNullable<RefusedDelivery['broken']>): Promise<void> {
    await this.#context.apply(channelAlerts(channel), [{ kind: 'problem', reason }]);
  }

  async #resolveChannelIncident(channel: string): Promise<void> {
    const name = channelAlerts(channel);
    const state = await unlessDamaged(this.#context.alerts.load(name));
    if (state?.alert.observer.incident === undefined) return;
    await this.#context.apply(name, [
      { kind: 'resolved', reason: `Channel '${channel}' takes notices again.` },
    ]);
  }
}
