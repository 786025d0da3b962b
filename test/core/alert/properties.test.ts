import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AlertEvent } from '../../../runner/core/alert/alert-event.ts';
import type { AlertState, StreamState } from '../../../runner/core/alert/alert-state.ts';
import { newAlertState, reduce } from '../../../runner/core/alert/reduce.ts';
import type { Verdict } from '../../../runner/core/base/verdict.ts';
import type { AlertPolicy } from '../../../runner/core/model/canary.ts';
import type { AlertStream, Notice } from '../../../runner/core/notice/notice.ts';
import { ABOUT, digestFor, HOUR_MS, START_MS } from '../../support/alerts/alerts.ts';
import { sampleSize } from '../../support/effort.ts';

const STREAMS: readonly AlertStream[] = ['target', 'observer'];
const RUNS = sampleSize({ small: 30, full: 100, long: 20_000 });

/** An event before it has a moment, and the time since the one before. */
interface Move {
  readonly gapMs: number;
  readonly inMaintenance: boolean;
  readonly what:
    | { readonly verdict: Verdict; readonly late: number }
    | { readonly missed: number }
    | {
        readonly act:
          | 'pause'
          | 'resume'
          | 'delete'
          | 'recreate'
          | 'unsilence'
          | 'tick'
          | 'problem'
          | 'resolved';
      }
    | { readonly quiet: 'silence' | 'ack'; readonly forMs: number };
  readonly policy: AlertPolicy;
}

interface Played {
  readonly event: AlertEvent;
  readonly policy: AlertPolicy;
  readonly before: AlertState;
  readonly after: AlertState;
  readonly notices: readonly Notice[];
}

const gap = fc.constantFrom(
  0,
  1_000,
  300_000,
  300_000,
  300_000,
  1_800_000,
  HOUR_MS,
  3 * HOUR_MS,
  25 * HOUR_MS,
);
const verdict = fc.constantFrom<Verdict>(
  'passed',
  'passed',
  'failed',
  'failed',
  'failed',
  'error',
  'degraded',
  'skipped',
);
const run = fc.record({ verdict, late: fc.constantFrom(0, 0, 0, 0, 1, 2, 5) });
const missed = fc.record({ missed: fc.integer({ min: 1, max: 12 }) });
const act = fc.record({
  act: fc.constantFrom(
    'pause',
    'resume',
    'delete',
    'recreate',
    'unsilence',
    'tick',
    'tick',
    'problem',
    'resolved',
  ),
});
const quiet = fc.record({
  quiet: fc.constantFrom('silence', 'ack'),
  forMs: fc.integer({ min: 0, max: 48 * HOUR_MS }),
});
const policy: fc.Arbitrary<AlertPolicy> = fc.record({
  after: fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 }))
    .map(([failures, more]) => ({ failures, of: failures + more })),
  recover: fc.integer({ min: 1, max: 3 }),
  remindMs: fc.constantFrom(600_000, HOUR_MS, 4 * HOUR_MS),
  severity: fc.constantFrom('critical', 'warning', 'info'),
  to: fc.constant(['chat']),
});

function movesOf(ask: {
  readonly onlyRuns?: boolean;
  readonly edits?: boolean;
}): fc.Arbitrary<readonly Move[]> {
  const what = ask.onlyRuns === true ? run : fc.oneof({ weight: 6, arbitrary: run }, missed, act, quiet);
  const move = fc.record({
    gapMs: gap,
    inMaintenance: fc.constantFrom(false, false, false, true),
    what,
    policy,
  });
  return fc.array(move, { maxLength: 60 }).map((moves) =>
    moves.map((one, index) => ({
      ...one,
      policy: ask.edits === true || index === 0 ? one.policy : (moves[0] as Move).policy,
    })),
  );
}

/** Slots are numbered by events: a late one was passed over, or exists already. */
function eventsOf(
  moves: readonly Move[],
): readonly { readonly event: AlertEvent; readonly policy: AlertPolicy }[] {
  let nowMs = START_MS;
  return moves.map(({ gapMs, inMaintenance, what, policy: own }, index) => {
    nowMs += gapMs;
    const given = { nowMs, inMaintenance };
    const why = { reason: 'why', by: 'ann' };
    if ('verdict' in what) {
      const digest = digestFor(nowMs - what.late * 150_000, what.verdict);
      return { policy: own, event: { kind: 'result', digest, about: ABOUT, ...given } };
    }
    if ('missed' in what)
      return {
        policy: own,
        event: {
          kind: 'missed',
          slotAtMs: nowMs,
          count: what.missed,
          reason: 'away',
          about: ABOUT,
          ...given,
        },
      };
    if ('quiet' in what)
      return { policy: own, event: { kind: what.quiet, untilMs: nowMs + what.forMs, ...why, ...given } };
    if (what.act === 'recreate')
      return { policy: own, event: { kind: 'recreate', incarnation: `r${index}`, about: ABOUT, ...given } };
    return { policy: own, event: { kind: what.act, ...why, ...given } };
  });
}

