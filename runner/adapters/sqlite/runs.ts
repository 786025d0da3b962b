import type { RunResult } from '../../core/model/run-result.ts';
import { DamagedRecordError, withResult } from '../../core/store/damaged.ts';
import { runEntry } from '../../core/store/history.ts';
import type { Repairs, RunStore } from '../../core/store/ports.ts';
import {
  advanceOf,
  applyAtOnce,
  type Decision,
  decideAdvance,
  decideClaim,
  decideCommit,
  decideExpiry,
  decideSkip,
  decideSkipMissed,
  isUnapplied,
  settleBy,
} from '../../core/store/slot-transitions.ts';
import type {
  AdvanceAsk,
  ClaimAnswer,
  ClaimAsk,
  CommitAnswer,
  CommitAsk,
  OmittedSlots,
  SlotKey,
  SlotRecord,
} from '../../core/store/slots.ts';
import type { AlertRows } from './alerts.ts';
import type { StateFile } from './file.ts';
import type { Rows } from './rows.ts';

/**
 * Slots and results in a state file: each method is one transaction, so that two processes never see half of one. What is older than
 * `oldestMs` is hidden, and deleted in time.
 */
export function sqliteRuns(
  file: StateFile,
  { rows, alerts }: { readonly rows: Rows; readonly alerts: AlertRows },
  oldestMs: () => number,
): RunStore {
  const decide = <Answer>(
    slot: SlotKey,
    decision: (found: SlotRecord | undefined) => Decision<Answer>,
  ): Promise<Answer> => file.write(() => apply(rows, decision(rows.slot(slot))));
  return {
    claim: async (ask) => file.write(() => claim(rows, ask)),
    commit: async (ask) => file.write(() => commit(rows, ask, alerts.save)),
    skip: async (ask) => decide(ask, (found) => decideSkip(found, ask)),
    skipMissed: async (ask) => decide(ask, (found) => decideSkipMissed(found, ask)),
    expireLeases: async (ask) => {
      // A tick that finds nothing takes no lock.
      const isIdle = file.read(
        () => rows.expired(ask.expiredBeforeMs).length === 0 && !rows.hasOlder(oldestMs()),
      );
      if (isIdle) return [];
      return file.write(() => {
        rows.forget(oldestMs());
        return rows.expired(ask.expiredBeforeMs).flatMap((found) => {
          const { write } = decideExpiry(found, ask);
          if (write !== undefined) rows.write(write);
          return write ?? [];
        });
      });
    },
    running: async (canary) => file.read(() => rows.running(canary)),
    unapplied: async () =>
      file.read(() => rows.unapplied().map((record) => withResult(record, resultOf(rows, record)))),
    markApplied: async (slot) =>
      file.write(() => {
        const found = rows.slot(slot);
        if (found !== undefined && isUnapplied(found)) rows.write({ ...found, applied: true });
      }),
    keep: async (result) =>
      file.write(() => {
        rows.forget(oldestMs()); // a state without a watcher has no ticks that do it
        rows.keep(result);
        rows.file(runEntry(result, 'extra'));
      }),
    ...sqliteHistory(file, rows, oldestMs),
    ...sqlitePlanning(file, rows),
  };
}

/** The reads of the past. Older entries and results are hidden, even if they still exist. */
function sqliteHistory(
  file: StateFile,
  rows: Rows,
  oldestMs: () => number,
): Pick<RunStore, 'history' | 'status' | 'runsWithId' | 'result'> {
  return {
    history: async (ask) => file.read(() => rows.history({ ...ask, oldestMs: oldestMs() })),
    status: async (ask) => file.read(() => rows.status({ ...ask, oldestMs: oldestMs() })),
    runsWithId: async (ask) =>
      file.read(() => rows.runsWithId({ ...ask, afterMs: Math.max(ask.afterMs, oldestMs()) })),
    result: async (runId) => {
      const result = file.read(() => rows.result(runId));
      if (result === 'damaged') throw new DamagedRecordError(`the result of run ${runId}`);
      return result !== undefined && result.startedAtMs > oldestMs() ? result : undefined;
    },
  };
}

/** Repairs of slots and watermarks in a state file, each one transaction. */
export function sqliteRepairs(file: StateFile, rows: Rows): Repairs {
  return {
    rewind: async (canary, to) => file.write(() => rows.mark(canary, to)),
    refile: async (entry, to) =>
      file.write(() => {
        rows.remove(entry);
        if (to !== undefined) rows.file(to);
      }),
    end: async (found, to) =>
      file.write(() => {
        const now = rows.slot(found);
        const isSame = now?.state === 'running' && now.fence === found.fence;
        if (isSame) rows.write(to);
        return isSame;
      }),
  };
}

/** The plans of a tick: an ordinary one reads once and writes nothing, any other writes once. */
function sqlitePlanning(
  file: StateFile,
  rows: Rows,
): Pick<RunStore, 'watermark' | 'advance' | 'planning' | 'settle'> {
  return {
    watermark: async (canary) => file.read(() => rows.watermark(canary)?.toMs),
    advance: async (ask) => file.write(() => advance(rows, ask)),
    planning: async () => file.read(() => ({ watermarks: rows.watermarks(), running: rows.allRunning() })),
    settle: async (asks) => {
      const rules = {
        pass: (ask: OmittedSlots) => apply(rows, decideSkipMissed(rows.slot(ask), ask)),
        advance: (ask: AdvanceAsk) => advance(rows, ask),
      };
      return file.write(() => asks.map((ask) => settleBy(rules, ask)));
    },
  };
}

function claim(rows: Rows, ask: ClaimAsk): ClaimAnswer {
  const answer = apply(rows, decideClaim(rows.slot(ask), ask));
  const marked = advanceOf(ask, answer);
  if (marked !== undefined) advance(rows, marked);
  return answer;
}

function commit(rows: Rows, ask: CommitAsk, save: AlertRows['save']): CommitAnswer {
  rows.keep(ask.result);
  const answer = apply(rows, applyAtOnce(decideCommit(rows.slot(ask), ask), ask, save));
  if (answer === 'late') rows.file(runEntry(ask.result, 'late'));
  return answer;
}

function advance(rows: Rows, ask: AdvanceAsk): void {
  const next = decideAdvance(rows.watermark(ask.canary), ask);
  if (next !== undefined) rows.mark(ask.canary, next);
}

function apply<Answer>(rows: Rows, { write, answer }: Decision<Answer>): Answer {
  if (write !== undefined) rows.write(write);
  return answer;
}

function resultOf(rows: Rows, { run }: SlotRecord): RunResult | undefined {
  const result = run === undefined ? undefined : rows.result(run.runId);
  return result === 'damaged' ? undefined : result;
}
