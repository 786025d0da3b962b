import { ObserverError } from '../../core/base/errors.ts';
import type { Json } from '../../core/base/json.ts';
import { nameOfType, parsePath, valueAt } from '../../core/expression/template.ts';
import { isWithin } from '../../core/matching/check-path.ts';
import { compilePattern } from '../../core/matching/regex.ts';
import type { Step } from '../../core/model/canary.ts';
import type { Evidence } from '../../core/model/run-result.ts';
import type { Run } from '../context/run-context.ts';

/**
 * The values that a step saves, or a sentence that names the missing path.
 * @throws ObserverError if the value, or a part of it, was truncated or unreadable.
 */
export function saveFrom(
  { save, match = {} }: Pick<Step, 'save' | 'match'>,
  root: string,
  evidence: Pick<Evidence, 'data' | 'truncated' | 'unread'>,
): { readonly saved: Readonly<Record<string, Json>> } | { readonly missing: string } {
  const saved: Record<string, Json> = {};
  for (const [name, path] of Object.entries(save)) {
    const value = valueAt({ [root]: evidence.data }, parsePath(path));
    refuseUnseen(path, { ...evidence, root, isMissing: value === undefined });
    if (value === undefined) return { missing: `${path} is missing, so '${name}' could not be saved` };
    const part = partOf(value, match[name]);
    if (part === undefined)
      return { missing: withoutPart({ path, name, value, pattern: String(match[name]) }) };
    saved[name] = part;
  }
  return { saved };
}

/**
 * Learns the secrets in evidence, before any of it is emitted: what a step saves as one is secret whether or not the step passes. A check that
 * saves nothing looks where those of its kind save.
 */
export function learnSecrets(step: Step, evidence: readonly Pick<Evidence, 'data'>[], run: Run): void {
  const { secrets } = run;
  if (secrets === undefined) return;
  const root = step.mode === 'act' ? 'response' : step.kind;
  for (const { name, path, pattern } of savesFor(step, run))
    for (const { data } of evidence) {
      const value = valueAt({ [root]: data }, parsePath(path));
      const part = value === undefined ? undefined : partOf(value, pattern);
      if (part !== undefined) secrets.learnSaved(name, part);
    }
}

interface PlaceOfSave {
  readonly name: string;
  readonly path: string;
  readonly pattern: string | undefined;
}

/** A dead letter holds the same token as the message that an `expect` waits for. */
function savesFor(step: Step, { request: { canary } }: Run): readonly PlaceOfSave[] {
  const savers =
    step.mode === 'act' || step.mode === 'expect'
      ? [step]
      : canary.steps.filter(({ mode, kind }) => mode === 'expect' && kind === step.kind);
  return savers.flatMap(({ save, match = {} }) =>
    Object.entries(save).map(([name, path]) => ({ name, path, pattern: match[name] })),
  );
}

/** A value, or the part of it that a pattern describes. */
function partOf(value: Json, pattern: string | undefined): Json | undefined {
  if (pattern === undefined) return value;
  return typeof value === 'string' ? compilePattern(pattern).partOf(value) : undefined;
}

function withoutPart(of: {
  readonly path: string;
  readonly name: string;
  readonly value: Json;
  readonly pattern: string;
}): string {
  const why =
    typeof of.value === 'string'
      ? `has no part like ${of.pattern}`
      : `is ${nameOfType(of.value)}, and no text`;
  return `${of.path} ${why}, so '${of.name}' could not be saved`;
}

interface FoundValue extends Pick<Evidence, 'truncated' | 'unread'> {
  readonly root: string;
  readonly isMissing: boolean;
}

/** A value that was read only in part may be saved as far as it was read; a missing one may be among the rest. */
function refuseUnseen(path: string, { root, isMissing, truncated = [], unread = [] }: FoundValue): void {
  const unseen = [
    ...truncated.map((part) => ({ path: part, why: `'${part}' was truncated at its size limit` })),
    ...unread.filter(({ absent, garbled }) => absent === true || garbled === true || isMissing),
  ].find((part) => {
    const at = part.path === '' ? root : `${root}.${part.path}`;
    return isWithin(path, at) || isWithin(at, path);
  });
  if (unseen === undefined) return;
  throw new ObserverError(`${path} cannot be saved: ${unseen.why}.`, { permanent: true });
}

/**
 * Saves values under their names.
 * @returns the values as they may be printed: those of secrets are masked.
 * @throws DefinitionError if a secret is too short. Cleanup can use the values all the same, but for one that cannot be masked at all.
 */
export function keep(
  saved: Readonly<Record<string, Json>>,
  { values, secrets }: Run,
): Readonly<Record<string, Json>> {
  const learned = Object.entries(saved).map(([name, value]) => ({
    name,
    value,
    ...(secrets?.learnSaved(name, value) ?? { shown: value }),
  }));
  const usable = learned.filter(({ shown }) => shown !== undefined);
  for (const { name, value } of usable) values.save(name, value);
  for (const { fault } of learned) if (fault !== undefined) throw fault;
  return Object.fromEntries(usable.map(({ name, shown }) => [name, shown as Json]));
}
