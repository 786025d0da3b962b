import { DefinitionError } from '../../core/base/errors.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { RunId } from '../../core/base/run-id.ts';
import type { Blame, Verdict } from '../../core/base/verdict.ts';
import { boundedOutcome, withShortTexts } from '../../core/evidence/bounded.ts';
import { fill, type Reference, referencesIn, valueAt } from '../../core/expression/template.ts';
import type { Values } from '../../core/expression/values.ts';
import type { RunInbox } from '../../core/inbox/ports.ts';
import type { ActStep, Step } from '../../core/model/canary.ts';
import type { Evidence, StepResult } from '../../core/model/run-result.ts';
import type { SentMessage } from '../../core/taps/feeds.ts';
import type { InputFault, Noun, StepInput, Verb } from '../../kinds/kind.ts';
import type { Engine, RunRequest } from '../engine.ts';
import type { CleanupNotes } from './cleanup-notes.ts';
import type { RunConnections } from './connections.ts';
import type { RunSecrets } from './run-secrets.ts';
import type { ThingsThere } from './things-there.ts';

/** State of one run, shared by its steps. */
export interface Run {
  readonly request: RunRequest;
  readonly engine: Engine;
  readonly runId: RunId;
  /** The id that acts send in the setup; absent otherwise, when they send the run's. */
  readonly actsAs?: RunId;
  readonly startedAtMs: number;
  /** End of the setup; absent without one. */
  readonly setUpAtMs?: number;
  readonly values: Values;
  /** A digest of its steps, values and environment; absent if no results are stored. */
  readonly definition?: string;
  /** Version of Coalmine; absent if no results are stored. */
  readonly runnerVersion?: string;
  /** Comes when the run's time is spent or its user ends it. */
  readonly signal: AbortSignal;
  /** Secrets of this run only; absent for a canary without credentials. */
  readonly secrets?: RunSecrets | undefined;
  /** The run's own URL, for a canary that mentions it. */
  readonly inbox?: RunInbox | undefined;
  /** Things that checks expected and found, each as {@link sightingOf} names it. */
  readonly expected: Set<string>;
  /** Things that the run saw or put, for a `gone`. */
  readonly there: ThingsThere;
  /** Messages that its acts put into queues. */
  readonly sent: SentMessage[];
  /** Those that its acts opened. */
  readonly connections: RunConnections;
  /** Readers of taps and queues for which it waits now; other runs share them. */
  readonly waiting: string[];
  /** Records pending cleanups; absent without a list. */
  readonly note?: CleanupNotes | undefined;
  /** True in a sweep of a past run: only resources of its own may be touched. */
  readonly sweeping?: true;
}

/** The context of a kind: the part that verbs and nouns share, and more. */
export function contextOf<More extends object>(
  { runId, actsAs = runId, request, engine, connections, secrets, sweeping }: Run,
  { purpose, signal }: { readonly purpose: 'act' | 'observe'; readonly signal: AbortSignal },
  more: More,
) {
  return {
    ...more,
    runId: actsAs,
    connections,
    canary: request.canary.name,
    environment: request.environment,
    correlation: request.project.correlation,
    clock: engine.clock,
    signal,
    clientOf: <Client>(constructor: new (config: never) => Client, address?: string) =>
      engine.clientOf(constructor, purpose, address),
    runtimeApi: engine.runtimeApi,
    proxyFor: engine.proxyFor,
    holdsSecret: (text: string) => engine.redactor.text(text) !== text,
    learnSecret: (text: string) => secrets?.learn(text),
    sweeping: sweeping === true,
  };
}

/**
 * A step's input with its values filled in. The rules of the file hold for the values, too.
 * @throws DefinitionError if a value is missing, or invalid for the kind.
 */
export async function inputOf(step: Step, kind: Verb | Noun, run: Run): Promise<StepInput> {
  const { values, engine } = run;
  if (referencesIn(step.input).length === 0) {
    run.secrets?.learnFrom(step.input);
    return step.input as StepInput;
  }
  const input = fill(step.input, (mention) => values.valueOf(mention)) as JsonMap;
  const problem = await engine.inputFault(kind, input);
  if (problem !== undefined) throw new DefinitionError(problem);
  run.secrets?.learnFrom(input);
  const repeats = step.mode === 'act' && step.retry !== undefined;
  const found = kind.faults?.(input as StepInput, { correlate: step.correlate, filled: true, repeats }) ?? [];
  const fault = found.find(({ severity }) => severity !== 'warning');
  if (fault !== undefined) throw new DefinitionError(formatFault(fault, kind, step));
  return input as StepInput;
}

