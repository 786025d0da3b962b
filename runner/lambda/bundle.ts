import type { Notifiers } from '../../reporters/notifications/notifiers.ts';
import type { ReporterTable } from '../../reporters/registry/open.ts';
import type { ChangeSources } from '../adapters/changes/change-reader.ts';
import type { Sources } from '../adapters/references/source.ts';
import { deepFreeze } from '../core/base/freeze.ts';
import { parseJson } from '../core/base/json.ts';
import type { Engine } from '../engine/engine.ts';
import type { Fleet } from '../engine/fleet-context.ts';
import type { InputCheck } from '../load/yaml/input-problem.ts';

/**
 * Parts of a function that the build chooses by the fleet (runner/deploy/build/function-entry.ts). They are the fleet and the entries of each
 * table that it uses. The fleet is already checked, so that nothing is parsed or compiled at run time.
 */
export interface Bundle {
  /** `fleet.json`, as text. */
  readonly fleet: string;
  readonly sources: Sources;
}

/** The parts of a function that sends notices. */
export interface NotifyingBundle extends Bundle {
  readonly notifiers: Notifiers;
  /** The log, and the reporters of the project file. */
  readonly reporters: ReporterTable;
}

/** The parts of a function that makes runs. */
export interface WorkerBundle extends NotifyingBundle, Pick<Engine, 'verbs' | 'nouns'> {
  readonly changes: ChangeSources;
  /** Checks of inputs, by the name of the kind. */
  readonly checks: Readonly<Record<string, InputCheck>>;
}

export function fleetIn({ fleet }: Pick<Bundle, 'fleet'>): Fleet {
  return deepFreeze(parseJson(fleet) as unknown as Fleet);
}
