import { shortReason } from '../../core/base/format.ts';
import { needsOfCleanup } from '../../core/cleanup/cleanup-dependencies.ts';
import {
  afterAttempt,
  CLEANUP_MS,
  type CleanupEntry,
  type CleanupList,
  isGivenUp,
  SWEEP_LEASE_MS,
} from '../../core/cleanup/pending-cleanups.ts';
import { readExternals } from '../../core/expression/resolve-references.ts';
import { externalsIn, Values } from '../../core/expression/values.ts';
import type { ActStep, Canary } from '../../core/model/canary.ts';
import type { Environment, Project } from '../../core/model/project.ts';

import type { StepResult } from '../../core/model/run-result.ts';
import { DAMAGED } from '../../core/store/damaged.ts';

import { deadlineIn, raceAbort } from '../abort.ts';
import { RunConnections } from '../context/connections.ts';
import type { Run } from '../context/run-context.ts';
import { secretsOfRun } from '../context/run-secrets.ts';
import { ThingsThere } from '../context/things-there.ts';
import type { Engine } from '../engine.ts';
import { cleanupSpent } from '../run/clean-up.ts';
import { keepable } from '../run/cleanup-recorder.ts';
import { readable } from '../run/quoting.ts';
import { classifyError } from '../steps/classify-error.ts';
import { type SweptStep, sweepStep } from './sweep-step.ts';

export interface SweepContext {
  readonly engine: Engine;
  readonly list: CleanupList;
  readonly project: Project;
  readonly environment: Environment;
  /** Unique id of this sweep: of two that take one entry, one has it. */
  readonly writer: string;
  readonly signal: AbortSignal;
  /** True for an attempt by command: it does not change the time of the next one. */
  readonly byHand?: boolean;
  /** Called before an entry is given up. */
  givingUp?(entry: CleanupEntry): Promise<void>;
}

export interface SweepResult {
  readonly entry: CleanupEntry;
  /** True if no known resource is left. */
  readonly clean: boolean;
  /** Outcomes of the steps. Free of secrets. */
  readonly steps: readonly SweptStep[];
  /** Reason why it is not clean. */
  readonly reason?: string;
}

/**
 * Does the cleanup of a past run, under a lease of the entry, so that no two processes work on it. Undefined if another process holds it.
 * Killed at any moment, it leaves the entry to the next sweep, which repeats all of it.
 */
export async function sweepEntry(found: CleanupEntry, of: SweepContext): Promise<SweepResult | undefined> {
  const { engine, list, writer } = of;
  const heldUntilMs = engine.clock.nowMs() + SWEEP_LEASE_MS;
  const held = { heldUntilMs, dueAtMs: heldUntilMs, version: found.version + 1, writer };
  const entry: CleanupEntry = { ...found, ...held };
  if (!(await list.save(entry, found.version))) return undefined;
  const { steps, saves, reason, left, unrecoverable } = await work(entry, of);
  if (reason === undefined) {
    await list.remove(entry);
    return { entry, clean: true, steps };
  }
  const tried = afterAttempt(entry, { steps: left, saves, reason, unrecoverable }, engine.clock.nowMs());
  const { tries, dueAtMs } = of.byHand === true ? found : tried;
  const next = { ...tried, tries, dueAtMs };
  if (isGivenUp(next)) await of.givingUp?.(next);
  await list.save(next, entry.version);
  return { entry: next, clean: false, steps, reason };
}

interface Worked extends Pick<CleanupEntry, 'saves' | 'reason'> {
  readonly steps: readonly SweptStep[];
  readonly left: readonly ActStep[];
  readonly unrecoverable: boolean;
}

async function work(entry: CleanupEntry, of: SweepContext): Promise<Worked> {
  if (entry.damaged === true) return { steps: [], saves: {}, left: [], unrecoverable: true, reason: DAMAGED };
  const { engine, signal } = of;
  const deadline = deadlineIn(CLEANUP_MS, signal, engine.clock, cleanupSpent);
  const worked = await resumed(entry, of, deadline.signal)
    .then(async (run) => workAll(entry, run))
    .catch((thrown: unknown): Worked => {
      const { reason: whole } = classifyError(thrown, engine.classifyAwsError, deadline.signal);
      const reason = shortReason(engine.redactor.text(whole));
      return { steps: [], saves: entry.saves, left: entry.steps, unrecoverable: false, reason };
    });
  deadline.end();
  return worked;
}

async function workAll(entry: CleanupEntry, run: Run): Promise<Worked> {
  const { engine } = run;
  const swept: SweptStep[] = [];
  for (const step of entry.steps) swept.push(await sweepStep(step, entry, run));
  const masked = engine.redactor.deep(swept);
  const results = readable(
    masked.map(({ result }) => result),
    entry.steps,
    run,
  );
  const steps = masked.map((one, index) => ({ ...one, result: results[index] as StepResult }));
  const undone = steps.filter((one) => isUndone(one, entry));
  const ids = new Set(undone.map(({ result }) => result.stepId));
  const { saves } = keepable(needsOfCleanup(entry.steps, entry.vars).saved, run.values, engine);
  const first = undone[0]?.result;
  return {
    steps,
    saves,
    left: entry.steps.filter(({ id }) => ids.has(id)),
    unrecoverable: undone.every(({ fate }) => fate === 'refused'),
    ...(first === undefined ? {} : { reason: shortReason(`${first.name}: ${first.reason}`) }),
  };
}

/** A step that was done before, and is refused now, has nothing left to do; only a fault of ours leaves that open. */
function isUndone({ fate, result }: SweptStep, { late = false }: CleanupEntry): boolean {
  return late ? fate === 'failed' && result.verdict === 'error' : fate === 'failed' || fate === 'refused';
}

/** The run as it was when it last noted something, with its references read again. */
async function resumed(entry: CleanupEntry, of: SweepContext, ending: AbortSignal): Promise<Run> {
  const {
    engine: { reporters: _, ...engine },
    project,
    signal,
  } = of;
  const { runId, seed, startedAtMs } = entry;
  const canary = canaryIn(entry);
  const environment: Environment = { ...of.environment, vars: {} }; // the entry holds all the values that its steps need
  const names = externalsIn(canary, environment);
  const externals = await raceAbort(readExternals(names, engine.references), ending);
  const values = new Values({ runId, seed, startedAtMs, canary, environment, externals });
  for (const [name, value] of Object.entries(entry.saves)) values.save(name, value);
  const request = { canary, project, environment, signal, seed };
  const secrets = secretsOfRun(request, engine, runId);
  return {
    request,
    engine: secrets?.engine ?? engine,
    secrets,
    runId,
    startedAtMs,
    values,
    signal: ending,
    expected: new Set(),
    there: new ThingsThere(environment),
    sent: [],
    connections: new RunConnections(),
    waiting: [],
    sweeping: true,
  };
}

function canaryIn({ canary, vars, steps }: CleanupEntry): Canary {
  return {
    name: canary,
    owner: '',
    tags: [],
    timeoutMs: CLEANUP_MS,
    alert: { after: { failures: 1, of: 1 }, recover: 1, remindMs: 0, severity: 'info', to: [] },
    vars,
    steps: [],
    cleanup: steps,
    source: '',
  };
}

/** True if a resource of the run may exist under an unknown name. */
export function mayHaveLeft({ steps }: Pick<SweepResult, 'steps'>): boolean {
  return steps.some(({ fate }) => fate === 'unnamed');
}
