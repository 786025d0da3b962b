import { CanaryError, ObserverError } from '../../core/base/errors.ts';
import type { JsonMap } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { isGood } from '../../core/base/verdict.ts';
import { type CleanupNeeds, namesItsOwn, needsOfCleanup } from '../../core/cleanup/cleanup-dependencies.ts';
import {
  afterAttempt,
  type CleanupEntry,
  type CleanupList,
  keptForLateEffects,
  keptUntilMs,
  leaseValid,
  type OwnerProcess,
  overAtMs,
} from '../../core/cleanup/pending-cleanups.ts';
import { templatesOf, transitiveReferencesOf, type Values } from '../../core/expression/values.ts';
import type { StepResult } from '../../core/model/run-result.ts';
import { identityOf } from '../../kinds/kind.ts';
import { deadlineIn, raceAbort } from '../abort.ts';
import type { CleanupNotes } from '../context/cleanup-notes.ts';
import type { Run } from '../context/run-context.ts';
import type { Engine } from '../engine.ts';

/** Time for a store to record the end; the run has a result to store, too. */
const SETTLE_MS = 2_000;

type RecordedRun = Omit<Run, 'note'>;

/** The recorder for a run; undefined without a list or without cleanup steps. */
export function noteFor(run: RecordedRun): CleanupNotes | undefined {
  const { request, engine } = run;
  if (engine.cleanups === undefined || request.canary.cleanup.length === 0) return undefined;
  return new CleanupRecorder(run, engine.cleanups);
}

/**
 * The entry of one run: written before its first act, again whenever a value is saved that cleanup needs, and removed when cleanup is done.
 * If the process dies in between, a sweep takes over.
 */
class CleanupRecorder implements CleanupNotes {
  readonly #run: RecordedRun;
  readonly #list: CleanupList;
  readonly #owner: OwnerProcess;
  readonly #needs: CleanupNeeds;
  #entry: CleanupEntry | undefined;
  /** Sent, and not answered: it may be on the list. */
  #unsure: CleanupEntry | undefined;
  #awaited: readonly string[] = [];
  /** Checks save concurrently; writes are sequential. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(run: RecordedRun, { list, owner }: NonNullable<Engine['cleanups']>) {
    const { canary, environment } = run.request;
    this.#run = run;
    this.#list = list;
    this.#owner = owner;
    this.#needs = needsOfCleanup(canary.cleanup, { ...environment.vars, ...canary.vars });
  }

  /**
   * Records, before an act, the resources that it may leave. `names` are the values that it or its checks may save.
   * @throws ObserverError unless the entry was surely written, or if the run was presumed dead; then it must not act.
   */
  async ahead(names: readonly string[]): Promise<void> {
    const { clock, classifyAwsError } = this.#run.engine;
    if (this.#entry !== undefined && !leaseValid(this.#entry, clock.nowMs())) throw presumedDead();
    this.#awaited = names.filter((name) => this.#needs.saved.has(name));
    const held = await raceAbort(this.#write(), this.#run.signal).catch((thrown: unknown) => {
      throw notNoted(classifyAwsError(thrown));
    });
    if (!held) throw presumedDead();
  }