function play(
  events: ReturnType<typeof eventsOf>,
  between: (state: AlertState) => AlertState = (state) => state,
): readonly Played[] {
  let before = newAlertState('a', ABOUT);
  return events.map(({ event, policy: own }) => {
    const { state, notices } = reduce(before, event, own);
    const played = { event, policy: own, before, after: state, notices };
    before = between(state);
    return played;
  });
}

function holdsFor(
  ask: { readonly onlyRuns?: boolean; readonly edits?: boolean },
  holds: (played: readonly Played[], events: ReturnType<typeof eventsOf>) => void,
): void {
  fc.assert(
    fc.property(movesOf(ask), (moves) => {
      const events = eventsOf(moves);
      holds(play(events), events);
    }),
    { numRuns: RUNS },
  );
}

function isMuted({ event, after }: Played): boolean {
  return event.inMaintenance || event.nowMs < (after.silence?.untilMs ?? 0);
}

function truthOf({ target, observer, life }: AlertState) {
  return { target: target.incident, observer: observer.incident, life };
}

function isBelieved({ incident, lastNotified }: StreamState): boolean {
  return (
    lastNotified?.incident === incident?.id &&
    lastNotified?.severity === incident?.severity &&
    lastNotified?.ended === undefined
  );
}

function briefOf(notices: readonly Notice[]): readonly string[] {
  return notices.map(({ id }) => id);
}

