import type { SourcePosition } from '../../core/model/canary.ts';

/** What a finding means: a run would stumble, a run may, it could not be asked, all is as it must be. */
export type Level = 'problem' | 'doubt' | 'unchecked' | 'fine';

/** One thing that was found out, in sentences for people. */
export interface Finding {
  readonly level: Level;
  /** What is so: `table orders is not there`. */
  readonly what: string;
  /** Why it matters. */
  readonly why?: string;
  /** What to do: a sentence, or a command. */
  readonly todo?: string;
}

/** A finding, and whom it concerns. */
export interface ConcernedFinding extends Finding {
  /** The canary whose runs it concerns; all of the project, where absent. */
  readonly canary?: string;
  /** Where in its file. */
  readonly at?: SourcePosition;
}

/** That something is as it must be. */
export function fine(what: string): Finding {
  return { level: 'fine', what };
}
