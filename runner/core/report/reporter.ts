import type { RunId } from '../base/run-id.ts';
import type { RunInHistory } from '../compare/run-in-history.ts';
import type { Step } from '../model/canary.ts';
import type { RunResult, StepResult } from '../model/run-result.ts';
import type { AlertStream, CanaryFacts, Notice, Severity } from '../notice/notice.ts';

/** The beginning of a run. */
export interface RunStart {
  readonly runId: RunId;
  readonly canary: string;
  readonly atMs: number;
}

/** The beginning of a step. */
export interface StepStart {
  readonly runId: RunId;
  readonly canary: string;
  readonly step: Pick<Step, 'id' | 'name' | 'kind' | 'mode'>;
  readonly atMs: number;
  /** The latest end of the step, epoch milliseconds. */
  readonly deadlineAtMs: number;
}

/** One poll of a check. */
export interface StepPoll {
  readonly runId: RunId;
  readonly stepId: string;
  readonly attempts: number;
  /** A few words on the newest poll: `1 seen, status "PENDING"`. */
  readonly lastSeen: string;
}

/** The end of a step. */
export interface StepEnd {
  readonly runId: RunId;
  readonly canary: string;
  readonly step: StepResult;
}

/** Figures of the runner itself; each is absent if the sender does not know it. */
export interface RunnerHealth {
  /** The name of the stack, or of the host. */
  readonly runner: string;
  readonly atMs: number;
  /** True after a tick without a fault. */
  readonly complete?: boolean;
  /** Slots that did not run when they were due. */
  readonly missed?: number;
  /** Notices that no channel is left for. */
  readonly undelivered?: number;
  /** Failures of reporters: results that did not reach their destination. */
  readonly reporterFailures?: number;
  /** The age of the oldest slot that waits or runs, in milliseconds. */
  readonly oldestRunMs?: number;
  /** The longest time for which the event loop was held up; more than a second is a standstill. */
  readonly eventLoopDelayMs?: number;
  /** The longest time from the sending of a tap's message to its journal entry. */
  readonly tapLagMs?: number;
}

/** The opening or the end of an incident, whether channels are notified of it or not. */
export interface IncidentChange {
  readonly change: 'opened' | 'closed';
  readonly incident: string;
  readonly stream: AlertStream;
  readonly severity: Severity;
  readonly sinceMs: number;
  readonly neverPassed: boolean;
  readonly about: CanaryFacts;
  /** True if a notice of it was decided at the same moment; a mute or a maintenance window holds it back. */
  readonly isNoticed: boolean;
}

/** A notice that a channel accepted. */
export interface DeliveredNotice {
  readonly channel: string;
  readonly notice: Notice;
}

/** A canary of the fleet, for reporters that show a state and not events alone. */
export interface CanaryReport {
  readonly canary: string;
  readonly paused: boolean;
  /** Its newest run that counts, of before this process; only at the start. */
  readonly newest?: Pick<RunResult, 'verdict' | 'startedAtMs' | 'durationMs'>;
}

/** Events of runs and of the runner, by the method that receives them. Secrets are masked in all of them. */
export interface ReporterEvents {
  readonly onRunStart: RunStart;
  readonly onStepStart: StepStart;
  readonly onStepPoll: StepPoll;
  readonly onStepEnd: StepEnd;
  /** A result that counts: a run that a second one is to confirm has none, and a sweep has none. Frozen. */
  readonly onRunEnd: RunResult;
  /** The same run in the history of its canary, after `onRunEnd`; only by `run`, and only with a state. */
  readonly onRunInHistory: RunInHistory;
  /** Sent once, by the process that stored the change. */
  readonly onIncident: IncidentChange;
  readonly onDelivered: DeliveredNotice;
  /** Notices that no channel is left for: the last chance for them to be seen. */
  readonly onUndelivered: readonly Notice[];
  /** Every canary of a watched fleet: at the start of `watch`, and after each tick. */
  readonly onFleet: readonly CanaryReport[];
  /** Sent after each tick, and at the end of a command or an invocation. */
  readonly onHealth: RunnerHealth;
}

/** A method for each event, or for some. */
export type ReporterMethods = {
  readonly [Event in keyof ReporterEvents]?: (value: ReporterEvents[Event]) => Promise<void> | void;
};

/** Receives the events that it has a method for. A method that throws or rejects changes no verdict and holds up no run. */
export interface Reporter extends ReporterMethods {
  readonly name: string;
  /**
   * Sends the rest. Called at the end of `run` and `watch`, and of each invocation of a function. The process may be frozen after
   * that, so more events and another end may follow.
   */
  onEnd?(): Promise<void> | void;
  /** Breaks off what is in flight, which would keep the process alive. Called if the reporter has not ended in its time. */
  giveUp?(): void;
}
