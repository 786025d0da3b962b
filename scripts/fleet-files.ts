import { fileSources } from '../runner/adapters/references/file-sources.ts';
import { fleetOf } from '../runner/deploy/fleet.ts';
import type { Fleet } from '../runner/engine/fleet-context.ts';
import { formatDiagnostic, load } from '../runner/load/index.ts';
import { KINDS } from '../runner/registry.ts';

/** What is deployed from some folder, or everything that keeps it from being deployed, for people. */
export type FoundFleet = { readonly fleet: Fleet } | { readonly faults: readonly string[] };

/** Loads the canaries that are deployed: those below `canaries/`, or where COALMINE_CANARIES says, in COALMINE_ENV. */
export async function findFleet(
  root: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<FoundFleet> {
  const folder = env['COALMINE_CANARIES'];
  const files = await fileSources(folder === undefined ? [] : [folder], root);
  if (files.faults.length > 0) return { faults: files.faults };
  const { canaries, diagnostics } = load(files, KINDS);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return { faults: errors.map(formatDiagnostic) };
  return fleetOf(canaries, env['COALMINE_ENV']);
}
