import { isJsonList, isJsonMap, type Json, type JsonMap } from '../../core/base/json.ts';
import { type RunId, runIdsIn, setupIdOf } from '../../core/base/run-id.ts';
import { namesItsOwn } from '../../core/cleanup/cleanup-dependencies.ts';
import type { Evidence } from '../../core/model/run-result.ts';
import { type Noun, selectsBy } from '../../kinds/kind.ts';
import type { Run } from '../context/run-context.ts';
import type { CheckStep } from '../steps/check-step.ts';

/** Operators that many other things satisfy, whatever value they are given. */
const NOT_NAMING: ReadonlySet<string> = new Set([
  '$not',
  '$above',
  '$atLeast',
  '$below',
  '$atMost',
  '$after',
  '$before',
  '$count',
]);

/** True if all things that a check selects belong to the run. It selects by the run's id, by a value of the run, or at an address of the run. */
export function selectsItsOwn(step: CheckStep, noun: Noun, run: Run): boolean {
  const { input, where = null, correlate } = step;
  if (noun.repliesToUs === true || (selectsBy(noun, input) === 'id' && correlate === true)) return true;
  return isNamedByOwn([input, typeof correlate === 'string' ? correlate : null, namingPartsOf(where)], run);
}

/** True if a thing that fits the conditions of a check belongs to the run. */
export function asksForItsOwn({ has = null }: CheckStep, run: Run): boolean {
  return isNamedByOwn(namingPartsOf(has), run);
}

/**
 * True if evidence carries the run's id. Undefined if a part that is missing may carry it. A thing with the id of the run's setup shows nothing of
 * what came later, so it is undefined, too.
 */
export function carriesId(
  { id, data, carriesId: known, truncated = [], unread = [] }: Evidence,
  runId: RunId,
): boolean | undefined {
  if (known !== undefined) return known;
  const ids = runIdsIn(`${id} ${JSON.stringify(data)}`);
  if (ids.includes(runId)) return true;
  if (ids.includes(setupIdOf(runId))) return undefined;
  return truncated.length > 0 || unread.length > 0 ? undefined : false;
}

function isNamedByOwn(named: Json, { request: { canary, environment } }: Run): boolean {
  const vars: JsonMap = { ...environment.vars, ...canary.vars };
  return namesItsOwn(named, { vars, generated: true });
}

function namingPartsOf(pattern: Json): Json {
  if (isJsonList(pattern)) return pattern.map(namingPartsOf);
  if (!isJsonMap(pattern)) return pattern;
  return Object.entries(pattern).flatMap(([key, part]) => (NOT_NAMING.has(key) ? [] : [namingPartsOf(part)]));
}
