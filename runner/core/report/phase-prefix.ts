import type { StepResult } from '../model/run-result.ts';

/** The words before the name of a step that does not stand in the order of the file: `setup: `, `throughout: `. */
export function phasePrefix({ phase }: Pick<StepResult, 'phase'>): string {
  return phase === undefined ? '' : `${phase}: `;
}
