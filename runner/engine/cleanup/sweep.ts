import { needsOfCleanup } from '../../core/cleanup/cleanup-dependencies.ts';
import {
  CLEANUP_MS,
  type CleanupEntry,
  type CleanupList,
  isGivenUp,
  SWEEP_LEASE_MS,
  triedAgain,
} from '../../core/cleanup/pending-cleanups.ts';
import { readExternals } from '../../core/expression/resolve-references.ts';
import { externalsIn, Values } from '../../core/expression/values.ts';
import type { ActStep, Canary } from '../../core/model/canary.ts';
import type { Environment, Project } from '../../core/model/project.ts';
import { followerOf, limitedTo, raceAbort } from '../abort.ts';
import type { Run } from '../context/run-context.ts';
import { secretsOfRun } from '../context/run-secrets.ts';
import type { Engine } from '../engine.ts';
import { keepable } from '../run/cleanup-recorder.ts';
import { cleanupSpent } from '../run/run-canary.ts';
import { classifyError } from '../steps/classify-error.ts';
import { type SweptStep, sweepStep } from './sweep-step.ts';

/** What sweeping needs. */
export interface SweepContext {
  readonly engine: Engine;
  readonly list: CleanupList;
  readonly project: Project;
  readonly environment: Environment;
  /** Minted for this sweep: of two that take one entry, one has it. */
  readonly writer: string;
  readonly signal: AbortSignal;
  /** A try that somebody asked for: it changes nothing about when the next one is. */
  readonly byHand?: boolean;
  /** Told of an entry that is given up, before it is. */
  givingUp?(entry: CleanupEntry): Promise<void>;
}

/** What a sweep made of an entry. */
export interface SweepResult {
  readonly entry: CleanupEntry;
  /** Whether nothing is left of it that is known of. */
  readonly clean: boolean;
  /** What became of each step. Free of secrets. */
  readonly steps: readonly SweptStep[];
  /** Why it is not clean. */
  readonly reason?: string;
}

/**
 * Does the cleanup of a run that is over: once at a time, whoever else is asked, since who takes the entry has it for a while.
 * Gives nothing where another has it. Killed at any moment it leaves the entry to the next sweep, which does all of it again.
 */
export async function sweepEntry(found: CleanupEntry, of: SweepContext): Promise<SweepResult | undefined> {
  const { engine, list, writer } = of;
  const heldUntilMs = engine.clock.nowMs() + SWEEP_LEASE_MS;
  const held = { heldUntilMs, dueAtMs: heldUntilMs, version: found.version + 1, writer };
  const entry: CleanupEntry = { ...found, ...held };
  if (!(await list.save(entry, found.version))) return undefined;
  const { steps, saves, reason, left, hopeless } = await work(entry, of);
  if (reason === undefined) {
    await list.remove(entry);
    return { entry, clean: true, steps };
  }
  const tried = triedAgain(entry, { steps: left, saves, reason, hopeless }, engine.clock.nowMs());
  const { tries, dueAtMs } = of.byHand === true ? found : tried;
  const next = { ...tried, tries, dueAtMs };
  if (isGivenUp(next)) await of.givingUp?.(next);
  await list.save(next, entry.version);
  return { entry: next, clean: false, steps, reason };
}

interface Worked extends Pick<CleanupEntry, 'saves' | 'reason'> {
  readonly steps: readonly SweptStep[];
  readonly left: readonly ActStep[];
  readonly hopeless: boolean;
}

async function work(entry: CleanupEntry, of: SweepContext): Promise<Worked> {
  const { engine, signal } = of;
  const limit = limitedTo(CLEANUP_MS, followerOf(signal), engine.clock, cleanupSpent);
  const worked = await resumed(entry, of, limit)
    .then(async (run) => workAll(entry, run))
    .catch((thrown: unknown): Worked => {
      const reason = engine.redactor.text(classifyError(thrown, engine.classifyAwsError, limit).reason);
      return { steps: [], saves: entry.saves, left: entry.steps, hopeless: false, reason };
    });
  limit.end();
  return worked;
}

async function workAll(entry: CleanupEntry, run: Run): Promise<Worked> {
  const { engine } = run;
  const swept: SweptStep[] = [];
  for (const step of entry.steps) swept.push(await sweepStep(step, entry, run));
  const steps = engine.redactor.deep(swept);
  const undone = steps.filter((one) => isUndone(one, entry));
  const ids = new Set(undone.map(({ result }) => result.stepId));
  const { saves } = keepable(needsOfCleanup(entry.steps, entry.vars).saved, run.values, engine);
  const first = undone[0]?.result;
  return {
    steps,
    saves,
    left: entry.steps.filter(({ id }) => ids.has(id)),
    hopeless: undone.every(({ fate }) => fate === 'refused'),
    ...(first === undefined ? {} : { reason: `${first.name}: ${first.reason}` }),
  };
}

/** A step that was done before, and is refused now, has nothing left to do; only a fault of ours leaves that open. */
function isUndone({ fate, result }: SweptStep, { late = false }: CleanupEntry): boolean {
  return late ? fate === 'failed' && result.verdict === 'error' : fate === 'failed' || fate === 'refused';
}

/** The run as it was when it last noted something, with its references read again. */
async function resumed(entry: CleanupEntry, of: SweepContext, limit: Run['limit']): Promise<Run> {
  const {
    engine: { onProgress: _, ...engine },
    project,
    signal,
  } = of;
  const { runId, seed, startedAtMs } = entry;
  const canary = canaryIn(entry);
  const environment: Environment = { ...of.environment, vars: {} }; // what it needs of them is in the entry
  const names = externalsIn(canary, environment);
  const externals = await raceAbort(readExternals(names, engine.references), limit);
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
    limit,
    expected: new Set(),
    sent: [],
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

/** Whether something of the run may be there that nobody knows the name of. */
export function mayHaveLeft({ steps }: Pick<SweepResult, 'steps'>): boolean {
  return steps.some(({ fate }) => fate === 'unnamed');
}
