import type { Json } from '../base/json.ts';
import type { RunId } from '../base/run-id.ts';
import type { Blame, Verdict } from '../base/verdict.ts';
import type { Phase, SourcePosition } from './canary.ts';

/** Outcome of one poll or one act: small, JSON-safe. */
export interface Evidence {
  /** The verb or noun that produced it. */
  readonly kind: string;
  /** The thing's own identity (event id, message id, primary key): redeliveries of one thing count once. */
  readonly id: string;
  /** Epoch milliseconds of its receipt or, for looked-up things, of the poll. */
  readonly takenAtMs: number;
  /** Epoch milliseconds of its origin, by the service that accepted it; absent for looked-up things. */
  readonly happenedAtMs?: number;
  readonly data: Json;
  /** True if it carries the run's id, false if none of it does; absent if `data` and `id` show that. */
  readonly carriesId?: boolean;
  /** True for immutable things (an event, a message). */
  readonly final?: boolean;
  /** True for an answer that an explicit `retry` may repeat: 429 and 5xx. */
  readonly retryable?: boolean;
  /** True for an answer that rejects the credentials: 401 and 403. A secret may have changed since it was read. */
  readonly unauthorized?: boolean;
  /** True for an act that was answered without being done, so that no id of the run went out. */
  readonly unsent?: true;
  /** Paths of values truncated at a size limit; a check on one of them is an `error`. */
  readonly truncated?: readonly string[];
  /** Parts that could not be read as fields: a check that needs them is undecided, and no `never` passes over it. */
  readonly unread?: readonly Unread[];
  /** Reasons of values that the values do not show, as clauses: notes of the checks that fail there. */
  readonly notes?: readonly Pick<Unread, 'path' | 'why'>[];
  /** Durations measured across a standstill: they are too long by its length. */
  readonly overlong?: { readonly paths: readonly string[]; readonly stoodStillMs: number };
}

/** One comparison: the expected and the actual value at a path. */
export interface Check {
  /** Path in the evidence, such as `detail.items[0].sku`; empty for the evidence itself. */
  readonly path: string;
  /** An operator of the language, `equals` for a plain value, or `count`, `never`, `gone`, `selected` for the step's own terms. */
  readonly operator: string;
  readonly expected: Json;
  /** The actual value; null if there was none (then `missing` is true). */
  readonly actual: Json;
  readonly missing?: boolean;
  readonly ok: boolean;
  /** Reason of a failure that path, operator and the two values do not show. */
  readonly note?: string;
}

/** A line of output of the watched system, masked and truncated. */
export interface Quote {
  readonly text: string;
  /** True if it answers the run, carries its id, or was selected by a value of its own; a notice quotes only such lines. */
  readonly own: boolean;
}

export interface StepResult {
  readonly stepId: string;
  readonly name: string;
  readonly kind: string;
  readonly mode: 'act' | 'expect' | 'never' | 'gone';
  readonly phase?: Phase;
  readonly verdict: Verdict;
  readonly blame?: Blame;
  /** One sentence; empty for a pass without remarks. */
  readonly reason: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Attempts of an act, polls of a check. */
  readonly attempts: number;
  readonly checks: readonly Check[];
  /** Things selected at the last poll, the nearest match first; at most a few. */
  readonly evidence: readonly Evidence[];
  /** The resource, for display: `bus orders · OrderPlaced from shop.orders`. */
  readonly hop: string;
  /** The span id that the act's last try sent along, 16 hex digits; absent for a check, and for an act that does not correlate. */
  readonly spanId?: string;
  /** From the beginning of the act above to the effect: to its origin or, for looked-up things, to the first poll that showed it. */
  readonly timeToEffectMs?: number;
  /** Time from the effect to its observation: delay of the tap and the runner, not of the system. */
  readonly lagMs?: number;
  readonly saved: Readonly<Record<string, Json>>;
  /** Sentences about near misses: things that were not selected. */
  readonly nearby: readonly string[];
  /** Lines that name the fault, for a step that did not pass; at most five. */
  readonly quotes: readonly Quote[];
  readonly at: SourcePosition;
}