/** The references are named, and never their values, which may be secret. */
function formatFault(
  { key, within = [], message, hint }: InputFault,
  { name }: Verb | Noun,
  step: Step,
): string {
  const written = valueAt(step.input, [key, ...within]) ?? null;
  const from = [...new Set(referencesIn(written).map(({ text }) => text))].join(' and ');
  const source = from === '' ? '' : ` (from ${from})`;
  return `'${[key, ...within].join('.')}' of '${name}', with its value put in${source}: ${message}; ${hint}.`;
}

/** The resource of a step, for display. A kind may omit part of its input, so secrets are masked before, and long texts cut. */
export function hopOf(input: StepInput, kind: Verb | Noun, { engine }: Run): string {
  return kind.hop(engine.redactor.deep(withShortTexts(input as JsonMap) as StepInput));
}

/** The verb that a step names. The loader has seen to it that there is one. */
export function verbOf(step: ActStep, { engine }: Run): Verb {
  return known(engine.verbs[step.kind], step);
}

export function nounOf(step: Exclude<Step, ActStep>, { engine }: Run): Noun {
  return known(engine.nouns[step.kind], step);
}

function known<Kind>(kind: Kind | undefined, step: Step): Kind {
  if (kind === undefined)
    throw new DefinitionError(`There is no step kind '${step.kind}' in this version of Coalmine.`);
  return kind;
}

/** The mentions among some whose value is not there yet. */
export function unknownAmong(mentions: readonly Reference[], values: Values): readonly Reference[] {
  return mentions.filter((mention) => !values.knows(mention));
}

/** One thing at one place: the same message may come to several queues. */
export function sightingOf(hop: string, { kind, id }: Pick<Evidence, 'kind' | 'id'>): string {
  return JSON.stringify([kind, hop, id]);
}

/** The step's own part of its result. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly blame?: Blame;
  readonly reason: string;
  readonly startedAtMs: number;
  readonly attempts?: number;
  readonly checks?: StepResult['checks'];
  readonly evidence?: readonly Evidence[];
  readonly hop?: string;
  readonly spanId?: string;
  readonly timeToEffectMs?: number;
  readonly lagMs?: number;
  readonly saved?: StepResult['saved'];
  readonly nearby?: readonly string[];
}

/** A step's result, ended now: as much of it as is kept. */
export function resultOf(step: Step, run: Run, outcome: Outcome): StepResult {
  const { id, name, kind, mode, phase, at } = step;
  const { steps, cleanup } = run.request.canary;
  return {
    stepId: id,
    name,
    kind,
    mode,
    ...omitUndefined({ phase }),
    at,
    attempts: 0,
    checks: [],
    evidence: [],
    hop: '',
    saved: {},
    nearby: [],
    quotes: [],
    ...boundedOutcome(phase === 'setup' ? ofSetup(outcome) : outcome, steps.length + cleanup.length),
    durationMs: run.engine.clock.nowMs() - outcome.startedAtMs,
  };
}

/** The outcome of a step of the setup: never a failure of the system, and no part of what the run's id shows. */
function ofSetup(outcome: Outcome): Outcome {
  const { spanId: _, ...own } = outcome;
  const { verdict, blame, reason } = own;
  if (verdict !== 'failed' && verdict !== 'error') return own;
  return {
    ...own,
    verdict: 'error',
    ...omitUndefined({ blame: blame === 'target' ? 'observer' : blame }),
    reason: `nothing was tested yet: ${reason}`,
  };
}

/** The moment from which things count for the steps: the start of the run, or the end of its setup. */
export function countsFromMs({ startedAtMs, setUpAtMs = startedAtMs }: Run): number {
  return setUpAtMs;
}

/** The result of a step that was passed over, and why. */
export function skippedStep(step: Step, run: Run, reason: string): StepResult {
  return resultOf(step, run, { verdict: 'skipped', reason, startedAtMs: run.engine.clock.nowMs() });
}
