import type { RunResult } from '../core/model/run-result.ts';
import type { RunStart, StepEnd, StepPoll, StepStart } from '../core/report/reporter.ts';

/** Options of `loadCanaries`. */
export interface LoadOptions {
  /**
   * The folder that paths are relative to.
   * @default the working folder of the process at the call
   */
  readonly cwd?: string;
  /**
   * Receives sentences about trouble that changes no verdict, without secrets. Examples are a warning about a file, a reporter that failed, and
   * a result that was not stored.
   * @default `process.emitWarning`
   */
  readonly onWarning?: (text: string) => void;
}

/** Options of `run`. They are those of `coalmine run`, as values. */
export interface RunOptions extends LoadOptions {
  /**
   * The environment of the project file.
   * @default the only one; with several environments, it is required
   */
  readonly env?: string;
  /**
   * Runs only the canaries with at least one of these tags.
   * @default all canaries
   */
  readonly tags?: readonly string[];
  /**
   * The values of `${env:NAME}`, and the settings that begin with `AWS_`, `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. Credentials that are not
   * among them come from the AWS SDK, which reads the process's environment and its files.
   * @default the environment of the process at the call
   */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /**
   * The most runs at a time in each project, from 1.
   * @default 10
   */
  readonly concurrency?: number;
  /** Ends the runs early. Their cleanup still runs, and their results are errors that are marked `interrupted`. */
  readonly signal?: AbortSignal;
  /**
   * Reporters: their names with a file, as in `'junit:reports/canaries.xml'`, and objects with methods. One that fails is a warning.
   * @default none
   */
  readonly reporters?: readonly (string | RunReporter)[];
  /**
   * A SQLite file that keeps the results and the list of pending cleanups. Without a state, leftovers of a killed process are not swept.
   * @default none
   */
  readonly state?: string;
  /**
   * A DynamoDB table that keeps them, in place of a file.
   * @default none
   */
  readonly table?: string;
  /** The name of taps of one's own, made by `coalmine tap --as NAME`. */
  readonly as?: string;
  /** The id of an earlier run whose generated data is wanted again: 32 hex digits. */
  readonly seed?: string;
  /**
   * True to skip cleanup.
   * @default false
   */
  readonly keep?: boolean;
}

/**
 * Receives the events of runs that it has a method for. Secrets are masked in them. A run waits for no method, and one that throws or rejects
 * changes no verdict.
 */
export interface RunReporter {
  /** Its name in warnings. */
  readonly name: string;
  onRunStart?(event: RunStart): Promise<void> | void;
  onStepStart?(event: StepStart): Promise<void> | void;
  onStepPoll?(event: StepPoll): Promise<void> | void;
  onStepEnd?(event: StepEnd): Promise<void> | void;
  onRunEnd?(result: RunResult): Promise<void> | void;
  /** Called once, after all runs. `run` waits for it for ten seconds at most. */
  onEnd?(): Promise<void> | void;
}
