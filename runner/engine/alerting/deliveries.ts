import type { PendingNotice } from '../../core/alert/alert-state.ts';
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
import { unlessDamaged } from '../../core/store/damaged.ts';
import { type Alerting, newWriteId, reportUndelivered } from '../fleet-context.ts';
import type { AlertingContext } from './alerting.ts';
import type { CanaryStates } from './canary-states.ts';
import { sendNotice, timeoutOf } from './send-notice.ts';

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
    for (const name of names) {
      await this.#lease(name).then(
        ({ due: leased, expired }) => {
          due.push(...leased);
          unrecorded.push(...expired.map((row) => unrecordedAttempt({ canary: name, row })));
        },
        (thrown: unknown) => void faults.push(thrown),
      );
    }
    const recorded = this.#record(unrecorded, faults);
    const given = await Promise.all(batchNotices(due).map(async (batch) => this.send(batch, faults)));
    await recorded;
    const next = new Set(given.flat());
    // It ends: each time, a channel gave up notices that it does not get again now.
    if (next.size > 0) await this.deliver([...next]);
    if (faults.length > 0) throw faults[0];
  }

  /** Leases the notices of a canary that go out by themselves. The first critical opening of a cause is one on its channel. */
  async #lease(name: string): Promise<Pick<ReturnType<typeof leaseDue>, 'due' | 'expired'>> {
    const { states, owner } = this.#context;
    const leased = await states.change(name, (state, write) => leaseDue(state, { ...write, owner }));
    const alone: string[] = [];
    for (const row of urgentIn(leased.state, states.momentOf(name)))
      if (await this.#isFirst(row)) alone.push(row.id);
    if (alone.length === 0) return leased;
    const more = await states.change(name, (state, write) => leaseDue(state, { ...write, owner, alone }));
    return { due: [...leased.due, ...more.due], expired: leased.expired };
  }

  /** True for the first opening of its cause on its channel in five minutes. Of several processes that ask at once, one is first. */
  async #isFirst({ channel, notice: { stream, cause } }: PendingNotice): Promise<boolean> {
    const { leases, engine } = this.#context;
    const name = `first notice of ${JSON.stringify([channel, stream, cause])}`;
    const lease = { name, owner: newWriteId(this.#context), nowMs: engine.clock.nowMs(), forMs: KNOWN_MS };
    return (await leases.take(lease)).held;
  }

  /**
   * Sends a batch, and gives the names with notices in place of those that were given up. A lease that is all but over is left to the next
   * process: this one might send an old message after a newer one.
   */
  async send(batch: DeliveryBatch, faults: unknown[]): Promise<readonly string[]> {
    const { engine, owner, states } = this.#context;
    const { channel, notice } = batch;
    const timeoutMs = timeoutOf(channel, this.#context);
    if (!batch.delivers.every(({ row }) => mayStillSend(row, engine.clock.nowMs(), timeoutMs))) return [];
    const given: string[] = [];
    const answer = await sendNotice(batch, this.#context);
    const attempts = batch.delivers.map((leased) => attemptOf(leased, answer));
    const recorded = this.#record(attempts, faults);
    const [byte] = engine.random.bytes(1) as unknown as readonly [number];
    const fraction = byte / 256; // the same for all, so that they are tried again together
    for (const { canary, row } of batch.delivers) {
      const attempt = { id: row.id, owner, fence: row.attempts };
      if (answer instanceof DeliveryError)
        given.push(...(await this.#refuse(canary, attempt, { fault: answer, fraction })));
      else
        await states.change(canary, (state, write) => ({
          state: delivered(state, attempt, { ...write, ...answer }),
        }));
    }
    await recorded;
    if (answer instanceof DeliveryError) return given;
    engine.reporters?.emit('onDelivered', { channel, notice });
    await this.#resolveChannelIncident(channel);
    return given;
  }

  /** Adds attempts to their log. If that fails, it is a fault like others, and holds up no notice. */
  async #record(attempts: readonly NoticeAttempt[], faults: unknown[]): Promise<void> {
    if (attempts.length === 0) return;
    await this.#context.alerts.addAttempts(attempts).catch((thrown: unknown) => void faults.push(thrown));
  }

  /** Reports a notice that is given up before the state says so: after a crash in between it is given up and reported again. */
  async #refuse(
    canary: string,
    attempt: DeliveryAttempt,
    refusal: { readonly fault: DeliveryError; readonly fraction: number },
  ): Promise<readonly string[]> {
    const { engine, states } = this.#context;
    const beforeSave = async (outcome: RefusedDelivery): Promise<void> => {
      reportUndelivered(engine, outcome.undelivered);
      if (outcome.broken !== undefined) await this.#openChannelIncident(outcome.broken);
    };
    const { broken } = await states.change(
      canary,
      (state, write) => refused(state, attempt, { ...write, ...refusal }),
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
