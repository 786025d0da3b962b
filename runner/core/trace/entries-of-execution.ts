import { truncateText } from '../base/format.ts';
import { LONGEST_EXCERPT } from './entries-of-journal.ts';
import type { TraceEntry } from './trace.ts';

/** An event in the history of an execution, as far as a trace shows it. */
export interface HistoryEvent {
  readonly atMs: number;
  /** Its type, as Step Functions names it: `TaskStateEntered`. */
  readonly type: string;
  /** The state that was entered or left. */
  readonly state?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** Other types are steps of Step Functions itself, several to each state. */
const SHOWN = /^Execution|StateEntered$|Failed$|TimedOut$|Aborted$/;
const FAULTY = /Failed$|TimedOut$|Aborted$/;

/** The history of one execution: its beginning and end, each state that it entered, and each failure. */
export function entriesOfExecution(
  machine: string,
  execution: string,
  history: readonly HistoryEvent[],
): readonly TraceEntry[] {
  return history
    .filter(({ type }) => SHOWN.test(type))
    .map(({ atMs, type, state, error, cause }) => ({
      atMs,
      place: `state machine ${machine}`,
      kind: 'noted',
      what: truncateText(
        [`${execution}: ${type}`, state, error, cause].filter((word) => word !== undefined).join(' · '),
        LONGEST_EXCERPT,
      ),
      source: 'executions',
      ...(FAULTY.test(type) ? { fault: true } : {}),
    }));
}