/** One hop at which the run's id was observed, with its delay after the run's start. */
export interface TrailEntry {
  readonly hop: string;
  readonly afterMs: number;
  /** The step that observed it. */
  readonly stepId: string;
  /** The id of that evidence. */
  readonly evidenceId: string;
  /** The step of the act above; absent for the first. */
  readonly afterStepId?: string;
  readonly note?: string;
}

/**
 * The id of a run at one hop. `sent`: an act sent it. `seen`: a check found a thing that carries it. `lost`: a thing of the run was found by
 * another value, and lacks it. `absent`: nothing was found. `unknown`: the evidence was cut, could not be read, or could not be taken, or nothing shows that it belongs to the
 * run.
 */
export type IdAtHop = 'sent' | 'seen' | 'lost' | 'absent' | 'unknown';

/** A hop of the run's id: an act that sent it, or a check whose things can carry it. */
export interface IdHop {
  readonly stepId: string;
  readonly id: IdAtHop;
  /** Reason of a loss, as a clause: `the item has no attribute with the id`. */
  readonly why?: string;
  /** Ids of things that the check found there, and that nothing shows to belong to the run. */
  readonly foreign?: readonly string[];
}

/** The first break in the way of an id. */
export interface IdGap {
  /** The last hop before it with the id, and the first one without. */
  readonly after: string;
  readonly before: string;
  /** True if the thing itself came, at that hop or at a later one, and lacked the id; false if nothing was seen. */
  readonly lost: boolean;
  readonly why: string;
}

/** The hops of a run at which its id was, of those that could be seen. */
export interface IdContinuity {
  readonly seen: number;
  /** Hops but for those of which it is `unknown`. */
  readonly of: number;
  /** In the order of the steps. Empty in a result that was too large to keep whole. */
  readonly hops: readonly IdHop[];
  readonly gap?: IdGap;
}

/** One execution of a canary and its outcome. Frozen, and free of secrets. */
export interface RunResult {
  readonly runId: RunId;
  readonly canary: string;
  readonly verdict: Verdict;
  /** Blame and reason of the run itself, if no step has them (a missing value, a lost tap, an interruption). */
  readonly blame?: Blame;
  readonly reason: string;
  readonly environment: string;
  readonly region?: string;
  readonly owner: string;
  readonly runbook?: string;
  readonly tags: readonly string[];
  /** The scheduled slot; the start, for a run on demand. */
  readonly slotAtMs: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly steps: readonly StepResult[];
  readonly cleanup: readonly StepResult[];
  readonly trail: readonly TrailEntry[];
  /** Absent if no check of the run can show the id. */
  readonly continuity?: IdContinuity;
  readonly source: string;
  /** A digest of the canary's steps, values and environment, for comparison with a later run. */
  readonly definition?: string;
  /** Version of Coalmine that made it; absent if no results are stored. */
  readonly runnerVersion?: string;
  /** True if a signal ended it early. */
  readonly interrupted: boolean;
  /** True if a store omitted parts, the evidence first, because the result was too large. */
  readonly truncated?: boolean;
}

/** A part of evidence that could not be read as fields for a check. */
export interface Unread {
  /** Its path, such as `body`; empty for the whole of the evidence. */
  readonly path: string;
  /** Reason, as a clause: `its body is not JSON`. */
  readonly why: string;
  /** True if nothing of it was read, because it is stored elsewhere: no check on it is decided, not even one on text. */
  readonly absent?: boolean;
  /** True if the content is corrupt, such as bytes that could not be decoded: no check on it holds. */
  readonly garbled?: boolean;
  /** True if some bytes were replaced by REPLACEMENT: a text that holds one is not known to differ. */
  readonly mangled?: boolean;
}
