import { formatDuration } from '../../core/base/duration.ts';
import { ObserverError } from '../../core/base/errors.ts';
import { SHOWN_DIGITS } from '../../core/base/run-id.ts';
import { hasSetup, maxRunMs } from '../../core/cleanup/time-budget.ts';
import { raceAbort, sleepUntil } from '../abort.ts';
import type { Run } from '../context/run-context.ts';
import type { Fixtures, RunRequest } from '../engine.ts';
import { renewEach } from '../renewal.ts';

const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
/** Interval of attempts to take a lease, in milliseconds. */
const RETRY_MS = 1_000;

/** The lease of the fixture of a run's setup, renewed until it is released. */
export interface FixtureLease {
  /** Comes when another run may have the fixture. */
  readonly signal: AbortSignal;
  /** The fault, if another run may have had the fixture; it is checked by the clock, too. */
  lost(): ObserverError | undefined;
  /** Releases it, after the renewal in flight. */
  release(): Promise<void>;
}

/**
 * Takes the lease of a canary with a setup; undefined for any other canary. A lease of another run is waited for, for as long as the
 * `timeout` leaves time for the steps.
 * @throws ObserverError if it cannot be had
 */
export async function takeFixture(run: Run): Promise<FixtureLease | undefined> {
  const { request, engine, runId } = run;
  if (!hasSetup(request.canary.steps)) return undefined;
  const { fixtures } = engine;
  if (fixtures === undefined)
    throw new ObserverError('This process holds no leases, so it makes no run with a setup.', {
      permanent: true,
    });
  const owner = `${fixtures.owner}, run ${runId.slice(0, SHOWN_DIGITS)}`;
  return hold({ name: nameOf(request), owner }, await taken(fixtures, owner, run), { fixtures, run });
}

/** The fixture is one for each canary and environment. The table is that of a project; other projects may share it. */
function nameOf({ project, environment, canary }: RunRequest): string {
  return `setup of ${canary.name} in ${environment.name}, project ${project.name}`;
}

/** The moment of the take that gave us the lease; `said` once another run was named. */
async function taken(fixtures: Fixtures, owner: string, run: Run, said = false): Promise<number> {
  const { request, engine, signal, startedAtMs } = run;
  const { canary } = request;
  const { clock } = engine;
  const untilMs = startedAtMs + canary.timeoutMs - maxRunMs(canary.steps, canary.vars);
  const nowMs = clock.nowMs();
  const ask = { name: nameOf(request), owner, nowMs, forMs: LEASE_MS };
  const answer = await raceAbort(fixtures.leases.take(ask), signal);
  if (answer.held) return nowMs;
  if (nowMs + RETRY_MS > untilMs) throw stillHeld(answer.by, nowMs - startedAtMs);
  if (!said) fixtures.waiting?.(canary.name, answer.by);
  await sleepUntil(nowMs + RETRY_MS, clock, signal);
  return taken(fixtures, owner, run, true);
}

function stillHeld(by: string, waitedMs: number): Error {
  return new ObserverError(
    `Nothing was tested yet: the setup belongs to a run of ${by}, and this one waited ${formatDuration(waitedMs)} for its lease. ` +
      "Wait for the end of that run, or raise the 'timeout', whose rest beyond the times of the steps is for that.",
    { permanent: true },
  );
}

function hold(
  lease: { readonly name: string; readonly owner: string },
  takenAtMs: number,
  { fixtures: { leases }, run }: { readonly fixtures: Fixtures; readonly run: Run },
): FixtureLease {
  const { clock } = run.engine;
  const control = new AbortController();
  let heldAtMs = takenAtMs;
  const isOver = (): boolean => clock.nowMs() - heldAtMs > LEASE_MS;
  const lose = (): void => control.abort(control.signal.reason ?? lostTo());
  const renew = async (): Promise<void> => {
    const nowMs = clock.nowMs();
    if (isOver()) return lose(); // another run may have come and gone
    const answer = await leases.take({ ...lease, nowMs, forMs: LEASE_MS }).catch(() => undefined);
    if (answer?.held === true) heldAtMs = nowMs;
    else if (answer !== undefined || isOver()) lose();
  };
  const renewal = renewEach(RENEW_MS, { clock, renew });
  return {
    signal: control.signal,
    lost: () => {
      if (isOver()) lose();
      return control.signal.reason as ObserverError | undefined;
    },
    release: async () => {
      await renewal.stop();
      await leases.drop(lease).catch(() => undefined); // it ends by itself
    },
  };
}

function lostTo(): Error {
  return new ObserverError(
    'The lease of the setup could not be held, so another run may have changed what this one was about. Look at the load of the runner and at its way to DynamoDB.',
    { permanent: true },
  );
}
