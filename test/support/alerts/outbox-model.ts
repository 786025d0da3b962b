import type { AlertEvent } from '../../../runner/core/alert/alert-event.ts';
import type { CanaryState } from '../../../runner/core/alert/alert-state.ts';
import { applyEvents, newCanaryState } from '../../../runner/core/alert/outbox/apply-events.ts';
import {
  type DueNotice,
  delivered,
  LEASE_MS,
  leaseDue,
  refused,
} from '../../../runner/core/alert/outbox/delivery.ts';
import { routesOf } from '../../../runner/core/alert/outbox/outbox.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import { ABOUT, digestFor, policyOf, SLOT_MS } from './alerts.ts';

/** Known ways to lose notices; the real outbox has none of them. */
export interface Variant {
  /** Marks a notice as delivered, then sends it. */
  readonly marksFirst?: boolean;
  /** Writes the incidents and the notices in two writes. */
  readonly writesTwice?: boolean;
  /** Sends while it applies events, and logs a failure instead of retrying. */
  readonly sendsInline?: boolean;
  /** Sends without checking its lease, though no later than a lease after it. */
  readonly sendsLate?: boolean;
}

/** Number of faults of each kind that may still happen. */
export interface FaultBudget {
  readonly crashes: number;
  readonly failures: number;
  readonly lostAcks: number;
  /** A sender sleeps through the end of its lease, and wakes. */
  readonly freezes: number;
}

type Sender =
  | { readonly at: 'idle' }
  | { readonly at: 'leased'; readonly due: DueNotice }
  | { readonly at: 'sent'; readonly due: DueNotice; readonly accepted: boolean };

/** The record, the two senders, and the messages that the channel has received. */
export interface Model {
  readonly record: CanaryState;
  /** The state that a crash between two writes would lose. */
  readonly unwritten?: CanaryState;
  readonly applied: number;
  readonly nowMs: number;
  readonly senders: readonly [Sender, Sender];
  readonly faults: FaultBudget;
  readonly received: Received;
}

/** Summary of the messages that the channel has received. */
interface Received {
  readonly last?: string;
  readonly beginning: boolean;
  readonly end: boolean;
  readonly endFirst: boolean;
  /** An opening was received after the end. */
  readonly stale: boolean;
  /** Beyond the first of each kind; a status update is none. */
  readonly duplicates: number;
  readonly kinds: readonly string[];
}

const POLICY = policyOf({ after: { failures: 1, of: 1 }, to: ['pager'] });
const ROUTES = routesOf(POLICY, {
  operators: [],
  channels: [{ name: 'pager', kind: 'sns', options: {}, address: 'a' }],
});
const IDLE: Sender = { at: 'idle' };

/** An incident begins, and ends. */
const HISTORY = ['failed', 'passed'] as const;

const NOTHING: Received = {
  beginning: false,
  end: false,
  endFirst: false,
  stale: false,
  duplicates: 0,
  kinds: [],
};

/** Every model that can be reached with this fault budget. */
export function explore(faults: FaultBudget, variant: Variant = {}): readonly Model[] {
  return [...walk(faults, variant).models.values()];
}

/** States that can be reached, but from which there is no way to rest. */
export function stuck(faults: FaultBudget): readonly Model[] {
  const { models, comesFrom } = walk(faults, {});
  const good = [...models].filter(([, model]) => isOver(model)).map(([key]) => key);
  const seen = new Set(good);
  for (const key of good) {
    for (const before of comesFrom.get(key) ?? []) {
      if (seen.has(before)) continue;
      seen.add(before);
      good.push(before);
    }
  }
  return [...models].filter(([key]) => !seen.has(key)).map(([, model]) => model);
}

function walk(faults: FaultBudget, variant: Variant) {
  const first: Model = {
    record: newCanaryState(ABOUT, 'a'),
    applied: 0,
    nowMs: SLOT_MS,
    senders: [IDLE, IDLE],
    faults,
    received: NOTHING,
  };
  const models = new Map([[keyOf(first), first]]);
  const comesFrom = new Map<string, string[]>();
  // A map is walked in the order of its entries, those added meanwhile included.
  for (const [from, model] of models) {
    for (const next of movesOf(model, variant)) {
      const key = keyOf(next);
      const before = comesFrom.get(key) ?? [];
      comesFrom.set(key, [...before, from]);
      if (!models.has(key)) models.set(key, next);
    }
  }
  return { models, comesFrom };
}

