import { deepFreeze } from '../core/base/freeze.ts';
import { parseJson } from '../core/base/json.ts';
import type { Fleet } from '../engine/fleet-context.ts';
import type { InputCheck } from '../load/yaml/input-problem.ts';

/** Files of the build next to the code: already checked, so that nothing is parsed or compiled at run time. */
export interface Bundle {
  /** `fleet.json`, as text. */
  readonly fleet: string;
  /** Checks of inputs, by the name of the kind. */
  readonly checks: Readonly<Record<string, InputCheck>>;
}

export function fleetIn({ fleet }: Pick<Bundle, 'fleet'>): Fleet {
  return deepFreeze(parseJson(fleet) as unknown as Fleet);
}
