import { join } from 'node:path';
import type { FleetRequest } from '../runner/deploy/build/find-fleet.ts';

/** The canaries that a clone deploys: those of the folder in COALMINE_CANARIES, or below `canaries/`; for COALMINE_ENV. */
export function fleetRequestIn(env: Readonly<Record<string, string | undefined>>): FleetRequest {
  const { COALMINE_CANARIES: folder, COALMINE_ENV: environment } = env;
  return {
    root: join(import.meta.dirname, '..'),
    folders: folder === undefined ? [] : [folder],
    environment,
  };
}
