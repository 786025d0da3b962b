import type { AlertState, CanaryState, Sample } from '../../../runner/core/alert/alert-state.ts';
import { isGood } from '../../../runner/core/base/verdict.ts';
import { isUnapplied } from '../../../runner/core/store/slot-transitions.ts';
import { keyOf, recordsOf } from './check-slots.ts';
import { type Entry, type EventLog, heldIn, only } from './event-log.ts';

type Saved = Entry & { readonly what: 'saved' };

/** Violations of the promises about alarms: none is false, none is missed or late, and the final notice is true. */
export function alarmFaults(log: EventLog): readonly string[] {
  return [...untrueMarks(log), ...wrongIncidents(log), ...unnotified(log), ...wrongBeliefs(log)];
}

/** A failed slot is evidence for a failed service, and nothing else is. */
function untrueMarks(log: EventLog): readonly string[] {
  const records = recordsOf(log);
  return only(log, 'saved').flatMap((saved) =>
    newMarks(saved).flatMap((sample) => {
      const record = records.get(keyOf({ canary: saved.canary, slotAtMs: sample.slotAtMs }));
      const verdict = record?.run?.verdict ?? 'error';
      const isRun = record?.state === 'done';
      const should =
        isRun && isGood(verdict) ? 'passed' : isRun && verdict === 'failed' ? 'failed' : 'nothing';
      const key = keyOf({ ...saved, slotAtMs: sample.slotAtMs });
      return sample.outcome === should
        ? []
        : [`false evidence: ${key} counts as ${sample.outcome}, and is ${should}`];
    }),
  );
}

/**
 * Incidents of the service, recomputed from all evidence. Each is opened at the exact failure that is one too many, at no other
 * time. It is closed at the pass that is enough, or later if it flaps.
 */
function wrongIncidents(log: EventLog): readonly string[] {
  const faults: string[] = [];
  const seen = new Map<string, Sample[]>();
  const records = recordsOf(log);
  for (const saved of only(log, 'saved')) {
    const { canary, before, next, policy } = saved;
    const old = before?.alert.target.incident;
    const now = next.alert.target.incident;
    const [sample, ...others] = newMarks(saved);
    if (others.length > 0) faults.push(`${canary}: two slots were applied at once`);
    if (before?.alert.life !== 'active' && before !== undefined) {
      if (now !== undefined && now.id !== old?.id)
        faults.push(`false alarm: ${now.id} while ${before.alert.life}`);
      if (next.alert.life === 'active') seen.set(canary, []);
      continue;
    }
    const evidence = seen.get(canary) ?? [];
    seen.set(canary, evidence);
    if (sample === undefined || sample.outcome === 'nothing' || policy === undefined) {
      if (now !== undefined && now.id !== old?.id) faults.push(`false alarm: ${now.id} without a failure`);
      continue;
    }
    if (sample.slotAtMs <= (before?.alert.target.evidenceAfterMs ?? 0)) continue;
    evidence.push(sample);
    evidence.sort((a, b) => a.slotAtMs - b.slotAtMs);
    const newest = (count: number): readonly Sample[] => evidence.slice(-count);
    const window = newest(policy.after.of);
    const failures = window.filter(({ outcome }) => outcome === 'failed').length;
    const shouldOpen =
      sample.outcome === 'failed' && window.includes(sample) && failures >= policy.after.failures;
    if (old === undefined && (now !== undefined) !== shouldOpen)
      faults.push(
        `${shouldOpen ? 'missed' : 'false'} alarm: ${keyOf({ canary, slotAtMs: sample.slotAtMs })}`,
      );
    if (old === undefined && now !== undefined && shouldOpen) {
      const first = window.find(({ outcome }) => outcome === 'failed') as Sample;
      const run = records.get(keyOf({ canary, slotAtMs: first.slotAtMs }))?.run;
      if (run?.startedAtMs !== now.sinceMs) faults.push(`wrong beginning: ${now.id} since ${now.sinceMs}`);
    }
    const passes = newest(policy.recover);
    const shouldClose =
      passes.length === policy.recover &&
      passes.includes(sample) &&
      passes.every(({ outcome }) => outcome === 'passed');
    if (old !== undefined && now === undefined && !shouldClose) faults.push(`false end: ${old.id}`);
    if (old?.flapping === false && now !== undefined && shouldClose) faults.push(`missed end: ${old.id}`);
    if (old !== undefined && now === undefined) seen.set(canary, []);
  }
  return faults;
}

