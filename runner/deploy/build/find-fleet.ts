import { reporterSpecs } from '../../../reporters/registry/open.ts';
import * as reporters from '../../../reporters/registry/table.ts';
import { fileSources } from '../../adapters/references/file-sources.ts';
import { DefinitionError } from '../../core/base/errors.ts';
import type { Fleet } from '../../engine/fleet-context.ts';
import { formatDiagnostic, load } from '../../load/index.ts';
import { KINDS } from '../../registry.ts';
import { fleetOf } from '../fleet.ts';

/** A fleet for deployment with remarks on its files, or all faults that prevent it; each as text. */
export type FoundFleet =
  | { readonly fleet: Fleet; readonly warnings: readonly string[] }
  | { readonly faults: readonly string[] };

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
  const { error: errors = [], warning: warnings = [] } = Object.groupBy(
    diagnostics,
    ({ severity }) => severity,
  );
  if (errors.length > 0) return { faults: errors.map(formatDiagnostic) };
  const found = fleetOf(canaries, environment);
  if ('faults' in found) return found;
  const fault = reporterFault(found.fleet);
  if (fault !== undefined) return { faults: [fault] };
  return { fleet: found.fleet, warnings: warnings.map(formatDiagnostic) };
}

function reporterFault({ project }: Fleet): string | undefined {
  try {
    reporterSpecs(project.reporters, reporters, 'functions');
    return undefined;
  } catch (thrown) {
    if (thrown instanceof DefinitionError) return thrown.message;
    throw thrown;
  }
}
