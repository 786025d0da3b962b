import type { RunInHistory } from '../../core/compare/run-in-history.ts';

/** Everything that a run's page shows next to the run itself. Each part is left out if it is not known. */
export interface AroundRun extends Partial<Omit<RunInHistory, 'runId'>> {
  /** Updates of the system between the last pass and the first failure. */
  readonly changes?: readonly SystemChange[];
  /** Pages of the web for the investigation: logs, trace, dashboard. The runbook is the run's own. */
  readonly links?: readonly { readonly label: string; readonly url: string }[];
  /** Everything about the run as Markdown, for a copy. */
  readonly dossier?: string;
  /** Paths of other pages, relative to this one. */
  readonly pages?: {
    readonly fleet?: string;
    readonly canary?: string;
    readonly incident?: string;
    readonly previous?: string;
    readonly next?: string;
  };
}

/** Something that changed in the watched system. */
export interface SystemChange {
  readonly atMs: number;
  readonly resource: string;
  readonly what: string;
}
