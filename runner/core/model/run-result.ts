import type { Json } from '../base/json.ts';
import type { RunId } from '../base/run-id.ts';
import type { Blame, Verdict } from '../base/verdict.ts';
import type { SourcePosition } from './canary.ts';

/** What one look or one act showed: small, JSON-safe. */
export interface Evidence {
  /** The verb or noun that gave it. */
  readonly kind: string;
  /** The thing's own identity (event id, message id, primary key): redelivery of the same thing counts once. */
  readonly id: string;
  /** Epoch milliseconds: when it was received, or, for what is looked up, when it was looked at. */
  readonly takenAtMs: number;
  /** Epoch milliseconds: when it came about, as the service that took it dates it; absent for what is looked up. */
  readonly happenedAtMs?: number;
  readonly data: Json;
  /** True for what cannot change any more (an event, a message). */
  readonly final?: boolean;
  /** True for an answer that an explicit `retry` may ask for again: 429 and 5xx. */
  readonly retryable?: boolean;
  /** True for an answer that does not accept who asks: 401 and 403. A secret may have been changed since it was read. */
  readonly unauthorized?: boolean;
  /** Paths whose value was cut at a size limit; a check on one of them is an `error`. */
  readonly cut?: readonly string[];
  /** Parts that could not be read as fields: a check that needs them is undecided, and no `never` passes over it. */
  readonly unread?: readonly Unread[];
  /** Durations that the runner measured while it stood still: they are too long by as much. */
  readonly overlong?: { readonly paths: readonly string[]; readonly stoodStillMs: number };
}

/** One comparison: what was asked at a path, and what was found there. */
export interface Check {
  /** Where in the evidence, such as `detail.items[0].sku`; empty for the evidence itself. */
  readonly path: string;
  /** An operator of the language, `equals` for a plain value, or `count`, `never`, `selected` for the step's own terms. */
  readonly operator: string;
  readonly expected: Json;
  /** What was there; null when nothing was (then `missing` is true). */
  readonly actual: Json;
  readonly missing?: boolean;
  readonly ok: boolean;
  /** Why it did not hold, where path, operator and the two values do not say it. */
  readonly note?: string;
}

/** A line that the watched system said, masked and cut. */
export interface Quote {
  readonly text: string;
  /** True if it answers the run, carries its id, or was selected by a value of its own; only then a notice quotes it. */
  readonly own: boolean;
}

/** What became of one step. */
export interface StepResult {
  readonly stepId: string;
  readonly name: string;
  readonly kind: string;
  readonly mode: 'act' | 'expect' | 'never';
  readonly verdict: Verdict;
  readonly blame?: Blame;
  /** One sentence; empty for a pass that has nothing to say. */
  readonly reason: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Tries of an act, looks of a check. */
  readonly attempts: number;
  readonly checks: readonly Check[];
  /** What was selected at the last look, the nearest first; at most a few. */
  readonly evidence: readonly Evidence[];
  /** What it acted on or looked at, in words: `bus orders · OrderPlaced from shop.orders`. */
  readonly hop: string;
  /** The span id that the act's last try sent along, 16 hex digits; absent for a check, and for an act that does not correlate. */
  readonly spanId?: string;
  /** From the beginning of the act above to the effect: to when it happened, or, for what is looked up, to its first sight. */
  readonly timeToEffectMs?: number;
  /** The time from the effect to our seeing it: the tap's and our own time, not the system's. */
  readonly lagMs?: number;
  /** Names saved by this step, with their values. */
  readonly saved: Readonly<Record<string, Json>>;
  /** Sentences about what came near without being selected. */
  readonly nearby: readonly string[];
  /** Lines that name the fault, for a step that did not pass; at most five. */
  readonly said: readonly Quote[];
  readonly at: SourcePosition;
}

/** One hop at which the run's id was seen, and how long after the run's start. */
export interface TrailEntry {
  readonly hop: string;
  readonly afterMs: number;
  /** The step that saw it. */
  readonly stepId: string;
  /** The id of the evidence that it saw. */
  readonly evidenceId: string;
  /** The step whose act it follows from: the act above; absent for the first. */
  readonly afterStepId?: string;
  readonly note?: string;
}

/** One execution of a canary and its outcome. Frozen, and free of secrets. */
export interface RunResult {
  readonly runId: RunId;
  readonly canary: string;
  readonly verdict: Verdict;
  /** Whose fault, and why in one sentence, when no step says it (a missing value, a lost tap, an interruption). */
  readonly blame?: Blame;
  readonly reason: string;
  readonly environment: string;
  readonly region?: string;
  readonly owner: string;
  readonly runbook?: string;
  readonly tags: readonly string[];
  /** The scheduled moment it was for; its start, for a run on demand. */
  readonly slotAtMs: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly steps: readonly StepResult[];
  readonly cleanup: readonly StepResult[];
  readonly trail: readonly TrailEntry[];
  readonly source: string;
  /** A digest of the canary's steps, values and environment, for a later run to be compared with. */
  readonly definition?: string;
  /** True when a signal ended it early. */
  readonly interrupted: boolean;
  /** True where a store left out part of what was seen, the evidence first, because it was too large to keep. */
  readonly cut?: boolean;
}

/** A part of evidence that could not be read as the fields which a check may ask for. */
export interface Unread {
  /** Where it stands, such as `body`; empty for the whole of the evidence. */
  readonly path: string;
  /** Why, as a clause: `its body is not JSON`. */
  readonly why: string;
  /** True if nothing of it was read, because it lies elsewhere: then no check on it is decided, not even one on text. */
  readonly absent?: boolean;
  /** True if what stands there is not what was sent, such as bytes that could not be decoded: no check on it holds. */
  readonly garbled?: boolean;
  /** True if it was read but for some bytes, for which REPLACEMENT stands: a text that holds one is not known to differ. */
  readonly mangled?: boolean;
}
