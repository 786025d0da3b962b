import { formatDuration } from '../../core/base/duration.ts';
import { DefinitionError, ObserverError } from '../../core/base/errors.ts';
import { shortReason } from '../../core/base/format.ts';
import { deepFreeze } from '../../core/base/freeze.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { newRunId } from '../../core/base/run-id.ts';
import { worst } from '../../core/base/verdict.ts';
import { readExternals } from '../../core/expression/resolve-references.ts';
import { externalsIn, Values } from '../../core/expression/values.ts';
import type { Inbox } from '../../core/inbox/ports.ts';
import { definitionOf } from '../../core/model/definition.ts';
import type { RunResult, StepResult } from '../../core/model/run-result.ts';
import { deadlineIn, raceAbort, yieldTurn } from '../abort.ts';
import { RunConnections } from '../context/connections.ts';
import { type Run, skippedStep } from '../context/run-context.ts';
import { secretsOfRun } from '../context/run-secrets.ts';
import { ThingsThere } from '../context/things-there.ts';
import type { Engine, RunRequest } from '../engine.ts';
import type { CheckStep } from '../steps/check-step.ts';
import { classifyError, type ErrorClass } from '../steps/classify-error.ts';
import { Watches } from '../steps/watch-set.ts';
import { cleanUp } from './clean-up.ts';
import { noteFor } from './cleanup-recorder.ts';
import { continuityOfRun, foreignIn } from './continuity.ts';
import { type FixtureLease, takeFixture } from './fixture-lease.ts';
import { readable } from './quoting.ts';
import { closeInbox, openInbox } from './run-inbox.ts';
import { trailOf } from './trail.ts';
import { unopenedSteps } from './unopened.ts';
import { walk } from './walk.ts';

/** Outcome of a run before it becomes a result. */
interface RunOutcome {
  readonly steps: readonly StepResult[];
  readonly cleanup: readonly StepResult[];
  /** Reason why the run could not begin, or ended early. */
  readonly trouble?: ErrorClass;
}

/**
 * Makes one run of a canary under a fresh id: values, watches, steps, and cleanup in any case. The result is frozen and free of secrets. It
 * never throws: an error becomes the verdict.
 */
export function runCanary(request: RunRequest, engine: Engine): Promise<RunResult> {
  const { run, end } = begin(request, engine);
  const outcome = isExcluded(request) ? Promise.resolve(excluded(run)) : runPhases(run);
  return outcome.then((ended) => {
    end();
    // Runs whose large answers come together must not be searched for secrets in one turn.
    return isLarge(ended) ? yieldTurn(run.engine.clock).then(() => sealed(run, ended)) : sealed(run, ended);
  });
}

function isLarge({ steps }: RunOutcome): boolean {
  return steps.some(({ evidence }) => evidence.some(({ truncated = [] }) => truncated.length > 0));
}

function begin(request: RunRequest, engine: Engine): { readonly run: Run; end(): void } {
  const { canary } = request;
  const startedAtMs = engine.clock.nowMs();
  const runId = newRunId(startedAtMs, engine.random);
  engine.reporters?.emit('onRunStart', { runId, canary: canary.name, atMs: startedAtMs });
  const waiting: string[] = [];
  const { signal, end } = deadlineIn(canary.timeoutMs, request.signal, engine.clock, () =>
    timeSpent(request, waiting),
  );
  const secrets = secretsOfRun(request, engine, runId);
  const { earlier } = engine;
  const ranWith =
    earlier === undefined
      ? {}
      : {
          definition: definitionOf(canary, request.environment, earlier.account),
          runnerVersion: earlier.version,
        };
  const own = secrets?.engine ?? engine;
  const seen = {
    expected: new Set<string>(),
    there: new ThingsThere(request.environment),
    sent: [],
    waiting,
    connections: new RunConnections(),
  };
  const begun = { request, engine: own, secrets, runId, startedAtMs, signal, ...seen, ...ranWith };
  return { run: { ...begun, values: valuesOf(begun, NO_EXTERNALS) }, end };
}

/** The phases of a run: values, the lease of its fixture, watches, setup, steps, cleanup. */
async function runPhases(begun: Run): Promise<RunOutcome> {
  try {
    if (begun.request.canary.steps.every(({ phase }) => phase === 'setup')) throw noSteps();
    const externals = await externalsOf(begun);
    const fixture = await takeFixture(begun);
    try {
      const outcome = await runHolding(fixture, { ...begun, ...endingWith(fixture, begun) }, externals);
      return { ...outcome, ...interruption(begun, begun.request.signal) };
    } finally {
      await fixture?.release();
    }
  } catch (thrown) {
    const trouble = classifyError(thrown, begun.engine.classifyAwsError, begun.signal);
    return { ...allSkipped(begun, 'not run: the run could not begin'), trouble };
  }
}

async function runHolding(
  fixture: FixtureLease | undefined,
  begun: Run,
  externals: ReadonlyMap<string, string>,
): Promise<RunOutcome> {
  const inbox = await openInbox(begun);
  const isPlain = externals.size === 0 && inbox === undefined;
  const valued = isPlain ? begun : { ...begun, inbox, values: valuesOf(begun, externals, inbox) };
  const run = { ...valued, note: noteFor(valued) };
  const watches = new Watches(run);
  try {
    const faults = await watches.openKnown();
    return faults.size > 0
      ? await withUnopened(run, faults)
      : await cleanedUp(run, await walk(run, watches), fixture);
  } finally {
    await watches.close();
    await closeInbox(run);
    run.connections.close();
  }
}

/** A run ends when another may have its fixture. */
function endingWith(fixture: FixtureLease | undefined, { signal }: Run): Partial<Pick<Run, 'signal'>> {
  return fixture === undefined ? {} : { signal: AbortSignal.any([signal, fixture.signal]) };
}

