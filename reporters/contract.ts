import type { Progress } from '../runner/core/model/progress.ts';
import type { RunResult } from '../runner/core/model/run-result.ts';

/** Reports runs: live, if it supports that, and when all are over. It changes nothing. */
export interface Reporter {
  readonly name: string;
  progress?(progress: Progress): void;
  /** Called once, with every result, in the order of the canaries. */
  end(results: readonly RunResult[]): Promise<void> | void;
}

export interface Output {
  write(text: string): void;
}
