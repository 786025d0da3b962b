import type { Addresses } from '../../../runner/core/alert/alert-event.ts';
import type { CanaryState, PendingNotice } from '../../../runner/core/alert/alert-state.ts';
import { newCanaryState } from '../../../runner/core/alert/outbox/apply-events.ts';
import { type DueNotice, delivered, leaseDue, refused } from '../../../runner/core/alert/outbox/delivery.ts';
import type { RefusedDelivery } from '../../../runner/core/alert/outbox/given-up.ts';
import { enqueue, type Routes } from '../../../runner/core/alert/outbox/outbox.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import { ABOUT, START_MS } from './alerts.ts';

export const MINUTE_MS = 60_000;

/** A chat channel, a pager with chat as its fallback, and a mailbox. */
export const ROUTES: Routes = {
  target: ['pager'],
  observer: ['mail'],
  channels: [{ name: 'pager', fallback: 'chat' }, { name: 'chat' }, { name: 'mail' }],
};

/** A notice of an incident that began at the start; what matters to a test is given. */
export function noticeOf(kind: Notice['kind'], more: Partial<Notice> = {}): Notice {
  const number = more.number ?? 1;
  const incident = more.incident ?? 'orders@a#target1';
  return {
    id: `${incident}:${kind}:${number}`,
    incident,
    stream: 'target',
    kind,
    number,
    severity: 'warning',
    atMs: START_MS,
    sinceMs: START_MS,
    openedAtMs: START_MS,
    runs: 2,
    neverPassed: false,
    flapping: false,
    about: ABOUT,
    ...more,
  };
}

interface Fault {
  readonly permanent?: boolean;
  readonly retryAfterMs?: number;
  readonly fraction?: number;
  readonly stoodStill?: boolean;
  readonly unconfirmed?: boolean;
  readonly unclear?: boolean;
  readonly moved?: boolean;
  readonly address?: string;
}

/** A canary's record, and writers that change it one after the other. */
export class OutboxHarness {
  state: CanaryState = newCanaryState(ABOUT, 'a');
  nowMs = START_MS;
  routes: Routes = ROUTES;
  undelivered: Notice[] = [];
  /** The digests of the channels' addresses. */
  addresses: Addresses = new Map();

  /** Decides these notices, one by one. */
  decide(...notices: readonly Notice[]): this {
    for (const notice of notices) {
      const enqueued = enqueue(this.state, [notice], this);
      this.state = enqueued.state;
      this.undelivered.push(...enqueued.undelivered);
    }
    return this;
  }

  later(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  lease(owner = 'one'): readonly DueNotice[] {
    const { state, due } = leaseDue(this.state, {
      owner,
      nowMs: this.nowMs,
      routes: this.routes,
      writer: owner,
    });
    this.state = state;
    return due;
  }

  /** Leases and delivers all due notices, until there is none; returns them in order. */
  deliver(): readonly string[] {
    const due = this.lease();
    for (const one of due) this.accept(one);
    return due.length === 0 ? [] : [...due.map(({ row }) => formatRow(row)), ...this.deliver()];
  }

  /** Gives a leased notice to its channel, which accepts it. */
  accept(due: DueNotice): void {
    const { channel } = due.row;
    const address = due.to ?? this.addresses.get(channel);
    const accepted = { answer: `${channel} says ok`, nowMs: this.nowMs, writer: 'one' };
    this.state = delivered(this.state, triedOf(due), { ...accepted, address });
  }

  /** Leases the due notice of that channel, which refuses it. */
  refuse(channel: string, fault: Fault = {}): RefusedDelivery {
    return this.give(
      this.lease().find(({ row }) => row.channel === channel),
      fault,
    );
  }

  /** Gives a leased notice to its channel, which refuses it. */
  give(due: DueNotice | undefined, { permanent = false, fraction = 0, ...more }: Fault): RefusedDelivery {
    if (due === undefined) throw new Error('nothing is due');
    const outcome = refused(this.state, triedOf(due), {
      fault: { message: 'it answered 503.', permanent, ...more },
      nowMs: this.nowMs,
      fraction,
      routes: this.routes,
      writer: 'one',
    });
    this.state = outcome.state;
    this.undelivered.push(...outcome.undelivered);
    return outcome;
  }

  /** Pending notices, in order: `pager: opened`. */
  get waiting(): readonly string[] {
    return this.state.outbox.map(formatRow);
  }
}

/** The delivery attempt of a leased notice. */
export function triedOf({ row }: DueNotice) {
  return { id: row.id, owner: row.lease?.owner ?? '', fence: row.lease?.fence ?? 0 };
}

function formatRow({ channel, notice, insteadOf }: PendingNotice): string {
  const what = notice.id.slice(notice.id.indexOf('#') + 1).replace(/^target1:/, '');
  return `${channel}: ${what}${insteadOf === undefined ? '' : ` instead of ${insteadOf}`}`;
}