/** True if nothing more can happen: everything is applied and sent. */
export function isOver({ record, applied, senders, unwritten }: Model): boolean {
  const isQuiet = senders.every(({ at }) => at === 'idle') && unwritten === undefined;
  return isQuiet && applied === HISTORY.length && record.outbox.length === 0;
}

/** The broken promise of a model that began with this fault budget; undefined if none is broken. */
export function faultOf({ received, faults, ...model }: Model, given: FaultBudget): string | undefined {
  if (received.endFirst) return 'an end without a beginning';
  const spent =
    given.crashes + given.lostAcks + given.freezes - faults.crashes - faults.lostAcks - faults.freezes;
  if (received.duplicates > spent) return 'more duplicates than crashes, lost answers and freezes';
  if (!isOver({ received, faults, ...model })) return undefined;
  if (!received.beginning) return 'the beginning was not received';
  if (!received.end) return 'the end was not received';
  return isTrue(received.last) ? undefined : 'the last word is not true';
}

function receives(received: Received, { kind, closedAtMs }: Notice): Received {
  const standing = closedAtMs === undefined ? 'standing-opened' : 'standing-closed';
  const word = kind === 'statusUpdate' ? standing : kind;
  const isNews = kind !== 'statusUpdate';
  const isAgain = received.kinds.includes(word);
  const beginning = received.beginning || word === 'opened' || word === 'combined';
  const end = received.end || word === 'closed' || word === 'combined';
  return {
    last: word,
    beginning,
    end,
    endFirst: received.endFirst || (end && !beginning),
    stale: received.stale || (!isTrue(word) && received.end),
    duplicates: received.duplicates + (isNews && isAgain ? 1 : 0),
    kinds: isNews && !isAgain ? [...received.kinds, word].toSorted() : received.kinds,
  };
}

function isTrue(word: string | undefined): boolean {
  return word === 'closed' || word === 'combined' || word === 'standing-closed';
}

function movesOf(model: Model, variant: Variant): readonly Model[] {
  return [
    ...folds(model, variant),
    ...[0, 1].flatMap((index) => sends(model, index, variant)),
    ...waits(model),
  ];
}

/** Time matters only to a lease and to notices that must wait. A sender that sleeps through the end of a lease is frozen. */
function waits(model: Model): readonly Model[] {
  const { record, nowMs, senders, faults } = model;
  const matters = record.outbox.some((row) => row.lease !== undefined || row.nextAttemptAtMs > nowMs);
  const frozen = senders.filter((sender) => sender.at !== 'idle' && leftMs(sender.due, nowMs) > 0).length;
  if (!matters || frozen > faults.freezes) return [];
  return [{ ...model, nowMs: nowMs + LEASE_MS, faults: { ...faults, freezes: faults.freezes - frozen } }];
}

function leftMs({ row }: DueNotice, nowMs: number): number {
  return (row.lease?.untilMs ?? 0) - nowMs;
}

function folds(model: Model, variant: Variant): readonly Model[] {
  const { record, unwritten, applied } = model;
  if (unwritten !== undefined) {
    const { unwritten: _, ...rest } = model;
    const second = { ...rest, record: { ...record, outbox: unwritten.outbox } };
    return [second, ...crash(model, rest)];
  }
  if (applied === HISTORY.length) return [];
  const outcome = applyEvents(record, [eventOf(model)], { policy: POLICY, routes: ROUTES, writer: 'w' });
  const next = { ...model, record: outcome.state, applied: applied + 1 };
  if (variant.writesTwice === true)
    return [{ ...next, record: { ...outcome.state, outbox: record.outbox }, unwritten: outcome.state }];
  if (variant.sendsInline !== true) return [next];
  const inline = { ...next, record: { ...outcome.state, outbox: [] } };
  const hearing = { ...inline, received: outcome.notices.reduce(receives, inline.received) };
  return [hearing, ...(model.faults.failures > 0 ? [{ ...inline, faults: spend(model, 'failures') }] : [])];
}

