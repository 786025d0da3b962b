import { isJsonMap, type Json, type JsonMap } from '../base/json.ts';
import { type RunId, runIdsIn } from '../base/run-id.ts';
import type { Reference } from '../expression/template.ts';
import { BUILT_IN, templatesOf, transitiveReferencesOf } from '../expression/values.ts';
import type { ActStep } from '../model/canary.ts';

/** What cleanup steps need of a run, beside the ids that every run has. */
export interface CleanupNeeds {
  /** The vars that they mention, as templates. */
  readonly vars: JsonMap;
  /** The names that only steps of the run can give a value. */
  readonly saved: ReadonlySet<string>;
}

/** What cleanup steps need, among all the vars that there are. */
export function needsOfCleanup(cleanup: readonly ActStep[], vars: JsonMap): CleanupNeeds {
  const names = namesOf(transitiveReferencesOf(cleanup.map(templatesOf), vars));
  const known = [...names].filter((name) => vars[name] !== undefined);
  return {
    vars: Object.fromEntries(known.map((name) => [name, vars[name] as Json])),
    saved: new Set([...names].filter((name) => vars[name] === undefined)),
  };
}

/** By what a value may be known as a run's own. */
export interface OwnBy {
  readonly vars: JsonMap;
  /** False where generated values repeat those of an earlier run. */
  readonly generated: boolean;
}

/**
 * Whether what a step names is a run's own: by the run's id, by a value that the run saved, or by an id that was generated for
 * it. Every run has the same constants: what they name may be another run's by now.
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

/** Runs are remembered for this long, in seconds: what looks like an id, and is older, is something else. */
const KNOWN_SECONDS = 30 * 24 * 3_600;

/** The id of another run that stands in what a step names, if there is one. */
export function foreignRunIn(named: Json, runId: RunId): RunId | undefined {
  const ownSecond = secondOf(runId);
  const isRun = (id: RunId): boolean => Math.abs(secondOf(id) - ownSecond) < KNOWN_SECONDS;
  return runIdsIn(JSON.stringify(named)).find((id) => id !== runId && isRun(id));
}

function secondOf(runId: RunId): number {
  return Number.parseInt(runId.slice(0, 8), 16);
}

/** Names of vars and of saved values. */
function namesOf(mentions: readonly Reference[]): ReadonlySet<string> {
  const own = mentions.filter(({ name, external }) => external === undefined && !BUILT_IN.has(name));
  return new Set(own.map(({ name }) => name));
}