  /** Records saved values after a step. After a failure they are recorded before the next act, which does not happen otherwise. */
  async saved(): Promise<void> {
    if (this.#isNoted()) await raceAbort(this.#write(), this.#run.signal).catch(() => undefined);
  }

  /**
   * Leaves unfinished cleanup to a sweep. If even that cannot be recorded, a sweep repeats all of it. After a run that did not pass, a
   * sweep repeats the permitted steps, since effects may come late.
   */
  async settle(results: readonly StepResult[], { passed }: { readonly passed: boolean }): Promise<void> {
    if (!this.#isNoted()) return;
    const deadline = deadlineIn(SETTLE_MS, undefined, this.#run.engine.clock, tooSlow);
    await raceAbort(this.#settle(results, passed), deadline.signal).catch(() => undefined);
    deadline.end();
  }

  /** Nothing is noted before the first act: until then there is nothing to clean up. */
  #isNoted(): boolean {
    return this.#entry !== undefined || this.#unsure !== undefined;
  }

  async #settle(results: readonly StepResult[], passed: boolean): Promise<void> {
    await this.#last;
    if (this.#unsure !== undefined) await this.#send(this.#unsure);
    const entry = this.#entry;
    if (entry === undefined || entry.kept === true) return;
    const { engine, request } = this.#run;
    const undone = results.filter(({ verdict }) => !isGood(verdict) && verdict !== 'skipped');
    const [first] = undone;
    if (first === undefined) return this.#letGo(entry, passed);
    const ids = new Set(undone.map(({ stepId }) => stepId));
    const left = {
      steps: request.canary.cleanup.filter(({ id }) => ids.has(id)),
      ...this.#saves(),
      reason: engine.redactor.text(`${first.name}: ${first.reason}`),
      unrecoverable: false,
    };
    await this.#list.save(afterAttempt(entry, left, engine.clock.nowMs()), entry.version);
  }

  /** Removes the finished entry, unless late effects may still come that a sweep can clean up. */
  async #letGo(entry: CleanupEntry, passed: boolean): Promise<void> {
    const { engine, request } = this.#run;
    const kept = this.#saves();
    const own = { vars: this.#needs.vars, generated: entry.seed === entry.runId };
    const steps = request.canary.cleanup.filter(
      (step) =>
        namesItsOwn(identityOf(engine.verbs[step.kind], step), own) &&
        transitiveReferencesOf(templatesOf(step), own.vars).every(
          ({ name }) => !this.#needs.saved.has(name) || kept.saves[name] !== undefined,
        ),
    );
    if (passed || steps.length === 0) return this.#list.remove(entry);
    const next = keptForLateEffects(entry, { ...kept, steps }, engine.clock.nowMs());
    await this.#list.save(next, entry.version);
  }

  #write(): Promise<boolean> {
    const writing = this.#last.then(async () => this.#writeNow());
    this.#last = writing.catch(() => undefined);
    return writing;
  }

  async #writeNow(): Promise<boolean> {
    if (this.#unsure !== undefined && !(await this.#send(this.#unsure))) return false;
    const entry = this.#entry ?? this.#first();
    const awaited = this.#awaited.filter((name) => this.#run.values.saved(name) === undefined);
    const next = { ...entry, ...this.#saves(), awaited };
    if (entry.version > 0 && isSame(entry, next)) return true;
    return this.#send({ ...next, version: entry.version + 1 });
  }

  async #send(next: CleanupEntry): Promise<boolean> {
    this.#unsure = next;
    const held = await this.#list.save(next, next.version - 1);
    this.#unsure = undefined;
    if (held) this.#entry = next;
    return held;
  }

  #first(): CleanupEntry {
    const { runId, startedAtMs, request } = this.#run;
    const { canary, environment, seed = runId, keep = false } = request;
    return {
      runId,
      canary: canary.name,
      startedAtMs,
      seed,
      ...omitUndefined({ region: environment.region }),
      owner: this.#owner,
      vars: this.#needs.vars,
      saves: {},
      withheld: [],
      awaited: [],
      steps: canary.cleanup,
      dueAtMs: keep ? keptUntilMs(startedAtMs) : overAtMs(startedAtMs, canary.timeoutMs),
      ...(keep ? { kept: keep } : {}),
      tries: 0,
      version: 0,
      writer: runId,
    };
  }

  #saves(): Pick<CleanupEntry, 'saves' | 'withheld'> {
    const { values, engine } = this.#run;
    return keepable(this.#needs.saved, values, engine);
  }
}

/** The saved values of some names, without those that hold a secret. */
export function keepable(
  names: Iterable<string>,
  values: Values,
  { redactor }: Pick<Engine, 'redactor'>,
): { readonly saves: JsonMap; readonly withheld: readonly string[] } {
  const saves: Record<string, JsonMap[string]> = {};
  const withheld: string[] = [];
  for (const name of names) {
    const value = values.saved(name);
    if (value === undefined) continue;
    if (JSON.stringify(redactor.deep(value)) === JSON.stringify(value)) saves[name] = value;
    else withheld.push(name);
  }
  return { saves, withheld };
}

function isSame(one: CleanupEntry, other: CleanupEntry): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function notNoted(fault: unknown): unknown {
  if (!(fault instanceof CanaryError)) return fault;
  return new ObserverError(
    `The cleanup of this step could not be recorded, so the step was not done: its leftovers would stay if the run died. ${fault.message}`,
    { cause: fault },
  );
}

function tooSlow(): Error {
  return new ObserverError('The cleanup list did not answer in time.');
}

function presumedDead(): Error {
  return new ObserverError(
    'The run had stood still for so long that it was presumed dead, and what it left is swept. Nothing more is done.',
    { permanent: true },
  );
}
