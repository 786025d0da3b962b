import { shortReason, shortValue, truncateText } from '../base/format.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import { isGood } from '../base/verdict.ts';
import type { Check, RunResult, StepResult, TrailEntry } from '../model/run-result.ts';
import type { RunDigest } from './notice.ts';

const MAX_CHECKS = 3;
const MAX_QUOTES = 3;
const MAX_VALUE = 200; // characters of JSON: as much as can be read at a glance

/** The digest of a run, small enough to be stored with an incident and sent in a message. The result is redacted already. */
export function digestOf(result: RunResult): RunDigest {
  const { runId, slotAtMs, startedAtMs, durationMs, verdict } = result;
  // The step that gave the run its verdict; a step before it may have ended in an error.
  const step = isGood(verdict) ? undefined : result.steps.find((one) => one.verdict === verdict);
  const blame = result.blame ?? step?.blame;
  const last = result.trail.at(-1);
  return {
    runId,
    slotAtMs,
    startedAtMs,
    durationMs,
    verdict,
    ...omitUndefined({ blame }),
    reason: shortReason(result.reason || (step?.reason ?? '')),
    ...(step === undefined ? {} : { step: stepOf(step) }),
    ...(last === undefined ? {} : { lastSeen: shortHop(last) }),
  };
}

function shortHop({ hop, afterMs, note }: TrailEntry): NonNullable<RunDigest['lastSeen']> {
  return { hop: shortReason(hop), afterMs, ...omitUndefined({ note }) };
}

function stepOf({ name, kind, hop, at, checks, quotes }: StepResult): NonNullable<RunDigest['step']> {
  const failed = checks.filter(({ ok }) => !ok).slice(0, MAX_CHECKS);
  return {
    name: shortReason(name),
    kind,
    hop: shortReason(hop),
    at,
    failed: failed.map(shortCheck),
    quotes: quotes.flatMap(({ text, own }) => (own ? [text] : [])).slice(0, MAX_QUOTES),
  };
}

function shortCheck({ expected, actual, note, ...check }: Check): Check {
  return {
    ...check,
    path: truncateText(check.path, MAX_VALUE),
    expected: shortValue(expected, MAX_VALUE),
    actual: shortValue(actual, MAX_VALUE),
    ...(note === undefined ? {} : { note: truncateText(note, MAX_VALUE) }),
  };
}
