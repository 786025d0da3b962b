import type { AlertState, CanaryState, Incident, LastNotified } from '../alert/alert-state.ts';
import type { NoticeAttempt } from '../alert/notice-attempt.ts';
import { explainState } from '../alert/outbox/explain-state.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import { isGood } from '../base/verdict.ts';
import { compareRuns } from '../compare/compare-runs.ts';
import type { AlertPolicy } from '../model/canary.ts';
import type { CanaryFacts } from '../notice/notice.ts';
import { DamagedRecordError, unlessDamaged } from '../store/damaged.ts';
import { historyFrom, placeBefore } from '../store/history.ts';
import type { AlertStore, RunStore } from '../store/ports.ts';
import type { HistoryEntry } from '../store/slots.ts';
import type { IncidentView, OtherIncident } from './incident-view.ts';
import { reasonOf, type StoryFacts, storyOf } from './story.ts';

/** The records that an incident is read from. */
export interface IncidentSource {
  readonly runs: Pick<RunStore, 'history' | 'result'>;
  readonly alerts: Pick<AlertStore, 'load' | 'attempts' | 'all'>;
}

export interface IncidentAsk {
  readonly incident: string;
  readonly canary: string;
  readonly stream: IncidentView['stream'];
  readonly nowMs: number;
  /** The canary's policy of now, which the explanation goes by. */
  readonly policy: AlertPolicy;
  /** The end of the maintenance window that holds notices back now. */
  readonly maintenanceUntilMs?: number | undefined;
  /** The canary as its file has it, for an incident whose canary has no state. */
  readonly about: CanaryFacts;
}

const PAGE = 100;
/** Entries of history that are read: around the opening, and before the end or the present. */
const AROUND_OPENING = 200;
const NEWEST = 400;
/** Passes before the incident that the story begins with. */
const PASSES = 3;
/** Attempts that are looked through for an incident's. */
const MOST_ATTEMPTS = 1_000;
const MOST_OTHERS = 50;

/**
 * An incident as the state knows it. The open one is known in whole, and an older one by its notices and runs. Undefined if nothing is known of
 * it. Reads a bounded number of records.
 */
export async function readIncident(
  ask: IncidentAsk,
  source: IncidentSource,
): Promise<IncidentView | undefined> {
  const { incident: id, canary, stream, nowMs } = ask;
  const { runs, alerts } = source;
  const [{ state, damaged }, attempts] = await Promise.all([loaded(canary, alerts), attemptsOf(ask, alerts)]);
  const facts = factsOf(ask, state?.alert, attempts);
  if (facts === undefined) return undefined;
  const { known, isOpen, sinceMs, closed } = facts;
  const openedAtMs = known?.openedAtMs;
  const endMs = closed?.atMs ?? nowMs;
  const { entries, isCut } = await entriesOf(canary, runs, {
    sinceMs,
    openedMs: openedAtMs ?? sinceMs,
    endMs,
  });
  return {
    id,
    canary,
    stream,
    nowMs,
    sinceMs,
    story: storyOf({ sinceMs, openedAtMs, closed, entries, attempts, ...ofAlert(state?.alert, ask) }),
    isStoryCut: isCut,
    ...explainedBy(state, damaged, ask),
    others: isOpen === true ? await othersOf(canary, known?.cause, alerts) : [],
    ...(known === undefined ? {} : ofIncident(known)),
    reason: reasonIn(known, entries),
    ...omitUndefined({ isOpen, closedAtMs: closed?.atMs, closeReason: closed?.reason }),
    ...(await firstRuns(canary, runs, { entries, sinceMs })),
  };
}

/** The parts of an alert state that a story needs. */
function ofAlert(
  alert: AlertState | undefined,
  { stream, incident }: IncidentAsk,
): Pick<StoryFacts, 'stream' | 'alert' | 'lastNotified'> {
  if (alert === undefined) return { stream };
  const { lastNotified } = alert[stream];
  return { stream, alert, ...(lastNotified?.incident === incident ? { lastNotified } : {}) };
}

function explainedBy(
  state: CanaryState | undefined,
  damaged: readonly string[] = [],
  { policy, nowMs, maintenanceUntilMs, about }: IncidentAsk,
): Pick<IncidentView, 'about' | 'explained'> {
  if (state === undefined) return { about, explained: damaged };
  const explained = explainState(state, { policy, nowMs, ...omitUndefined({ maintenanceUntilMs }) });
  return { about: state.alert.about, explained };
}

function ofIncident(known: Incident): Partial<IncidentView> {
  const { openedAtMs, severity, runs, neverPassed, flapping, cause, lastPassedAtMs, changes } = known;
  return {
    openedAtMs,
    severity,
    runs,
    neverPassed,
    flapping,
    ...omitUndefined({ cause, lastPassedAtMs, changes }),
  };
}

/** The reason of the newest evidence against the canary. */
function reasonIn(known: Incident | undefined, entries: readonly HistoryEntry[]): string {
  const because = known?.because;
  const newest = entries.find(isAgainst);
  return because?.run?.reason ?? because?.reason ?? (newest === undefined ? '' : reasonOf(newest));
}

/** The first run against the canary, and its differences from the last pass before it, as far as their results are kept. */
async function firstRuns(
  canary: string,
  runs: Pick<RunStore, 'result'>,
  { entries, sinceMs }: { readonly entries: readonly HistoryEntry[]; readonly sinceMs: number },
): Promise<Pick<IncidentView, 'firstFailure' | 'comparison'>> {
  // A record that cannot be read is left out, as one that is not kept any more.
  const runOf = async (entry: HistoryEntry | undefined) =>
    entry?.run === undefined ? undefined : unlessDamaged(runs.result(entry.run.runId, canary));
  const [firstFailure, lastPass] = await Promise.all([
    runOf(entries.findLast((entry) => isAgainst(entry) && startOf(entry) >= sinceMs)),
    runOf(entries.find((entry) => isPass(entry) && startOf(entry) < sinceMs)),
  ]);
  if (firstFailure === undefined) return {};
  return {
    firstFailure,
    ...(lastPass === undefined ? {} : { comparison: compareRuns(firstFailure, lastPass) }),
  };
}

