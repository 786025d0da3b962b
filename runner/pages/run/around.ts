import type { RunInHistory } from '../../core/compare/run-in-history.ts';
import type { AroundDossier } from '../../core/dossier/around.ts';

/** Everything that a run's page shows next to the run itself, and its dossier has. Each part is left out if it is not known. */
export interface AroundRun extends Partial<Omit<RunInHistory, 'runId'>>, AroundDossier {
  /** Paths of other pages, relative to this one. */
  readonly pages?: {
    readonly fleet?: string;
    readonly canary?: string;
    readonly incident?: string;
    readonly previous?: string;
    readonly next?: string;
    /** The dossier as a file of Markdown. */
    readonly dossier?: string;
  };
}
