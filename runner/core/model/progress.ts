import type { RunId } from '../base/run-id.ts';
import type { Step } from './canary.ts';
import type { RunResult, StepResult } from './run-result.ts';

/** What a run tells while it is under way, for people who look on. Free of secrets. */
export type Progress =
  | { readonly type: 'run-started'; readonly runId: RunId; readonly canary: string; readonly atMs: number }
  | {
      readonly type: 'step-started';
      readonly runId: RunId;
      readonly canary: string;
      readonly step: Pick<Step, 'id' | 'name' | 'kind' | 'mode'>;
      readonly atMs: number;
      /** When it will have given up at the latest. */
      readonly deadlineAtMs: number;
    }
  | {
      readonly type: 'step-looked';
      readonly runId: RunId;
      readonly stepId: string;
      readonly attempts: number;
      /** What the newest look showed, in a few words: `1 selected, differs: status PENDING`. */
      readonly lastSeen: string;
    }
  | { readonly type: 'step-ended'; readonly runId: RunId; readonly step: StepResult }
  | { readonly type: 'run-ended'; readonly result: RunResult };
