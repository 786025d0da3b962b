import { CanaryError } from '../core/base/errors.ts';
import type { Json, JsonMap } from '../core/base/json.ts';
import type { RunId } from '../core/base/run-id.ts';
import type { ExternalName } from '../core/expression/reference.ts';
import { referenceFault } from '../core/expression/reference-faults.ts';
import { fill } from '../core/expression/template.ts';
import { externalsIn, Values } from '../core/expression/values.ts';
import type { Canary, Step } from '../core/model/canary.ts';
import type { Environment } from '../core/model/project.ts';

/** Values that are known before any run. */
export interface StaticValues {
  readonly environment: Environment;
  /** Values from outside that could be read, by the inside of their mention. */
  readonly externals: ReadonlyMap<string, string>;
  readonly runId: RunId;
  readonly nowMs: number;
}

/** A canary's steps, cleanup included, with their values filled in; a value known only in a run keeps its `${…}`. */
export function resolvedSteps(canary: Canary, known: StaticValues): readonly Step[] {
  const filled = fillerOf(canary, known);
  return [...canary.steps, ...canary.cleanup].map((step) => ({
    ...step,
    input: filled(step.input) as JsonMap,
  }));
}

/** A canary's values from outside, with the names of their stacks filled in as far as they are known and sound. */
export function resolvedReads(canary: Canary, known: StaticValues): readonly ExternalName[] {
  const filled = fillerOf(canary, known);
  return externalsIn(canary, known.environment).map((written) => {
    const read = { ...written, name: String(filled(written.name)) };
    return referenceFault(read) === undefined ? read : written;
  });
}

function fillerOf(
  canary: Canary,
  { environment, externals, runId, nowMs }: StaticValues,
): (value: Json) => Json {
  const values = new Values({ runId, seed: runId, startedAtMs: nowMs, canary, environment, externals });
  return (value) =>
    fill(value, (mention) => {
      try {
        return values.valueOf(mention);
      } catch (thrown) {
        if (thrown instanceof CanaryError) return mention.text; // only a run can know it, or it could not be read
        throw thrown;
      }
    });
}
