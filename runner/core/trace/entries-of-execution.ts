import type { Redactor } from '../redaction/redact.ts';
import { excerptOf } from './excerpt.ts';
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

/** An execution with its history. */
export interface TracedExecution {
  readonly name: string;
  readonly history: readonly HistoryEvent[];
}

/** Other types are steps of Step Functions itself, several to each state. */
const SHOWN = /^Execution|StateEntered$|Failed$|TimedOut$|Aborted$/;
const FAULTY = /Failed$|TimedOut$|Aborted$/;

/** The history of one execution: its beginning and end, each state that it entered, and each failure. */
export function entriesOfExecution(
  machine: string,
  { name, history }: TracedExecution,
  redactor: Redactor,
): readonly TraceEntry[] {
  return history
    .filter(({ type }) => SHOWN.test(type))
    .map(({ atMs, type, state, error, cause }) => ({
      atMs,
      place: `state machine ${machine}`,
      kind: 'noted',
      what: excerptOf(
        [`${name}: ${type}`, state, error, cause].filter((word) => word !== undefined).join(' · '),
        redactor,
      ),
      source: 'executions',
      ...(FAULTY.test(type) ? { fault: 'failed' } : {}),
    }));
}
