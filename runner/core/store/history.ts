import { createHash } from 'node:crypto';
import type { NoticeAttempt } from '../alert/notice-attempt.ts';
import { shortReason, truncateText } from '../base/format.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import type { RunResult, StepResult } from '../model/run-result.ts';
import type { RunStore } from './ports.ts';
import type { HistoryEntry, HistoryPlace, HopTime, RunIdAsk, RunSummary, SlotRecord } from './slots.ts';

const MOST_HOPS = 30;
const LONGEST_NAME = 80; // characters

/** The time of a step's hop; none of a step that was skipped, or that watched for something not to be. */
export function hopTimes({
  name,
  mode,
  verdict,
  durationMs,
  timeToEffectMs,
}: StepResult): readonly HopTime[] {
  const ms = timeToEffectMs ?? (mode === 'act' && verdict !== 'skipped' ? durationMs : undefined);
  return ms === undefined ? [] : [{ name: truncateText(name, LONGEST_NAME), ms: Math.round(ms) }];
}

/** The summary of a run, which history keeps after the full result is gone. */
export function summaryOf({ steps, cleanup, ...run }: RunResult): RunSummary {
  const hops = steps.flatMap(hopTimes).slice(0, MOST_HOPS);
  const bads = [...steps, ...cleanup].filter(({ verdict }) => verdict !== 'passed' && verdict !== 'skipped');
  // Another step may have been an `error` before the one that gave the run its verdict.
  const bad = bads.find(({ verdict }) => verdict === run.verdict) ?? bads[0];
  const reason = bad === undefined ? '' : `${bad.name}: ${bad.reason}`;
  const blame = run.blame ?? bad?.blame;
  return {
    runId: run.runId,
    verdict: run.verdict,
    ...omitUndefined({ blame }),
    reason: shortReason(run.reason === '' ? reason : run.reason),
    startedAtMs: run.startedAtMs,
    durationMs: run.durationMs,
    ...(hops.length === 0 ? {} : { hops }),
  };
}

/** A slot as a line of history. */
export function slotEntry({ canary, slotAtMs, state, count, run, reason }: SlotRecord): HistoryEntry {
  return {
    canary,
    atMs: slotAtMs,
    what: state,
    count,
    ...omitUndefined({ run, reason }),
  };
}

/** A run that counts for no slot as a line of history. */
export function runEntry(result: RunResult, what: 'late' | 'extra'): HistoryEntry {
  const { canary, slotAtMs } = result;
  return { canary, atMs: Math.floor(slotAtMs), what, count: 1, run: summaryOf(result) };
}

/** Distinguishes the entries of one canary and moment: `slot`, or the run id; the highest comes first. */
export function entryKey({ what, run }: Pick<HistoryEntry, 'what' | 'run'>): string {
  return what === 'late' || what === 'extra' ? `${what}|${run?.runId}` : 'slot';
}

/** True for an entry of a run whose id begins with some digits, if its slot lies in the period. */
export function isRunWithId({ atMs, run }: HistoryEntry, ask: RunIdAsk): boolean {
  return atMs > ask.afterMs && atMs < ask.beforeMs && run?.runId.startsWith(ask.prefix) === true;
}

/** The place of an entry in history. */
export function placeOf({ atMs, canary, ...entry }: HistoryEntry): HistoryPlace {
  return { atMs, canary, key: entryKey(entry) };
}

/** The place of an attempt to send a notice. The same attempt has the same place, whichever process records it. */
export function attemptPlace({ canary, atMs, notice, channel, number }: NoticeAttempt): HistoryPlace {
  const identity = createHash('sha256').update(`${notice}:${channel}|${number}`);
  return { atMs, canary, key: identity.digest('hex').slice(0, 16) };
}

/** The place directly after all entries that are not older than a moment. */
export function placeBefore(atMs: number): HistoryPlace {
  return { atMs, canary: '~', key: '' }; // behind every name of a canary
}

/** Entries of history, newest first, read page by page for as long as the reader goes on. */
export async function* historyFrom(
  runs: Pick<RunStore, 'history'>,
  ask: { readonly canary?: string; readonly after?: HistoryPlace; readonly page: number },
): AsyncGenerator<HistoryEntry, void> {
  const { page: most, ...of } = ask;
  let { after } = ask;
  for (;;) {
    const page = await runs.history({ ...of, most, ...omitUndefined({ after }) });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < most) return;
    after = placeOf(last);
  }
}

/** The order of places in history: newest first, then by canary, then by key. */
export function byPlace(a: HistoryPlace, b: HistoryPlace): number {
  return b.atMs - a.atMs || compare(a.canary, b.canary) || compare(b.key, a.key);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
