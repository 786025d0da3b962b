import { CanaryError } from '../../core/base/errors.ts';
import type { Json, JsonMap } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { newRunId, type RunId } from '../../core/base/run-id.ts';
import type { ExternalName } from '../../core/expression/reference.ts';
import { keyOf } from '../../core/expression/resolve-references.ts';
import { fill } from '../../core/expression/template.ts';
import { externalsIn, Values } from '../../core/expression/values.ts';
import type { Phase, Step } from '../../core/model/canary.ts';
import { secretsOfRun } from '../context/run-secrets.ts';
import type { Engine, RunRequest } from '../engine.ts';

/** Plan of a run: everything that is known without acting. Free of secrets. */
export interface DryRun {
  readonly runId: RunId;
  readonly canary: string;
  readonly environment: string;
  /** Values from outside that could not be read, each in one sentence. */
  readonly faults: readonly string[];
  readonly steps: readonly DryStep[];
  readonly cleanup: readonly DryStep[];
}

/** A step with its values filled in; a value known only in a run keeps its `${…}`. */
export interface DryStep {
  readonly name: string;
  readonly mode: Step['mode'];
  readonly phase?: Phase;
  readonly kind: string;
  readonly input: Json;
  readonly expected?: Json;
}

/** A request, and the part of its values that is printed. */
export interface DryRunRequest extends RunRequest {
  /** True to put in the values of references, except for secrets. @default the references themselves */
  readonly showValues?: boolean;
}

/** Resolves everything that a run would resolve, and does nothing. */
export async function dryRun(request: DryRunRequest, engine: Engine): Promise<DryRun> {
  const { canary, environment, seed, showValues = false } = request;
  const startedAtMs = engine.clock.nowMs();
  const runId = newRunId(startedAtMs, engine.random);
  const read = await Promise.all(externalsIn(canary, environment).map(async (name) => readOne(name, engine)));
  const externals = new Map(
    read.flatMap((one) =>
      'value' in one ? [[one.name, showValues ? one.value : `\${${one.name}}`] as const] : [],
    ),
  );
  const values = new Values({ runId, seed: seed ?? runId, startedAtMs, canary, environment, externals });
  const secrets = secretsOfRun({ canary, environment }, engine, runId);
  const steps = (some: readonly Step[]): readonly DryStep[] => some.map((step) => dryStep(step, values));
  const all = { steps: steps(canary.steps), cleanup: steps(canary.cleanup) };
  if (showValues)
    for (const { input } of [...all.steps, ...all.cleanup]) secrets?.learnFrom(input as JsonMap);
  return (secrets?.engine ?? engine).redactor.deep({
    runId,
    canary: canary.name,
    environment: environment.name,
    faults: read.flatMap((one) => ('fault' in one ? [one.fault] : [])),
    ...all,
  });
}

type Read = { readonly name: string; readonly value: string } | { readonly fault: string };

async function readOne(name: ExternalName, engine: Engine): Promise<Read> {
  try {
    return { name: keyOf(name), value: (await engine.references.read(name)).value };
  } catch (thrown) {
    const fault = engine.classifyAwsError(thrown);
    if (fault instanceof CanaryError) return { fault: fault.message };
    throw thrown;
  }
}

function dryStep(step: Step, values: Values): DryStep {
  const filled = (value: Json): Json =>
    fill(value, (mention) => valueOrText(() => values.valueOf(mention), mention.text));
  const expected = step.mode === 'act' ? step.response : step.has;
  const { name, mode, phase, kind } = step;
  return {
    name,
    mode,
    ...omitUndefined({ phase }),
    kind,
    input: filled(step.input),
    ...(expected === undefined ? {} : { expected: filled(expected) }),
  };
}

/** The value, or the `${…}` itself if the value is known only in a run. */
function valueOrText(value: () => Json, text: string): Json {
  try {
    return value();
  } catch (thrown) {
    if (thrown instanceof CanaryError) return text;
    throw thrown;
  }
}