async function loaded(
  canary: string,
  alerts: Pick<AlertStore, 'load'>,
): Promise<{ readonly state?: CanaryState; readonly damaged?: readonly string[] }> {
  try {
    return omitUndefined({ state: await alerts.load(canary) });
  } catch (thrown) {
    if (!(thrown instanceof DamagedRecordError)) throw thrown;
    return { damaged: [thrown.message] };
  }
}

/** The attempts to send notices of an incident, oldest first. */
async function attemptsOf(
  { incident, canary }: IncidentAsk,
  alerts: Pick<AlertStore, 'attempts'>,
): Promise<readonly NoticeAttempt[]> {
  const found: NoticeAttempt[] = [];
  let after: Parameters<AlertStore['attempts']>[0]['after'];
  for (let read = 0; read < MOST_ATTEMPTS; read += PAGE) {
    const page = await alerts.attempts({ canary, most: PAGE, ...omitUndefined({ after }) });
    found.push(...page.flatMap(({ attempt }) => (attempt?.incident === incident ? [attempt] : [])));
    after = page.at(-1);
    const isPast = found.length > 0 && page.every(({ attempt }) => attempt?.incident !== incident);
    if (page.length < PAGE || isPast) break;
  }
  return found.toReversed();
}

interface Facts {
  /** The incident, if the state has it still. */
  readonly known: Incident | undefined;
  /** Undefined if it may be open and the state is not there to say so. */
  readonly isOpen: boolean | undefined;
  readonly sinceMs: number;
  readonly closed?:
    | { readonly atMs: number; readonly reason?: NonNullable<IncidentView['closeReason']> }
    | undefined;
}

/** The facts of an incident by the alert state or, for an older one, by its notices. */
function factsOf(
  { incident: id, stream }: IncidentAsk,
  alert: AlertState | undefined,
  attempts: readonly NoticeAttempt[],
): Facts | undefined {
  const { incident, lastNotified } = alert?.[stream] ?? {};
  if (incident?.id === id) return { known: incident, isOpen: true, sinceMs: incident.sinceMs };
  const ended = endedOf(id, lastNotified);
  if (ended !== undefined) {
    const { closedAtMs: atMs, closeReason: reason } = ended.ending;
    return { known: ended, isOpen: false, sinceMs: ended.sinceMs, closed: { atMs, reason } };
  }
  const [first] = attempts;
  if (first === undefined) return undefined;
  const older = { known: undefined, sinceMs: first.atMs };
  // A notice of the end may be about one address only, and has no reason: the state alone says whether the incident is over.
  if (alert === undefined) return { ...older, isOpen: undefined };
  const end = attempts.find(({ kind }) => kind === 'closed' || kind === 'combined');
  return { ...older, isOpen: false, closed: end === undefined ? undefined : { atMs: end.atMs } };
}

function endedOf(id: string, last: LastNotified | undefined) {
  return last?.incident === id ? last.ended : undefined;
}

interface Period {
  readonly sinceMs: number;
  readonly openedMs: number;
  readonly endMs: number;
}

/** The history of an incident, newest first, with some passes before it. In a long one, the time after its opening is cut. */
async function entriesOf(
  canary: string,
  runs: Pick<RunStore, 'history'>,
  { sinceMs, openedMs, endMs }: Period,
): Promise<{ readonly entries: readonly HistoryEntry[]; readonly isCut: boolean }> {
  const begin: HistoryEntry[] = [];
  let passes = 0;
  for await (const entry of historyFrom(runs, { canary, after: placeBefore(openedMs + 1), page: PAGE })) {
    begin.push(entry);
    if (isPass(entry) && startOf(entry) < sinceMs) passes += 1;
    if (passes >= PASSES || begin.length >= AROUND_OPENING) break;
  }
  const later: HistoryEntry[] = [];
  let isCut = false;
  for await (const entry of historyFrom(runs, { canary, after: placeBefore(endMs + 1), page: PAGE })) {
    if (entry.atMs <= openedMs) break;
    isCut = later.length >= NEWEST;
    if (isCut) break;
    later.push(entry);
  }
  return { entries: [...later, ...begin], isCut };
}

function isPass({ what, run }: HistoryEntry): boolean {
  return what === 'done' && run !== undefined && isGood(run.verdict);
}

function isAgainst({ what, run }: HistoryEntry): boolean {
  return (
    what === 'lost' || what === 'missed' || (what === 'done' && run !== undefined && !isGood(run.verdict))
  );
}

function startOf({ run, atMs }: HistoryEntry): number {
  return run?.startedAtMs ?? atMs;
}

async function othersOf(
  canary: string,
  cause: string | undefined,
  alerts: Pick<AlertStore, 'all'>,
): Promise<readonly OtherIncident[]> {
  if (cause === undefined) return [];
  return (await alerts.all())
    .filter((state) => state.canary !== canary)
    .flatMap(({ canary: name, alert }) =>
      [alert.target.incident, alert.observer.incident].flatMap((one) =>
        one?.cause === cause
          ? [{ canary: name, incident: one.id, severity: one.severity, sinceMs: one.sinceMs }]
          : [],
      ),
    )
    .toSorted((a, b) => a.sinceMs - b.sinceMs)
    .slice(0, MOST_OTHERS);
}
