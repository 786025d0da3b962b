import type { AlertState, LastNotified } from '../alert/alert-state.ts';
import type { NoticeAttempt } from '../alert/notice-attempt.ts';
import { formatMinute } from '../base/format.ts';
import type { RunId } from '../base/run-id.ts';
import type { Verdict } from '../base/verdict.ts';
import type { AlertStream, CloseReason } from '../notice/notice.ts';
import type { HistoryEntry } from '../store/slots.ts';

/** An event of an incident. */
export interface StoryEvent {
  readonly atMs: number;
  readonly kind: 'run' | 'opened' | 'notice' | 'operator' | 'closed';
  /** One sentence; texts of the system are as they are in the results: masked, not escaped. */
  readonly text: string;
  /** The verdict of a run; `missed` or `lost` if there was none. */
  readonly outcome?: Exclude<Verdict, 'skipped'> | 'missed' | 'lost';
  /** Number of slots in a row with this outcome and reason; the moment is that of the first. */
  readonly count?: number;
  /** The moment of the last of several. */
  readonly untilMs?: number;
  /** The run; of several, the first one. */
  readonly runId?: RunId;
  /** The channel's answer to a notice. */
  readonly result?: NoticeAttempt['result'];
}

/** The facts that a story is made of. */
export interface StoryFacts {
  readonly stream: AlertStream;
  readonly sinceMs: number;
  readonly openedAtMs?: number | undefined;
  readonly closed?: { readonly atMs: number; readonly reason?: CloseReason } | undefined;
  readonly entries: readonly HistoryEntry[];
  readonly attempts: readonly NoticeAttempt[];
  readonly alert?: AlertState | undefined;
  readonly lastNotified?: LastNotified | undefined;
}

/** The story of an incident, oldest event first. Runs in a row with one outcome and one reason are one event. */
export function storyOf(facts: StoryFacts): readonly StoryEvent[] {
  const { stream, openedAtMs, closed, entries, attempts } = facts;
  const runs = entries.flatMap(runEvent);
  const others: readonly StoryEvent[] = [
    ...(openedAtMs === undefined
      ? []
      : [{ atMs: openedAtMs, kind: 'opened', text: OPENED[stream] } as const]),
    ...attempts.map(noticeEvent),
    ...operatorEvents(facts),
    ...(closed === undefined
      ? []
      : [{ atMs: closed.atMs, kind: 'closed', text: endOf(closed.reason) } as const]),
  ];
  const all = [...runs, ...others].toSorted((a, b) => a.atMs - b.atMs || RANK[a.kind] - RANK[b.kind]);
  return all.reduce<readonly StoryEvent[]>(joined, []);
}

const OPENED: Readonly<Record<AlertStream, string>> = {
  target: 'The incident opened: one failure too many.',
  observer: 'The incident opened: the canary gives no data.',
};

const CLOSED: Readonly<Record<CloseReason, string>> = {
  resolved: 'The incident ended: the canary works again.',
  deleted: 'The incident ended, because the canary was deleted.',
  paused: 'The incident ended, because the canary was paused.',
  moved: 'The incident ended at this address.',
};

function endOf(reason: CloseReason | undefined): string {
  return reason === undefined ? 'The incident ended.' : CLOSED[reason];
}

/** The order of events of one moment. */
const RANK: Readonly<Record<StoryEvent['kind'], number>> = {
  run: 0,
  opened: 1,
  closed: 2,
  notice: 3,
  operator: 4,
};

/** A slot with an outcome, or a run that counts, by the end of its run: an incident opens and ends with that. */
function runEvent(entry: HistoryEntry): readonly StoryEvent[] {
  const { atMs, what, run, count } = entry;
  const text = reasonOf(entry);
  if (what === 'lost' || what === 'missed') {
    return [{ atMs, kind: 'run', outcome: what, text, ...(count > 1 ? { count } : {}) }];
  }
  if (what !== 'done' || run === undefined || run.verdict === 'skipped') return [];
  const { runId, verdict: outcome, startedAtMs, durationMs } = run;
  return [{ atMs: startedAtMs + durationMs, kind: 'run', outcome, runId, text }];
}

/** The reason of a slot's outcome; empty if there is none. */
export function reasonOf({ run, reason = '' }: HistoryEntry): string {
  return run?.reason ?? reason;
}

function noticeEvent({ atMs, channel, kind, number, result, reason }: NoticeAttempt): StoryEvent {
  const again = number > 1 ? `, try ${number}` : '';
  const verb = { accepted: 'accepted', refused: 'did not accept', unclear: 'may have received' }[result];
  const why = reason === '' ? '' : `: ${reason}`;
  return { atMs, kind: 'notice', result, text: `${channel} ${verb} the notice '${kind}'${again}${why}` };
}

/** A mute and a pause, while the state knows them; an acknowledgement at the end of its time, as the state has no other moment. */
function operatorEvents({ alert, sinceMs, closed, lastNotified }: StoryFacts): readonly StoryEvent[] {
  const { silence, pause } = alert ?? {};
  const endMs = closed?.atMs ?? Number.POSITIVE_INFINITY;
  const acted = (
    one: { readonly atMs: number; readonly by: string; readonly reason: string } | undefined,
    did: string,
  ) =>
    one === undefined || one.atMs > endMs
      ? []
      : [{ atMs: one.atMs, kind: 'operator', text: `${one.by} ${did}: ${one.reason}` } as const];
  const muted =
    silence === undefined || silence.untilMs < sinceMs
      ? []
      : acted(silence, `muted the canary until ${formatMinute(silence.untilMs)}`);
  const ack = lastNotified?.ack;
  return [
    ...muted,
    ...acted(pause, 'paused the canary'),
    ...(ack?.atMs === undefined
      ? []
      : [
          {
            atMs: ack.atMs,
            kind: 'operator',
            text: `${ack.by} acknowledged it until ${formatMinute(ack.untilMs)}: no reminders.`,
          } as const,
        ]),
  ];
}

/** Joins a run with the event before it, if that is a run with the same outcome and reason. */
function joined(story: readonly StoryEvent[], event: StoryEvent): readonly StoryEvent[] {
  const last = story.at(-1);
  const isSame =
    last?.kind === 'run' &&
    event.kind === 'run' &&
    last.outcome === event.outcome &&
    likeness(last) === likeness(event);
  if (!isSame) return [...story, event];
  const count = (last.count ?? 1) + (event.count ?? 1);
  return [...story.slice(0, -1), { ...last, count, untilMs: event.untilMs ?? event.atMs }];
}

/** A reason without ids and numbers, which differ from run to run. */
function likeness({ text }: StoryEvent): string {
  return text.replace(/[\da-f-]*\d[\da-f-]*/gi, '#');
}
