import { reporterSpecs } from '../reporters/registry/open.ts';
import * as reporters from '../reporters/registry/table.ts';
import { fileSources } from '../runner/adapters/references/file-sources.ts';
import { DefinitionError } from '../runner/core/base/errors.ts';
import { fleetOf } from '../runner/deploy/fleet.ts';
import type { Fleet } from '../runner/engine/fleet-context.ts';
import { formatDiagnostic, load } from '../runner/load/index.ts';
import { KINDS } from '../runner/registry.ts';

/** The deployed fleet of a folder, or all faults that prevent its deployment, as text. */
export type FoundFleet = { readonly fleet: Fleet } | { readonly faults: readonly string[] };

/** Loads the deployed canaries: those below `canaries/`, or in COALMINE_CANARIES, for COALMINE_ENV. */
export async function findFleet(
  root: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<FoundFleet> {
  const folder = env['COALMINE_CANARIES'];
  const files = fileSources(folder === undefined ? [] : [folder], root);
  if (files.faults.length > 0) return { faults: files.faults };
  const { canaries, diagnostics } = load(files, KINDS);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return { faults: errors.map(formatDiagnostic) };
  const found = fleetOf(canaries, env['COALMINE_ENV']);
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
