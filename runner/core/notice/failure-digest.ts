import { truncateText } from '../base/format.ts';
import type { Json } from '../base/json.ts';
import { isGood } from '../base/verdict.ts';
import type { Check, RunResult, StepResult, TrailEntry } from '../model/run-result.ts';
import type { RunDigest } from './notice.ts';

const MOST_CHECKS = 3;
const MOST_QUOTES = 3;
const LONGEST_TEXT = 400; // characters: a few lines of a message
const LONGEST_VALUE = 200; // characters of JSON: what a reader takes in at a glance

/** What a run showed, small enough to be kept with an incident and to travel in a message. The result is redacted already. */
export function digestOf(result: RunResult): RunDigest {
  const { runId, slotAtMs, startedAtMs, durationMs, verdict } = result;
  // The step that gave the run its verdict: before a step that failed, another may have been unable to tell.
  const step = isGood(verdict) ? undefined : result.steps.find((one) => one.verdict === verdict);
  const blame = result.blame ?? step?.blame;
  const last = result.trail.at(-1);
  return {
    runId,
    slotAtMs,
    startedAtMs,
    durationMs,
    verdict,
    ...(blame === undefined ? {} : { blame }),
    reason: truncateText(result.reason || (step?.reason ?? ''), LONGEST_TEXT),
    ...(step === undefined ? {} : { step: stepOf(step) }),
    ...(last === undefined ? {} : { lastSeen: smallHop(last) }),
  };
}

function smallHop({ hop, afterMs, note }: TrailEntry): NonNullable<RunDigest['lastSeen']> {
  return { hop: truncateText(hop, LONGEST_TEXT), afterMs, ...(note === undefined ? {} : { note }) };
}

function stepOf({ name, kind, hop, at, checks, said }: StepResult): NonNullable<RunDigest['step']> {
  const lost = checks.filter(({ ok }) => !ok).slice(0, MOST_CHECKS);
  return {
    name: truncateText(name, LONGEST_TEXT),
    kind,
    hop: truncateText(hop, LONGEST_TEXT),
    at,
    lost: lost.map(smallCheck),
    said: said.flatMap(({ text, own }) => (own ? [text] : [])).slice(0, MOST_QUOTES),
  };
}

function smallCheck({ expected, actual, note, ...check }: Check): Check {
  return {
    ...check,
    path: truncateText(check.path, LONGEST_VALUE),
    expected: smallValue(expected),
    actual: smallValue(actual),
    ...(note === undefined ? {} : { note: truncateText(note, LONGEST_VALUE) }),
  };
}

/** A value as it is, or, where it is long, the beginning of its JSON as text. */
function smallValue(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? value : truncateText(text, LONGEST_VALUE);
}
