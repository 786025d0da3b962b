import type { Comparison } from '../compare/comparison.ts';
import type { ChangesBefore } from '../model/change.ts';
import type { FailingSince } from '../store/failing-since.ts';

/** Everything that a dossier has next to the run. Each part is left out if it is not known. */
export interface AroundDossier {
  readonly comparison?: Comparison;
  readonly since?: FailingSince;
  readonly changes?: ChangesBefore;
  readonly links?: readonly { readonly label: string; readonly url: string }[];
  /** Lines of the canary's files, by the id of the step. */
  readonly sources?: Readonly<Record<string, string>>;
}
