import type { SourcePosition } from '../../core/model/canary.ts';

/** Level of a finding: a run would fail, a run may fail or know less, the question was unanswered, all is well. */
export type Level = 'problem' | 'doubt' | 'unchecked' | 'fine';

export interface Finding {
  readonly level: Level;
  /** State of the thing: `table orders does not exist`. */
  readonly what: string;
  /** Consequence. */
  readonly why?: string;
  /** Remedy: a sentence, or a command. */
  readonly todo?: string;
}

export interface ConcernedFinding extends Finding {
  /** The canary whose runs it concerns; all of the project, if absent. */
  readonly canary?: string;
  /** Position in its file. */
  readonly at?: SourcePosition;
}

/** That something is as it must be. */
export function fine(what: string): Finding {
  return { level: 'fine', what };
}
