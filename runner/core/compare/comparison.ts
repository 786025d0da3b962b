import type { Json } from '../base/json.ts';
import type { RunId } from '../base/run-id.ts';
import type { RunResult } from '../model/run-result.ts';
import type { HopTime } from '../store/slots.ts';

/**
 * The differences between a run that did not pass and a pass of the same canary. Ids, times and values that differ from run to run
 * are no differences. JSON of limited size.
 */
export interface Comparison {
  /** The pass. `isLater`: it came after the run, since none before is kept. */
  readonly pass: { readonly runId: RunId; readonly startedAtMs: number; readonly isLater: boolean };
  /** `changed`: the canary itself, or its environment, is another one, as far as its files show. */
  readonly definition: 'same' | 'changed' | 'unknown';
  /** Failed checks first, then other fields, in the order of the steps. */
  readonly fields: readonly FieldDifference[];
  readonly times: readonly TimeDifference[];
  readonly hops: readonly HopDifference[];
  /** Names of steps whose evidence is not compared in full: a part was too large to keep, or too much differs. */
  readonly unread: readonly string[];
  /** Number of differences that were found and are left out. */
  readonly omitted: number;
}

/** The step of a difference. */
export interface ComparedStep {
  readonly stepId: string;
  /** Its name. */
  readonly step: string;
  readonly hop: string;
}

/** A value that is not as it was. */
export interface FieldDifference extends ComparedStep {
  /** Its path in the evidence; empty for the evidence itself, or for a term of the step such as `count`. */
  readonly path: string;
  /** The operator of the check that failed; absent for a field that no check is on. */
  readonly operator?: string;
  /** The value in the pass; absent if there was none. Long values are cut. */
  readonly before?: Json;
  /** The value in this run; absent if there is none. */
  readonly now?: Json;
}

/** A hop that took longer than usual. */
export interface TimeDifference extends ComparedStep {
  readonly beforeMs: number;
  readonly nowMs: number;
  /** The longest time of the passes that it was compared with, and their number. */
  readonly longestMs: number;
  readonly passes: number;
}

/** A hop that only one of the runs reached. */
export interface HopDifference extends ComparedStep {
  /**
   * `missing`: it was looked for and not seen. `unchecked`: the step did not run, or could not check. `new`: seen in this run only.
   */
  readonly is: 'missing' | 'unchecked' | 'new';
  /** Time to effect in the pass. Absent for a new hop. */
  readonly beforeMs?: number;
}

/** More passes of the same canary, which distinguish usual variation from a difference. */
export interface OtherPasses {
  /** Whole results. A field that differs among them counts as a difference only by its type. */
  readonly passes?: readonly RunResult[];
  /** Times of the hops of passes, as history keeps them. */
  readonly times?: readonly (readonly HopTime[])[];
}
