import { reporterSpecs } from '../../../reporters/registry/open.ts';
import * as reporters from '../../../reporters/registry/table.ts';
import { fileSources } from '../../adapters/references/file-sources.ts';
import { DefinitionError } from '../../core/base/errors.ts';
import type { Fleet } from '../../engine/fleet-context.ts';
import { formatDiagnostic, load } from '../../load/index.ts';
import { KINDS } from '../../registry.ts';
import { fleetOf } from '../fleet.ts';

/** The deployed fleet of a folder, or all faults that prevent its deployment, as text. */
export type FoundFleet = { readonly fleet: Fleet } | { readonly faults: readonly string[] };

export interface FleetRequest {
  /** Folder from which relative paths count. */
  readonly root: string;
  /** Canary files or folders. If empty: `canaries/`. */
  readonly folders: readonly string[];
  /** Name of the environment. @default the only one in which a canary has a schedule */
  readonly environment?: string | undefined;
}

/** Loads the canaries that are deployed. */
export function findFleet({ root, folders, environment }: FleetRequest): FoundFleet {
  const files = fileSources(folders, root);
  if (files.faults.length > 0) return { faults: files.faults };
  const { canaries, diagnostics } = load(files, KINDS);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return { faults: errors.map(formatDiagnostic) };
  const found = fleetOf(canaries, environment);
  return 'faults' in found ? found : withReporters(found.fleet);
}

function withReporters(fleet: Fleet): FoundFleet {
  try {
    reporterSpecs(fleet.project.reporters, reporters, 'functions');
    return { fleet };
  } catch (thrown) {
    if (thrown instanceof DefinitionError) return { faults: [thrown.message] };
    throw thrown;
  }
}