function eventOf({ applied, nowMs }: Model): AlertEvent {
  const digest = digestFor((applied + 1) * SLOT_MS, HISTORY[applied] ?? 'passed');
  return { kind: 'result', digest, about: ABOUT, nowMs, inMaintenance: false };
}

function sends(model: Model, index: number, variant: Variant): readonly Model[] {
  const sender = model.senders[index] ?? IDLE;
  const { record, nowMs } = model;
  const owner = `sender-${index}`;
  if (sender.at === 'idle') {
    const { state, due } = leaseDue(record, { owner, nowMs, routes: ROUTES, writer: 'w' });
    if (due.length === 0) return state === record ? [] : [{ ...model, record: state }];
    return due.map((one) => {
      const kept = variant.marksFirst === true ? delivered(state, triedOf(one), acceptedAt(nowMs)) : state;
      return withSender({ ...model, record: kept }, index, { at: 'leased', due: one });
    });
  }
  const crashed = crash(model, withSender(model, index, IDLE));
  if (sender.at === 'leased') return [...crashed, ...tries(model, index, { sender, variant })];
  const tried = triedOf(sender.due);
  const next = sender.accepted
    ? delivered(record, tried, acceptedAt(nowMs))
    : refused(record, tried, {
        fault: { message: 'no answer', permanent: false },
        nowMs,
        fraction: 0,
        routes: ROUTES,
        writer: 'w',
      }).state;
  return [...crashed, withSender({ ...model, record: next }, index, IDLE)];
}

function tries(
  model: Model,
  index: number,
  { sender, variant }: { readonly sender: Sender & { readonly at: 'leased' }; readonly variant: Variant },
): readonly Model[] {
  const { due } = sender;
  if (leftMs(due, model.nowMs) + (variant.sendsLate === true ? LEASE_MS : 0) <= 0)
    return [withSender(model, index, IDLE)];
  const received = receives(model.received, due.row.notice);
  const ends = (accepted: boolean, more: Partial<Model>) =>
    withSender({ ...model, ...more }, index, { at: 'sent', due, accepted });
  return [
    ends(true, { received }),
    ...(model.faults.failures > 0 ? [ends(false, { faults: spend(model, 'failures') })] : []),
    ...(model.faults.lostAcks > 0 ? [ends(false, { received, faults: spend(model, 'lostAcks') })] : []),
  ];
}

function crash(model: Model, after: Model): readonly Model[] {
  return model.faults.crashes > 0 ? [{ ...after, faults: spend(model, 'crashes') }] : [];
}

function spend({ faults }: Model, what: keyof FaultBudget): FaultBudget {
  return { ...faults, [what]: faults[what] - 1 };
}

function withSender(model: Model, index: number, sender: Sender): Model {
  const [first, second] = model.senders;
  return { ...model, senders: index === 0 ? [sender, second] : [first, sender] };
}

function acceptedAt(nowMs: number) {
  return { answer: 'ok', nowMs, writer: 'w' };
}

function triedOf({ row }: DueNotice) {
  return { id: row.id, owner: row.lease?.owner ?? '', fence: row.lease?.fence ?? 0 };
}

/** Key of a model: equal for two models that differ only in absolute times, or in which of two alike senders is which. */
function keyOf({ record, unwritten, applied, nowMs, senders, faults, received }: Model): string {
  const owners = senders
    .map((sender, index) => {
      if (sender.at === 'idle') return ['idle'];
      const { id, lease } = sender.due.row;
      const holds = record.outbox.some(
        (row) => row.id === id && row.lease?.fence === lease?.fence && row.lease?.owner === `sender-${index}`,
      );
      return [
        sender.at,
        id,
        holds,
        Math.max(-LEASE_MS, leftMs(sender.due, nowMs)),
        sender.at === 'sent' && sender.accepted,
      ];
    })
    .map((one) => JSON.stringify(one))
    .toSorted();
  const rows = [record, unwritten].map((one) =>
    one?.outbox.map(({ notice, lease, nextAttemptAtMs }) => [
      notice.id,
      lease === undefined ? 'free' : Math.max(0, lease.untilMs - nowMs),
      Math.max(0, nextAttemptAtMs - nowMs),
    ]),
  );
  return JSON.stringify([rows, record.alert.statusUpdates, applied, owners, faults, received]);
}
