import type { AlertEvent } from '../../../runner/core/alert/alert-event.ts';
import type { AlertState } from '../../../runner/core/alert/alert-state.ts';
import { newAlertState, reduce } from '../../../runner/core/alert/reduce.ts';
import { parseDuration } from '../../../runner/core/base/duration.ts';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import type { AlertPolicy } from '../../../runner/core/model/canary.ts';
import type { CanaryFacts, Notice, RunDigest } from '../../../runner/core/notice/notice.ts';

export const HOUR_MS = 3_600_000;

/** Interval of a script's slots. */
export const SLOT_MS = 300_000;

/** The moment at which scripts begin. */
export const START_MS = Date.UTC(2026, 10, 25);

export const ABOUT: CanaryFacts = {
  canary: 'orders',
  project: 'shop',
  environment: 'prod',
  owner: 'team-checkout',
  tags: [],
  source: 'orders.canary.yaml',
};

/** The defaults of the language; a test gives the values that matter. */
export function policyOf(more: Partial<AlertPolicy> = {}): AlertPolicy {
  return {
    after: { failures: 2, of: 2 },
    recover: 1,
    remindMs: HOUR_MS,
    severity: 'warning',
    to: ['chat', 'pager'],
    ...more,
  };
}

export function digestFor(slotAtMs: number, verdict: Verdict): RunDigest {
  return {
    slotAtMs,
    startedAtMs: slotAtMs,
    durationMs: 1_000,
    verdict,
    reason: `${verdict} at ${minutes(slotAtMs)}`,
  };
}

const VERDICTS: Readonly<Record<string, Verdict>> = {
  P: 'passed',
  D: 'degraded',
  F: 'failed',
  E: 'error',
  S: 'skipped',
};

/** One word of a script, with the state and the notices after it. */
export interface PlayedEvent {
  readonly word: string;
  readonly event?: AlertEvent;
  readonly state: AlertState;
  readonly notices: readonly Notice[];
}

/**
 * Plays a script of events: words with spaces between them. `P D F E S` is the next slot and its verdict, `M` a slot that was
 * missed and `M*5` five of them. `F@3` is a late result of the third slot. `+1h` lets time pass, `.` is a tick, `( )` is a
 * maintenance window, `wrong` and `right` is a problem and its end. The others are actions, some with a length: `silence:2h`,
 * `ack:1h`. An action or tick happens a second after the word before it. `critical`, `warning`, `info` edit the severity,
 * `after:3/5` and `recover:2` and `remind:4h` the rest of the policy.
 */
export function playEvents(script: string, given: Partial<AlertPolicy> = {}): readonly PlayedEvent[] {
  let policy = policyOf(given);
  let state = newAlertState('a', ABOUT);
  let nowMs = START_MS;
  let slot = 0;
  let inMaintenance = false;
  return script
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const [name = '', more = ''] = word.split(/[:@*]/);
      const [failures, of] = more.split('/').map(Number);
      if (name.startsWith('+')) {
        nowMs += msOf(name.slice(1));
        slot = Math.ceil((nowMs - START_MS) / SLOT_MS);
        return { word, state, notices: [] };
      }
      if (name === '(' || name === ')') inMaintenance = name === '(';
      else if (name in VERDICTS || name === 'M') {
        if (!word.includes('@')) slot += name === 'M' && more !== '' ? Number(more) : 1;
        nowMs = Math.max(nowMs, START_MS + slot * SLOT_MS);
      } else if (isSeverity(name)) policy = { ...policy, severity: name };
      else if (name === 'after')
        policy = { ...policy, after: { failures: failures as number, of: of ?? (failures as number) } };
      else if (name === 'recover') policy = { ...policy, recover: failures as number };
      else if (name === 'remind') policy = { ...policy, remindMs: msOf(more) };
      else nowMs += 1_000;
      const slotAtMs = START_MS + (word.includes('@') ? Number(more) : slot) * SLOT_MS;
      const event = eventOf({ name, more, slotAtMs }, { nowMs, inMaintenance });
      if (event === undefined) return { word, state, notices: [] };
      const reduced = reduce(state, event, policy);
      state = reduced.state;
      return { word, event, ...reduced };
    });
}

/** The script with its notices written behind each word: `F F>opened P>closed`. */
export function annotate(played: readonly PlayedEvent[]): string {
  return played
    .map(({ word, notices }) =>
      [word, ...(notices.length === 0 ? [] : [notices.map(formatNotice).join('+')])].join('>'),
    )
    .join(' ');
}

/** A notice as scripts write it; defaults are left out. */
function formatNotice({ stream, kind, number, severity, closeReason, flapping, incident }: Notice): string {
  const nth = Number(/\d+$/.exec(incident)?.[0]);
  return [
    stream === 'observer' ? 'observer-' : '',
    kind,
    number === 1 ? '' : String(number),
    nth === 1 ? '' : `#${nth}`,
    severity === 'warning' ? '' : `!${severity}`,
    flapping ? '~' : '',
    closeReason === undefined || closeReason === 'resolved' ? '' : `(${closeReason})`,
  ].join('');
}

function eventOf(
  { name, more, slotAtMs }: { readonly name: string; readonly more: string; readonly slotAtMs: number },
  given: { readonly nowMs: number; readonly inMaintenance: boolean },
): AlertEvent | undefined {
  const act = { reason: 'why', by: 'ann', ...given };
  const verdict = VERDICTS[name];
  if (verdict !== undefined)
    return { kind: 'result', digest: digestFor(slotAtMs, verdict), about: ABOUT, ...given };
  switch (name) {
    case 'M':
      return {
        kind: 'missed',
        slotAtMs,
        count: Number(more === '' ? 1 : more),
        reason: 'the runner was unavailable',
        about: ABOUT,
        ...given,
      };
    case '.':
      return { kind: 'tick', ...given };
    case 'pause':
    case 'resume':
    case 'delete':
    case 'unsilence':
      return { kind: name, ...act };
    case 'recreate':
      return { kind: 'recreate', incarnation: more === '' ? 'b' : more, about: ABOUT, ...given };
    case 'silence':
    case 'ack':
      return { kind: name, untilMs: given.nowMs + msOf(more), ...act };
    case 'wrong':
      return { kind: 'problem', reason: 'the pager is broken', ...given };
    case 'right':
      return { kind: 'resolved', reason: 'the pager works again', ...given };
    default:
      return undefined;
  }
}

function isSeverity(name: string): name is AlertPolicy['severity'] {
  return name === 'critical' || name === 'warning' || name === 'info';
}

function minutes(atMs: number): string {
  return `${(atMs - START_MS) / 60_000} min`;
}

function msOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error(`'${text}' is no duration`);
  return ms;
}