function valuesOf(
  { request, runId, startedAtMs }: Omit<Run, 'values'>,
  externals: ReadonlyMap<string, string>,
  inbox?: Inbox,
): Values {
  const { canary, environment, seed = runId } = request;
  return new Values({ runId, seed, startedAtMs, canary, environment, externals, inbox });
}

const NO_EXTERNALS: ReadonlyMap<string, string> = new Map();

function noSteps(): Error {
  return new DefinitionError('This canary has no steps, so it checks nothing. Add one.');
}

async function externalsOf({ request, engine, signal }: Run): Promise<ReadonlyMap<string, string>> {
  const names = externalsIn(request.canary, request.environment);
  if (names.length === 0) return NO_EXTERNALS;
  return raceAbort(readExternals(names, engine.references), signal);
}

/** Cleans up after the steps. A fixture that another run may have is left to a sweep, which touches only what is the run's own. */
async function cleanedUp(
  run: Run,
  steps: readonly StepResult[],
  fixture?: FixtureLease,
): Promise<RunOutcome> {
  const early = interruption(run, run.signal); // emitted before cleanup, whose time is not the run's
  const lost = fixture?.lost();
  if (lost !== undefined) return withoutFixture(run, steps, lost);
  const cleanup = await cleanUp(run, steps);
  await run.note?.settle(cleanup, { passed: early.trouble === undefined && !steps.some(isRed) });
  return { steps, cleanup, ...early };
}

function isRed({ verdict }: StepResult): boolean {
  return verdict === 'failed' || verdict === 'error';
}

/** No step shows a failure of the system, if another run may have changed what it was about. */
function withoutFixture(run: Run, steps: readonly StepResult[], lost: ObserverError): RunOutcome {
  const trouble = classifyError(lost, run.engine.classifyAwsError, run.signal);
  return {
    steps: steps.map((step) => (step.verdict === 'failed' ? { ...step, ...trouble } : step)),
    cleanup: run.request.canary.cleanup.map((step) =>
      skippedStep(step, run, 'left to a sweep: the lease of the setup was lost'),
    ),
    trouble,
  };
}

/** Some watch could not be opened, so nothing is done at all. */
async function withUnopened(run: Run, faults: ReadonlyMap<CheckStep, unknown>): Promise<RunOutcome> {
  const { steps, cleanup } = run.request.canary;
  return {
    steps: await unopenedSteps(steps, faults, run),
    cleanup: cleanup.map((step) => skippedStep(step, run, 'nothing to clean: no act was done')),
  };
}

function isExcluded({ canary, environment }: RunRequest): boolean {
  return canary.only !== undefined && !canary.only.includes(environment.name);
}

function excluded(run: Run): RunOutcome {
  const { canary, environment } = run.request;
  return allSkipped(run, `not meant for ${environment.name}, only for ${canary.only?.join(', ')}`);
}

function allSkipped(run: Run, why: string): RunOutcome {
  const { canary } = run.request;
  return {
    steps: canary.steps.map((step) => skippedStep(step, run, why)),
    cleanup: canary.cleanup.map((step) => skippedStep(step, run, why)),
  };
}

function interruption({ engine }: Run, signal: AbortSignal): Pick<RunOutcome, 'trouble'> {
  return signal.aborted ? { trouble: classifyError(signal.reason, engine.classifyAwsError, signal) } : {};
}

/** The result, redacted except for literal parts of the file: canary and step names hold no `${…}`. */
function sealed(run: Run, { steps, cleanup, trouble }: RunOutcome): RunResult {
  const { request, engine, runId, startedAtMs } = run;
  const { canary, environment } = request;
  const masked = engine.redactor.deep({ reason: trouble?.reason ?? '', steps, cleanup });
  const clean = {
    reason: shortReason(masked.reason),
    steps: readable(masked.steps, canary.steps, run),
    cleanup: readable(masked.cleanup, canary.cleanup, run),
  };
  // The setup is no part of the way of the run's id.
  const tested = clean.steps.filter(({ phase }) => phase !== 'setup');
  const own = canary.steps.filter(({ phase }) => phase !== 'setup');
  const continuity = continuityOfRun(tested, own, run);
  const result: RunResult = {
    runId,
    canary: canary.name,
    verdict: worst([
      ...steps.map(({ verdict }) => verdict),
      ...(trouble === undefined ? [] : [trouble.verdict]),
    ]),
    ...(trouble === undefined ? {} : { blame: trouble.blame }),
    environment: environment.name,
    ...omitUndefined({ region: environment.region }),
    owner: canary.owner,
    ...omitUndefined({ runbook: canary.runbook }),
    tags: canary.tags,
    slotAtMs: request.slotAtMs ?? startedAtMs,
    startedAtMs,
    durationMs: engine.clock.nowMs() - startedAtMs,
    ...clean,
    trail: trailOf(tested, startedAtMs, foreignIn(tested, own, { run, continuity })),
    ...omitUndefined({ continuity }),
    source: canary.source,
    ...omitUndefined({ definition: run.definition, runnerVersion: run.runnerVersion }),
    interrupted: request.signal.aborted,
  };
  return deepFreeze(result);
}

/** A longer timeout is advised only if the run itself was slow. */
function timeSpent({ canary }: RunRequest, [reader]: readonly string[]): Error {
  const reached = `The run reached its timeout (${formatDuration(canary.timeoutMs)})`;
  const words =
    reader === undefined
      ? `${reached} before its steps were done. Raise its 'timeout'.`
      : `${reached} while it waited for the reader of ${reader}, which runs share. Make fewer runs at once, or look at the load of this machine.`;
  return new ObserverError(words, { permanent: true });
}
