import type { Json } from '../base/json.ts';
import type { Reference } from '../expression/template.ts';
import { templatesOf, transitiveReferencesOf } from '../expression/values.ts';
import type { Canary } from '../model/canary.ts';
import type { Environment } from '../model/project.ts';

const NAMES: ReadonlySet<string | number | undefined> = new Set(['inbox', 'inboxToken']);

/** The first mention of `${run.inbox}` or `${run.inboxToken}` in a value, or in the vars that it mentions. */
export function inboxMentionIn(value: Json, vars: Canary['vars']): Reference | undefined {
  return transitiveReferencesOf(value, vars).find(({ name, path }) => name === 'run' && NAMES.has(path[0]));
}

/** True if a step of the canary mentions its inbox, so that its runs open an inbox. */
export function mentionsInbox(
  { steps, vars }: Pick<Canary, 'steps' | 'vars'>,
  environment: Pick<Environment, 'vars'>,
): boolean {
  return inboxMentionIn(steps.map(templatesOf), { ...environment.vars, ...vars }) !== undefined;
}
