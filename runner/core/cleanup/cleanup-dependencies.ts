import { isJsonMap, type Json, type JsonMap } from '../base/json.ts';
import { isIdOf, type RunId, runIdsIn, startOf } from '../base/run-id.ts';
import type { Reference } from '../expression/template.ts';
import { BUILT_IN, templatesOf, transitiveReferencesOf } from '../expression/values.ts';
import type { ActStep } from '../model/canary.ts';

/** Needs of cleanup steps from a run, apart from the ids of every run. */
export interface CleanupNeeds {
  /** The vars that the steps reference, as templates. */
  readonly vars: JsonMap;
  /** The names whose values only steps of the run can save. */
  readonly saved: ReadonlySet<string>;
}

export function needsOfCleanup(cleanup: readonly ActStep[], vars: JsonMap): CleanupNeeds {
  const names = namesOf(transitiveReferencesOf(cleanup.map(templatesOf), vars));
  const known = [...names].filter((name) => vars[name] !== undefined);
  return {
    vars: Object.fromEntries(known.map((name) => [name, vars[name] as Json])),
    saved: new Set([...names].filter((name) => vars[name] === undefined)),
  };
}

/** Evidence that a value belongs to a run. */
export interface OwnBy {
  readonly vars: JsonMap;
  /** False if generated values repeat those of an earlier run. */
  readonly generated: boolean;
}

/**
 * True if a resource that a step names belongs to the run. It shows by the run's id, by a value that the run saved, or by an id
 * generated for it. Every run has the same constants: a resource named by them alone may belong to another run.
 */
export function namesItsOwn(named: Json, { vars, generated }: OwnBy): boolean {
  return transitiveReferencesOf(named, vars).some(({ name, path, external }) => {
    if (external !== undefined) return false;
    if (name === 'run') return OWN_IDS.has(path[0]);
    const template = vars[name];
    if (template === undefined) return !BUILT_IN.has(name);
    return generated && isJsonMap(template) && '$uuid' in template;
  });
}

const OWN_IDS: ReadonlySet<string | number | undefined> = new Set(['id', 'correlationId', 'shortId']);

/** Age limit of run ids: an older look-alike is no run id. */
const KNOWN_MS = 30 * 24 * 3_600_000;

/** The id of another run inside a step's input, if there is one. The id of the run's own setup is none. */
export function foreignRunIn(named: Json, runId: RunId): RunId | undefined {
  const isRun = (id: RunId): boolean => Math.abs(startOf(id) - startOf(runId)) < KNOWN_MS;
  return runIdsIn(JSON.stringify(named)).find((id) => !isIdOf(id, runId) && isRun(id));
}

function namesOf(mentions: readonly Reference[]): ReadonlySet<string> {
  const own = mentions.filter(({ name, external }) => external === undefined && !BUILT_IN.has(name));
  return new Set(own.map(({ name }) => name));
}
