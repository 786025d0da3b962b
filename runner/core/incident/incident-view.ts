import type { Comparison } from '../compare/comparison.ts';
import type { ChangesBefore } from '../model/change.ts';
import type { RunResult } from '../model/run-result.ts';
import type { AlertStream, CanaryFacts, CloseReason, Severity } from '../notice/notice.ts';
import type { StoryEvent } from './story.ts';

/** An incident, as far as the state knows it, for its page. */
export interface IncidentView {
  readonly id: string;
  readonly canary: string;
  readonly stream: AlertStream;
  /** Moment at which it was read, epoch milliseconds. */
  readonly nowMs: number;
  /** Absent if the alert state is not there or damaged: then nothing says whether it is over. */
  readonly isOpen?: boolean;
  /** Start of the first run that counted against the canary; the first notice, if only the notices are known. */
  readonly sinceMs: number;
  /** Absent of an incident of which only the notices are known, as are all facts below. */
  readonly openedAtMs?: number;
  readonly closedAtMs?: number;
  /** Absent of an incident that is over, if only its notices are known. */
  readonly closeReason?: CloseReason;
  readonly severity?: Severity;
  /** Number of runs against the canary. */
  readonly runs?: number;
  /** The resource at which the run that opened it failed. */
  readonly cause?: string;
  readonly neverPassed?: boolean;
  readonly flapping?: boolean;
  readonly lastPassedAtMs?: number;
  /** The newest reason in one sentence. */
  readonly reason: string;
  /** The canary as of its last run. */
  readonly about: CanaryFacts;
  /** The events, oldest first. */
  readonly story: readonly StoryEvent[];
  /** True if events between the opening and the newest ones are left out. */
  readonly isStoryCut: boolean;
  /** The reasons why channels were notified, or were not, in sentences. */
  readonly explained: readonly string[];
  /** The first run that failed, if its result is kept. */
  readonly firstFailure?: RunResult;
  /** That run against the last pass before it. */
  readonly comparison?: Comparison;
  /** Changes between the last pass and the first failure; absent if they were not read. */
  readonly changes?: ChangesBefore;
  /** Open incidents of other canaries with the same cause, the oldest first. */
  readonly others: readonly OtherIncident[];
}

/** An incident with the same cause. */
export interface OtherIncident {
  readonly canary: string;
  readonly incident: string;
  readonly severity: Severity;
  readonly sinceMs: number;
}
