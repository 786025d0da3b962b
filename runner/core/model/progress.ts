import type { RunId } from '../base/run-id.ts';
import type { Step } from './canary.ts';
import type { RunResult, StepResult } from './run-result.ts';

/** Progress events of a run, for live output. Free of secrets. */
export type Progress =
  | { readonly type: 'run-started'; readonly runId: RunId; readonly canary: string; readonly atMs: number }
  | {
      readonly type: 'step-started';
      readonly runId: RunId;
      readonly canary: string;
      readonly step: Pick<Step, 'id' | 'name' | 'kind' | 'mode'>;
      readonly atMs: number;
      /** The latest moment at which it gives up. */
      readonly deadlineAtMs: number;
    }
  | {
      readonly type: 'step-looked';
      readonly runId: RunId;
      readonly stepId: string;
      readonly attempts: number;
      /** Summary of the newest poll: `1 selected, differs: status PENDING`. */
      readonly lastSeen: string;
    }
  | { readonly type: 'step-ended'; readonly runId: RunId; readonly step: StepResult }
  | { readonly type: 'run-ended'; readonly result: RunResult };