/**
 * A final record is applied to the alerts before it is marked as applied, unless the canary has none. The process that applies it
 * reads the fleet after the record was final. So the canary counts as absent if it was absent at any moment since. By the time of
 * the sample a removed canary may be back.
 */
function unnotified(log: EventLog): readonly string[] {
  const notified = new Set<string>();
  const faults: string[] = log.unapplied > 0 ? [`${log.unapplied} final records were never applied`] : [];
  const records = recordsOf(log);
  const current = new Map<string, CanaryState>();
  const waiting = new Map<
    string,
    { readonly canary: string; readonly states: (CanaryState | undefined)[] }
  >();
  for (const entry of log.entries) {
    if (entry.what === 'slot' && isUnapplied(entry.record)) {
      const { canary } = entry.record;
      waiting.set(keyOf(entry.record), { canary, states: [current.get(canary)] });
    }
    if (entry.what === 'saved') {
      current.set(entry.canary, entry.next);
      const mine = [...waiting.values()].filter(({ canary }) => canary === entry.canary);
      for (const { states } of mine) states.push(entry.next);
      for (const { slotAtMs } of newMarks(entry)) notified.add(keyOf({ canary: entry.canary, slotAtMs }));
    }
    if (entry.what !== 'applied') continue;
    const key = keyOf(entry);
    const { isKnown, slotAtMs } = entry;
    const { states = [] } = waiting.get(key) ?? {};
    waiting.delete(key);
    if (notified.has(key)) continue;
    notified.add(key);
    const record = records.get(key);
    const isMeant = record?.state !== 'skipped' && record?.run?.verdict !== 'skipped';
    if (isKnown && isMeant && !states.some((state) => isUseless(state, slotAtMs)))
      faults.push(`missed alarm: ${key} was not notified`);
  }
  return faults;
}

function isUseless(state: CanaryState | undefined, slotAtMs: number): boolean {
  if (state === undefined) return false;
  if (state.alert.life !== 'active') return true;
  const { samples } = state.alert;
  return samples.length >= 16 && samples.every((sample) => sample.slotAtMs > slotAtMs);
}

/** In the end, the last notices are true. */
function wrongBeliefs(log: EventLog): readonly string[] {
  const held = heldIn(log);
  const waiting = ({ outbox }: CanaryState): readonly string[] =>
    outbox.filter((row) => !held.has(row)).map(({ id }) => `lost notice: ${id} still waits`);
  return [...log.states.values()].flatMap((state) => [
    ...waiting(state),
    ...(['target', 'observer'] as const).flatMap((stream) => wrongBelief(state.canary, state.alert[stream])),
  ]);
}

function wrongBelief(canary: string, { incident, lastNotified }: AlertState['target']): readonly string[] {
  const isTrue = incident?.id === lastNotified?.incident && incident?.severity === lastNotified?.severity;
  return isTrue && lastNotified?.ended === undefined
    ? []
    : [
        `wrong belief: ${canary} has ${incident?.id ?? 'no incident'}, last notified is ${lastNotified?.incident ?? 'none'}`,
      ];
}

export function newMarks({ before, next }: Saved): readonly Sample[] {
  const known = new Set(before?.alert.samples.map(({ slotAtMs }) => slotAtMs));
  return next.alert.samples.filter(({ slotAtMs }) => !known.has(slotAtMs));
}
