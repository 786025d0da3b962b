import type { AlertEvent } from '../../../runner/core/alert/alert-event.ts';
import type { CanaryState } from '../../../runner/core/alert/alert-state.ts';
import { applyEvents, newCanaryState } from '../../../runner/core/alert/apply-events.ts';
import {
  type DueNotice,
  delivered,
  LEASE_MS,
  leaseDue,
  refused,
} from '../../../runner/core/alert/delivery.ts';
import { routesOf } from '../../../runner/core/alert/outbox.ts';
import type { Notice } from '../../../runner/core/notice/notice.ts';
import { ABOUT, digestFor, policyOf, SLOT_MS } from './alerts.ts';

/** Ways to do it that are known to lose notices; what we do has none of them. */
export interface Variant {
  /** Marks a notice as delivered, then sends it. */
  readonly marksFirst?: boolean;
  /** Writes what is true and what must be told one after the other. */
  readonly writesTwice?: boolean;
  /** Sends while it folds, and takes a failure for a message in the log. */
  readonly sendsInline?: boolean;
  /** Sends without looking whether the lease still holds, though no later than a lease after it. */
  readonly sendsLate?: boolean;
}

/** How much may still go wrong. */
export interface Luck {
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

/** All there is: the record, the two who send, and what the outside has heard. */
export interface World {
  readonly record: CanaryState;
  /** What a crash between two writes would lose. */
  readonly unwritten?: CanaryState;
  readonly applied: number;
  readonly nowMs: number;
  readonly senders: readonly [Sender, Sender];
  readonly luck: Luck;
  readonly heard: Heard;
}

/** What the outside has heard, as far as it matters. */
interface Heard {
  readonly last?: string;
  readonly beginning: boolean;
  readonly end: boolean;
  readonly endFirst: boolean;
  /** Somebody was told that it has begun after they were told that it is over. */
  readonly stale: boolean;
  /** Beyond the first of each kind; what says again how things stand is none. */
  readonly duplicates: number;
  readonly kinds: readonly string[];
}

const POLICY = policyOf({ after: { failures: 1, of: 1 }, to: ['pager'] });
const ROUTES = routesOf(POLICY, { operators: [], channels: [{ name: 'pager', kind: 'sns', address: 'a' }] });
const IDLE: Sender = { at: 'idle' };

/** An incident begins, and ends. */
const HISTORY = ['failed', 'passed'] as const;

const NOTHING: Heard = {
  beginning: false,
  end: false,
  endFirst: false,
  stale: false,
  duplicates: 0,
  kinds: [],
};

/** Every world that can be reached with so much bad luck. */
export function explore(luck: Luck, variant: Variant = {}): readonly World[] {
  return [...walk(luck, variant).worlds.values()];
}

/** Worlds that can be reached, but from which there is no way to rest. */
export function stuck(luck: Luck): readonly World[] {
  const { worlds, comesFrom } = walk(luck, {});
  const good = [...worlds].filter(([, world]) => isOver(world)).map(([key]) => key);
  const seen = new Set(good);
  for (const key of good) {
    for (const before of comesFrom.get(key) ?? []) {
      if (seen.has(before)) continue;
      seen.add(before);
      good.push(before);
    }
  }
  return [...worlds].filter(([key]) => !seen.has(key)).map(([, world]) => world);
}

function walk(luck: Luck, variant: Variant) {
  const first: World = {
    record: newCanaryState(ABOUT, 'a'),
    applied: 0,
    nowMs: SLOT_MS,
    senders: [IDLE, IDLE],
    luck,
    heard: NOTHING,
  };
  const worlds = new Map([[keyOf(first), first]]);
  const comesFrom = new Map<string, string[]>();
  // A map is walked in the order of its entries, those added meanwhile included.
  for (const [from, world] of worlds) {
    for (const next of movesOf(world, variant)) {
      const key = keyOf(next);
      const before = comesFrom.get(key) ?? [];
      comesFrom.set(key, [...before, from]);
      if (!worlds.has(key)) worlds.set(key, next);
    }
  }
  return { worlds, comesFrom };
}

/** True where nothing more can happen: everything is applied, and nobody has anything to send. */
export function isOver({ record, applied, senders, unwritten }: World): boolean {
  const isQuiet = senders.every(({ at }) => at === 'idle') && unwritten === undefined;
  return isQuiet && applied === HISTORY.length && record.outbox.length === 0;
}

/** What is wrong with a world that was given so much bad luck; undefined where nothing is. */
export function faultOf({ heard, luck, ...world }: World, given: Luck): string | undefined {
  if (heard.endFirst) return 'an end without a beginning';
  const spent = given.crashes + given.lostAcks + given.freezes - luck.crashes - luck.lostAcks - luck.freezes;
  if (heard.duplicates > spent) return 'more duplicates than crashes, lost answers and freezes';
  if (!isOver({ heard, luck, ...world })) return undefined;
  if (!heard.beginning) return 'nobody heard of the beginning';
  if (!heard.end) return 'nobody heard of the end';
  return isTrue(heard.last) ? undefined : 'the last word is not true';
}

function hears(heard: Heard, { kind, closedAtMs }: Notice): Heard {
  const standing = closedAtMs === undefined ? 'standing-opened' : 'standing-closed';
  const word = kind === 'statusUpdate' ? standing : kind;
  const isNews = kind !== 'statusUpdate';
  const isAgain = heard.kinds.includes(word);
  const beginning = heard.beginning || word === 'opened' || word === 'combined';
  const end = heard.end || word === 'closed' || word === 'combined';
  return {
    last: word,
    beginning,
    end,
    endFirst: heard.endFirst || (end && !beginning),
    stale: heard.stale || (!isTrue(word) && heard.end),
    duplicates: heard.duplicates + (isNews && isAgain ? 1 : 0),
    kinds: isNews && !isAgain ? [...heard.kinds, word].toSorted() : heard.kinds,
  };
}

function isTrue(word: string | undefined): boolean {
  return word === 'closed' || word === 'combined' || word === 'standing-closed';
}

function movesOf(world: World, variant: Variant): readonly World[] {
  return [
    ...folds(world, variant),
    ...[0, 1].flatMap((index) => sends(world, index, variant)),
    ...waits(world),
  ];
}

/** Time matters only to a lease and to what must not be sent yet. Who sleeps through the end of a lease is frozen. */
function waits(world: World): readonly World[] {
  const { record, nowMs, senders, luck } = world;
  const matters = record.outbox.some((row) => row.lease !== undefined || row.nextAttemptAtMs > nowMs);
  const frozen = senders.filter((sender) => sender.at !== 'idle' && leftMs(sender.due, nowMs) > 0).length;
  if (!matters || frozen > luck.freezes) return [];
  return [{ ...world, nowMs: nowMs + LEASE_MS, luck: { ...luck, freezes: luck.freezes - frozen } }];
}

function leftMs({ row }: DueNotice, nowMs: number): number {
  return (row.lease?.untilMs ?? 0) - nowMs;
}

function folds(world: World, variant: Variant): readonly World[] {
  const { record, unwritten, applied } = world;
  if (unwritten !== undefined) {
    const { unwritten: _, ...rest } = world;
    const second = { ...rest, record: { ...record, outbox: unwritten.outbox } };
    return [second, ...crash(world, rest)];
  }
  if (applied === HISTORY.length) return [];
  const told = applyEvents(record, [eventOf(world)], { policy: POLICY, routes: ROUTES, writer: 'w' });
  const next = { ...world, record: told.state, applied: applied + 1 };
  if (variant.writesTwice === true)
    return [{ ...next, record: { ...told.state, outbox: record.outbox }, unwritten: told.state }];
  if (variant.sendsInline !== true) return [next];
  const inline = { ...next, record: { ...told.state, outbox: [] } };
  const hearing = { ...inline, heard: told.notices.reduce(hears, inline.heard) };
  return [hearing, ...(world.luck.failures > 0 ? [{ ...inline, luck: spend(world, 'failures') }] : [])];
}

function eventOf({ applied, nowMs }: World): AlertEvent {
  const digest = digestFor((applied + 1) * SLOT_MS, HISTORY[applied] ?? 'passed');
  return { kind: 'result', digest, about: ABOUT, nowMs, inMaintenance: false };
}

function sends(world: World, index: number, variant: Variant): readonly World[] {
  const sender = world.senders[index] ?? IDLE;
  const { record, nowMs } = world;
  const owner = `sender-${index}`;
  if (sender.at === 'idle') {
    const { state, due } = leaseDue(record, { owner, nowMs, routes: ROUTES, writer: 'w' });
    if (due.length === 0) return state === record ? [] : [{ ...world, record: state }];
    return due.map((one) => {
      const kept = variant.marksFirst === true ? delivered(state, triedOf(one), 'w') : state;
      return withSender({ ...world, record: kept }, index, { at: 'leased', due: one });
    });
  }
  const crashed = crash(world, withSender(world, index, IDLE));
  if (sender.at === 'leased') return [...crashed, ...tries(world, index, { sender, variant })];
  const tried = triedOf(sender.due);
  const next = sender.accepted
    ? delivered(record, tried, 'w')
    : refused(record, tried, {
        fault: { message: 'no answer', permanent: false },
        nowMs,
        fraction: 0,
        routes: ROUTES,
        writer: 'w',
      }).state;
  return [...crashed, withSender({ ...world, record: next }, index, IDLE)];
}

function tries(
  world: World,
  index: number,
  { sender, variant }: { readonly sender: Sender & { readonly at: 'leased' }; readonly variant: Variant },
): readonly World[] {
  const { due } = sender;
  if (leftMs(due, world.nowMs) + (variant.sendsLate === true ? LEASE_MS : 0) <= 0)
    return [withSender(world, index, IDLE)];
  const heard = hears(world.heard, due.row.notice);
  const ends = (accepted: boolean, more: Partial<World>) =>
    withSender({ ...world, ...more }, index, { at: 'sent', due, accepted });
  return [
    ends(true, { heard }),
    ...(world.luck.failures > 0 ? [ends(false, { luck: spend(world, 'failures') })] : []),
    ...(world.luck.lostAcks > 0 ? [ends(false, { heard, luck: spend(world, 'lostAcks') })] : []),
  ];
}

function crash(world: World, after: World): readonly World[] {
  return world.luck.crashes > 0 ? [{ ...after, luck: spend(world, 'crashes') }] : [];
}

function spend({ luck }: World, what: keyof Luck): Luck {
  return { ...luck, [what]: luck[what] - 1 };
}

function withSender(world: World, index: number, sender: Sender): World {
  const [first, second] = world.senders;
  return { ...world, senders: index === 0 ? [sender, second] : [first, sender] };
}

function triedOf({ row }: DueNotice) {
  return { id: row.id, owner: row.lease?.owner ?? '', fence: row.lease?.fence ?? 0 };
}

/** What tells two worlds apart: of times what is left, of leases who holds one, and of two alike senders nothing. */
function keyOf({ record, unwritten, applied, nowMs, senders, luck, heard }: World): string {
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
  return JSON.stringify([rows, record.alert.statusUpdates, applied, owners, luck, heard]);
}
