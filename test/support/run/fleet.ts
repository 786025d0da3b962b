import { DeliveryError } from '../../../runner/core/base/errors.ts';
import type { AlertPolicy, Canary, Schedule } from '../../../runner/core/model/canary.ts';
import type { Channel } from '../../../runner/core/model/channel.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import type { Notifier } from '../../../runner/core/notice/notifier.ts';
import type { StateStore } from '../../../runner/core/store/ports.ts';
import type { QueuedSlot } from '../../../runner/core/store/run-queue.ts';
import { type AlertingContext, alertingOf } from '../../../runner/engine/alerting/alerting.ts';
import { type FleetContext, scheduledIn } from '../../../runner/engine/fleet-context.ts';
import { memoryStore } from '../store/memory-store.ts';
import { actStep, canaryOf } from './builders.ts';
import { eventReporters, type ReportedEvent } from './reporting.ts';
import { RunHarness } from './run-harness.ts';

/** The schedule of a canary that is given no other. */
export const EVERY_MINUTE: Schedule = { everyMs: 60_000, jitterMs: 0, overlap: 'skip', catchUp: 'latest' };

/** A canary with a schedule, every minute unless another is given, that notifies `chat`. */
export function scheduled(
  name: string,
  more: Partial<Canary> & { readonly policy?: Partial<AlertPolicy> } = {},
): Canary {
  const { policy, ...canary } = more;
  return canaryOf(
    {
      name,
      schedule: EVERY_MINUTE,
      timeoutMs: 20_000,
      alert: {
        after: { failures: 2, of: 2 },
        recover: 1,
        remindMs: 3_600_000,
        severity: 'warning',
        to: ['chat'],
        ...policy,
      },
      ...canary,
    },
    actStep('act'),
  );
}

/** A scheduled fleet in a harness of a test's own: its queue, notices and reports are recorded. */
export class TestFleet {
  readonly harness = new RunHarness();
  readonly store: StateStore = memoryStore({ clock: this.harness.clock });
  readonly queued: QueuedSlot[] = [];
  readonly reported: RunResult[] = [];
  readonly sent: {
    readonly channel: string;
    readonly notice: Notice;
    readonly late: boolean;
    readonly to: string | undefined;
  }[] = [];
  readonly undelivered: Notice[] = [];
  /** Behaviour of a channel for a notice, before it is recorded; throwing is refusing it. `sent` says that it has the whole request. */
  send: (channel: string, notice: Notice, sent: () => void) => Promise<void> = async () => {};
  /** Digest of a channel's present address; throwing is that it cannot be had. */
  address: (channel: string) => Promise<string> = async (channel) => `the address of ${channel}`;
  canaries: readonly Canary[];
  channels: readonly Channel[] = [
    { name: 'chat', kind: 'slack', options: {}, address: 'https://chat', fallback: 'pager' },
    { name: 'pager', kind: 'pagerduty', options: {}, address: 'key' },
  ];
  operators: readonly string[] = ['pager'];

  constructor(...canaries: readonly Canary[]) {
    this.canaries = canaries;
  }

  /** The present fleet context; `owner` distinguishes workers. */
  monitor(more: Partial<FleetContext & AlertingContext> = {}): FleetContext {
    const environment = { name: 'default', vars: {} };
    const parts = {
      engine: { ...this.harness.engine, reporters: eventReporters((one) => this.#report(one)) },
      fleet: {
        project: { ...NO_PROJECT, channels: this.channels, operators: this.operators },
        environment,
        canaries: scheduledIn(this.canaries, environment),
      },
      runs: this.store.runs,
      alerts: this.store.alerts,
      leases: this.store.leases,
      queue: {
        holds: (canary: string) => this.queued.some((slot) => slot.canary === canary),
        send: async (slots: readonly QueuedSlot[]) => void this.queued.push(...slots),
      },
      owner: 'worker-1',
      notifierOf: (channel: string) => this.#notifier(channel),
      ...more,
    };
    return { alerting: alertingOf(parts), ...parts };
  }

  /** Delivered notices, in a few words each: `chat opened orders`. */
  get words(): readonly string[] {
    return this.sent.map(({ channel, notice }) => `${channel} ${notice.kind} ${notice.about.canary}`);
  }

  #report(one: ReportedEvent): void {
    this.harness.reported.push(one);
    if (one.event === 'onRunEnd') this.reported.push(one.value);
    if (one.event === 'onUndelivered') this.undelivered.push(...one.value);
  }

  #notifier(channel: string): Notifier {
    return {
      address: async () => this.address(channel),
      send: async (notice, { delayedSinceMs, to, sent = () => {} }) => {
        await this.send(channel, notice, sent);
        this.sent.push({ channel, notice, late: delayedSinceMs !== undefined, to });
        return { answer: 'ok', address: to ?? (await this.address(channel)) };
      },
    };
  }
}

/** A channel that is unavailable, for now or for good. */
export function away(permanent = false): DeliveryError {
  return new DeliveryError(permanent ? 'gone' : 'away', { permanent });
}