describe('whatever happens, and however the policy is edited meanwhile', () => {
  it('beginnings and ends alternate, each of its own incident, and the rest is of the one that is open (I1, I18)', () => {
    holdsFor({ edits: true }, (played) => {
      for (const stream of STREAMS) {
        let open: string | undefined;
        let last = 0;
        for (const { kind, incident } of played
          .flatMap(({ notices }) => notices)
          .filter((one) => one.stream === stream)) {
          if (kind === 'opened') {
            const number = Number(/\d+$/.exec(incident)?.[0]);
            expect([open, number > last]).toEqual([undefined, true]);
            last = number;
            open = incident;
            continue;
          }
          expect(incident).toBe(open);
          if (kind === 'closed') open = undefined;
        }
      }
    });
  });

  it('no two notices have the same id', () => {
    holdsFor({ edits: true }, (played) => {
      const ids = played.flatMap(({ notices }) => briefOf(notices));

      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  it('what people believe is true whenever nothing mutes it (I8, I15, I18)', () => {
    holdsFor({ edits: true }, (played) => {
      const lies = played
        .filter((one) => !isMuted(one))
        .filter(({ after }) => STREAMS.some((stream) => !isBelieved(after[stream])));

      expect(lies).toEqual([]);
    });
  });

  it('no notice is returned while it is muted (I7)', () => {
    holdsFor({ edits: true }, (played) => {
      expect(played.filter(isMuted).flatMap(({ notices }) => notices)).toEqual([]);
    });
  });

  it('an error never touches the target, and a run with data never opens an incident of the observer (I4)', () => {
    holdsFor({ edits: true }, (played) => {
      const wrong = played.filter(({ event, before, after }) => {
        const saw = event.kind === 'result' ? event.digest.verdict : event.kind;
        if (['error', 'missed', 'skipped', 'tick', 'problem', 'resolved'].includes(saw))
          return JSON.stringify(after.target.incident) !== JSON.stringify(before.target.incident);
        const couldTell = ['failed', 'passed', 'degraded'].includes(saw);
        return couldTell && before.observer.incident === undefined && after.observer.incident !== undefined;
      });

      expect(wrong).toEqual([]);
    });
  });

  it('severity only rises while an incident is open, and at most twice (I10)', () => {
    const order = ['info', 'warning', 'critical'];
    holdsFor({ edits: true }, (played) => {
      for (const stream of STREAMS) {
        for (const { before, after } of played) {
          const [was, is] = [before[stream].incident, after[stream].incident];
          if (was?.id === is?.id && was !== undefined && is !== undefined)
            expect(order.indexOf(is.severity)).toBeGreaterThanOrEqual(order.indexOf(was.severity));
        }
        const upgrades = played.flatMap(({ notices }) => notices).filter(({ kind }) => kind === 'upgraded');
        expect(Math.max(0, ...upgrades.map(({ number }) => number))).toBeLessThanOrEqual(2);
      }
    });
  });

  it('after a deletion each stream says one end at most, until there is a canary again (I11)', () => {
    holdsFor({ edits: true }, (played) => {
      let ends: string[] | undefined;
      for (const { after, notices } of played) {
        ends =
          after.life === 'deleted'
            ? [...(ends ?? []), ...notices.map(({ stream, kind }) => `${stream}:${kind}`)]
            : undefined;
        expect(ends ?? []).toEqual([...new Set(ends)].filter((one) => one.endsWith(':closed')));
      }
    });
  });

  it('reminders are numbered one by one within an incident (I14)', () => {
    holdsFor({ edits: true }, (played) => {
      const byIncident = Map.groupBy(
        played.flatMap(({ notices }) => notices).filter(({ kind }) => kind === 'reminder'),
        ({ incident }) => incident,
      );
      for (const reminders of byIncident.values()) {
        expect(reminders.map(({ number }) => number)).toEqual(reminders.map((_, index) => index + 1));
      }
    });
  });

  it('a result that comes again, at once or after the next, changes nothing (I5)', () => {
    holdsFor({ edits: true }, (played) => {
      const results = played.filter(({ event }) => event.kind === 'result');
      const again = results.map(({ event, policy: own, after }) => reduce(after, event, own));
      const later = played.flatMap(({ event, before }, index) => {
        const next = played[index + 1];
        const isIgnored =
          before.life !== 'active' || (event.kind === 'result' && event.digest.verdict === 'skipped');
        if (event.kind !== 'result' || next === undefined || isIgnored) return [];
        const repeated = { ...event, nowMs: next.event.nowMs, inMaintenance: true };
        return [{ was: next.after, is: reduce(next.after, repeated, next.policy).state }];
      });

      expect(again.map(({ state }) => state)).toEqual(results.map(({ after }) => after));
      expect(again.flatMap(({ notices }) => notices)).toEqual([]);
      expect(later.map(({ is }) => is)).toEqual(later.map(({ was }) => was));
    });
  });

  it('a trip through JSON changes nothing (I6)', () => {
    holdsFor({ edits: true }, (played, events) => {
      const travelled = play(events, (state) => JSON.parse(JSON.stringify(state)) as AlertState);

      expect(travelled.map(({ notices }) => notices)).toEqual(played.map(({ notices }) => notices));
      expect(travelled.at(-1)?.after).toEqual(played.at(-1)?.after);
    });
  });

  it('mutes and acknowledgements change nothing but the notices (I7)', () => {
    holdsFor({ edits: true }, (played, events) => {
      const loud = play(
        events.map(({ event, policy: own }) =>
          event.kind === 'silence' || event.kind === 'ack'
            ? { policy: own, event: { kind: 'tick', nowMs: event.nowMs, inMaintenance: false } }
            : { policy: own, event: { ...event, inMaintenance: false } },
        ),
      );

      expect(played.map(({ after }) => truthOf(after))).toEqual(loud.map(({ after }) => truthOf(after)));
    });
  });

  it('more ticks bring no beginning and no end that would not be (I12)', () => {
    holdsFor({}, (_, events) => {
      const calm = events.map(({ event, policy: own }) => ({
        policy: own,
        event: { ...event, inMaintenance: false },
      }));
      const loud = calm.filter(({ event }) => event.kind !== 'silence');
      const ticked = loud.flatMap((one) => [
        one,
        {
          policy: one.policy,
          event: { kind: 'tick', nowMs: one.event.nowMs + 1, inMaintenance: false } as const,
        },
      ]);
      const turns = (played: readonly Played[]) =>
        played
          .flatMap(({ notices }) => notices)
          .filter(({ kind }) => kind === 'opened' || kind === 'closed')
          .map(({ id }) => id);

      expect(turns(play(ticked))).toEqual(turns(play(loud)));
    });
  });

  it('a canary that only ever passes says nothing (I13)', () => {
    holdsFor({ onlyRuns: true }, (_, events) => {
      const good = events.map(({ event, policy: own }) => ({
        policy: own,
        event: { ...event, digest: digestFor(event.nowMs, 'passed') } as AlertEvent,
      }));

      expect(play(good).flatMap(({ notices }) => notices)).toEqual([]);
    });
  });

  it('the state stays small', () => {
    holdsFor({ edits: true }, (played) => {
      const sizes = played.map(({ after }) => JSON.stringify(after).length);

      expect(Math.max(0, ...sizes)).toBeLessThan(6_000);
    });
  });
});

describe('a history of runs without mutes', () => {
  it('opens with the failure that completes the count, and with nothing else (I3)', () => {
    holdsFor({ onlyRuns: true }, (_, events) => {
      const loud = events.map(({ event, policy: own }) => ({
        policy: own,
        event: { ...event, inMaintenance: false },
      }));
      for (const { event, after, before, notices } of play(loud)) {
        const opened = notices.filter(({ kind, stream }) => kind === 'opened' && stream === 'target');
        const begins = before.target.incident === undefined && after.target.incident !== undefined;
        expect(opened.length).toBe(begins ? 1 : 0);
        if (begins) expect(event.kind === 'result' && event.digest.verdict).toBe('failed');
      }
    });
  });
});
