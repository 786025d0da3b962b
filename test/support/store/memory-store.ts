import type { CanaryState } from '../../../runner/core/alert/alert-state.ts';
import type { NoticeAttempt } from '../../../runner/core/alert/notice-attempt.ts';
import type { Clock } from '../../../runner/core/base/clock.ts';
import { deepFreeze } from '../../../runner/core/base/freeze.ts';
import { parseJson } from '../../../runner/core/base/json.ts';
import type { CleanupEntry, CleanupList } from '../../../runner/core/cleanup/pending-cleanups.ts';
import { resultText } from '../../../runner/core/evidence/truncate-result.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import { statusFromHistory } from '../../../runner/core/store/canary-status.ts';
import { withResult } from '../../../runner/core/store/damaged.ts';
import {
  attemptPlace,
  byPlace,
  entryKey,
  isRunWithId,
  placeOf,
  runEntry,
  slotEntry,
} from '../../../runner/core/store/history.ts';
import type { AlertStore, Repairs, RunStore, StateStore } from '../../../runner/core/store/ports.ts';
import {
  advanceOf,
  applyAtOnce,
  type Decision,
  decideAdvance,
  decideClaim,
  decideCommit,
  decideExpiry,
  decideSave,
  decideSkip,
  decideSkipMissed,
  isUnapplied,
  KEPT_MS,
  type LeaseRecord,
  mayLease,
  nextPollAtMs,
  PASSES_KEPT,
  settleBy,
} from '../../../runner/core/store/slot-transitions.ts';
import type {
  AdvanceAsk,
  HistoryEntry,
  OmittedSlots,
  SlotKey,
  SlotRecord,
  Watermark,
} from '../../../runner/core/store/slots.ts';
import type { Leases } from '../../../runner/core/taps/ports.ts';

export interface MemoryStoreOptions {
  readonly clock: Pick<Clock, 'nowMs'>;
  /** @default KEPT_MS */
  readonly keptMs?: number;
  /** Other rules than those of `core/store/slot-transitions.ts`, for a test that wants them to be found out. */
  readonly rules?: Partial<typeof RULES>;
  /** Called for every written record of a slot, with the record that it replaces. */
  wrote?(record: SlotRecord, before: SlotRecord | undefined): void;
  /**
   * True if a claim or commit leaves this part of it out. A store without transactions does so if its process dies in between.
   * @default never
   */
  leavesOut?(part: 'watermark' | 'alerts'): boolean;
}

const RULES = { decideClaim, decideCommit };

/**
 * A store in memory that obeys the contract of those on disk and in AWS, fast enough for simulations of many canary-years.
 * States and slots are frozen, so that they need not be copied; results are copied by way of JSON, as on a real one.
 */
export function memoryStore({
  clock,
  keptMs = KEPT_MS,
  rules,
  wrote,
  leavesOut = never,
}: MemoryStoreOptions): StateStore {
  const oldestMs = (): number => clock.nowMs() - keptMs;
  const shelf = new Shelf(wrote);
  const states = new States();
  return {
    runs: memoryRuns(oldestMs, { shelf, states, leavesOut }, { ...RULES, ...rules }),
    repairs: memoryRepairs(shelf),
    alerts: memoryAlerts(states, oldestMs),
    leases: memoryLeases(),
    cleanups: memoryCleanups(),
    close: async () => {},
  };
}

interface Content {
  readonly shelf: Shelf;
  readonly states: States;
  leavesOut(part: 'watermark' | 'alerts'): boolean;
}

const never = (): boolean => false;

function memoryRuns(
  oldestMs: () => number,
  { shelf, states, leavesOut }: Content,
  rules: typeof RULES,
): RunStore {
  const history: RunStore['history'] = async ({ canary, after, most }) =>
    shelf
      .entries()
      .filter((one) => one.atMs > oldestMs() && (canary === undefined || one.canary === canary))
      .filter((one) => after === undefined || byPlace(after, placeOf(one)) < 0)
      .toSorted((a, b) => byPlace(placeOf(a), placeOf(b)))
      .slice(0, most)
      .map(copied);
  return {
    claim: async (ask) => {
      const answer = shelf.write(rules.decideClaim(shelf.slots.get(idOf(ask)), ask));
      const marked = advanceOf(ask, answer);
      if (marked !== undefined && !leavesOut('watermark')) shelf.advance(marked);
      return answer;
    },
    commit: async (ask) => {
      shelf.keep(ask.result);
      const decision = rules.decideCommit(shelf.slots.get(idOf(ask)), ask);
      const save = (next: CanaryState): boolean =>
        !leavesOut('alerts') && states.save(next, next.version - 1);
      const answer = shelf.write(applyAtOnce(decision, ask, save));
      if (answer === 'late') shelf.file(runEntry(ask.result, 'late'));
      return answer;
    },
    skip: async (ask) => shelf.write(decideSkip(shelf.slots.get(idOf(ask)), ask)),
    skipMissed: async (ask) => shelf.write(decideSkipMissed(shelf.slots.get(idOf(ask)), ask)),
    expireLeases: async (ask) => {
      shelf.forget(oldestMs());
      return [...shelf.running].flatMap((id) => {
        const decision = decideExpiry(shelf.slots.get(id) as SlotRecord, ask);
        return shelf.write(decision) ? (shelf.slots.get(id) as SlotRecord) : [];
      });
    },
    running: async (canary) =>
      [...shelf.running]
        .map((id) => shelf.slots.get(id) as SlotRecord)
        .filter((one) => one.canary === canary),
    unapplied: async () =>
      [...shelf.unapplied]
        .map((id) => shelf.withResult(shelf.slots.get(id) as SlotRecord))
        .toSorted((a, b) => a.slotAtMs - b.slotAtMs),
    markApplied: async (slot) => {
      const found = shelf.slots.get(idOf(slot));
      if (found !== undefined && isUnapplied(found))
        shelf.write({ write: { ...found, applied: true }, answer: true });
    },
    keep: async (result) => {
      shelf.keep(result);
      shelf.file(runEntry(result, 'extra'));
    },
    history,
    status: async (ask) => statusFromHistory({ history }, ask),
    runsWithId: async (ask) =>
      shelf
        .entries()
        .filter((one) => one.atMs > oldestMs() && isRunWithId(one, ask))
        .toSorted((a, b) => byPlace(placeOf(a), placeOf(b)))
        .slice(0, ask.most)
        .map(copied),
    result: async (runId) => {
      const result = shelf.result(runId);
      return result !== undefined && result.startedAtMs > oldestMs() ? result : undefined;
    },
    watermark: async (canary) => shelf.watermarks.get(canary)?.toMs,
    advance: async (ask) => shelf.advance(ask),
    planning: async () => ({
      watermarks: new Map(shelf.watermarks),
      running: [...shelf.running].map((id) => shelf.slots.get(id) as SlotRecord),
    }),
    settle: async (asks) => {
      const pass = (ask: OmittedSlots): number =>
        shelf.write(decideSkipMissed(shelf.slots.get(idOf(ask)), ask));
      return asks.map((ask) => settleBy({ pass, advance: (one) => shelf.advance(one) }, ask));
    },
  };
}

function memoryRepairs(shelf: Shelf): Repairs {
  return {
    rewind: async (canary, to) => void shelf.watermarks.set(canary, to),
    refile: async (entry, to) => {
      shelf.remove(entry);
      if (to !== undefined) shelf.file(to);
    },
    end: async (found, to) => {
      const now = shelf.slots.get(idOf(found));
      return shelf.write({
        answer: now?.state === 'running' && now.fence === found.fence,
        ...(now?.state === 'running' && now.fence === found.fence ? { write: to } : {}),
      });
    },
  };
}

/** The content in memory, with indexes of the running and the unapplied slots. */
class Shelf {
  readonly slots = new Map<string, SlotRecord>();
  readonly running = new Set<string>();
  readonly unapplied = new Set<string>();
  readonly watermarks = new Map<string, Watermark>();
  readonly #extras = new Map<string, HistoryEntry>();
  readonly #results = new Map<string, { readonly startedAtMs: number; readonly text: string }>();

  /** Run ids of the passes that are kept in full, by canary. */
  readonly #passes = new Map<string, readonly string[]>();
  readonly #wrote: MemoryStoreOptions['wrote'];

  constructor(wrote?: MemoryStoreOptions['wrote']) {
    this.#wrote = wrote;
  }

  write<Answer>({ write, answer }: Decision<Answer>): Answer {
    if (write !== undefined) {
      const id = idOf(write);
      this.#wrote?.(write, this.slots.get(id));
      this.slots.set(id, deepFreeze(write));
      mark(this.running, id, write.state === 'running');
      mark(this.unapplied, id, isUnapplied(write));
    }
    return answer;
  }

  advance(ask: AdvanceAsk): void {
    const next = decideAdvance(this.watermarks.get(ask.canary), ask);
    if (next !== undefined) this.watermarks.set(ask.canary, next);
  }

  keep(result: RunResult): void {
    const { runId, canary, startedAtMs, verdict } = result;
    this.#results.set(runId, { startedAtMs, text: resultText(result) });
    if (verdict !== 'passed') return;
    const passes = [...(this.#passes.get(canary) ?? []).filter((one) => one !== runId), runId];
    for (const old of passes.splice(0, passes.length - PASSES_KEPT)) this.#results.delete(old);
    this.#passes.set(canary, passes);
  }

  file(entry: HistoryEntry): void {
    this.#extras.set(`${entry.canary}|${entry.atMs}|${entryKey(entry)}`, copied(entry));
  }

  remove(entry: HistoryEntry): void {
    const { canary, atMs } = entry;
    const id = idOf({ canary, slotAtMs: atMs });
    if (!this.#extras.delete(`${canary}|${atMs}|${entryKey(entry)}`)) {
      this.slots.delete(id);
      mark(this.running, id, false);
      mark(this.unapplied, id, false);
    }
  }

  entries(): readonly HistoryEntry[] {
    return [...[...this.slots.values()].map(slotEntry), ...this.#extras.values()];
  }

  result(runId: string): RunResult | undefined {
    const kept = this.#results.get(runId);
    return kept === undefined ? undefined : (parseJson(kept.text) as unknown as RunResult);
  }

  withResult(record: SlotRecord): SlotRecord {
    return withResult(record, record.run === undefined ? undefined : this.result(record.run.runId));
  }

  /** Insertion is nearly by age, so that checking the oldest few is enough. */
  forget(oldestMs: number): void {
    for (const [id, { slotAtMs, applied }] of this.slots) {
      if (slotAtMs > oldestMs || !applied) break;
      this.slots.delete(id);
    }
    for (const [id, { atMs }] of this.#extras) {
      if (atMs > oldestMs) break;
      this.#extras.delete(id);
    }
    for (const [id, { startedAtMs }] of this.#results) {
      if (startedAtMs > oldestMs) break;
      this.#results.delete(id);
    }
  }
}

/** Alert states, with an index of those that are due. */
class States {
  readonly all = new Map<string, CanaryState>();
  readonly due = new Map<string, number>();

  save(next: CanaryState, basedOn: number): boolean {
    const { write, answer } = decideSave(this.all.get(next.canary), next, basedOn);
    if (!write) return answer;
    this.all.set(next.canary, deepFreeze(next));
    const dueAtMs = nextPollAtMs(next);
    if (dueAtMs === undefined) this.due.delete(next.canary);
    else this.due.set(next.canary, dueAtMs);
    return answer;
  }
}

function memoryAlerts(states: States, oldestMs: () => number): AlertStore {
  const attempts = new Map<string, NoticeAttempt>();
  return {
    load: async (canary) => states.all.get(canary),
    save: async (next, basedOn) => states.save(next, basedOn),
    withNotices: async (dueByMs) =>
      [...states.due].flatMap(([canary, atMs]) => (atMs <= dueByMs ? canary : [])),
    all: async () => [...states.all.values()],
    addAttempts: async (added) => {
      for (const [id, { atMs }] of attempts) {
        if (atMs > oldestMs()) break;
        attempts.delete(id);
      }
      for (const attempt of added) {
        const id = JSON.stringify(attemptPlace(attempt));
        if (!attempts.has(id)) attempts.set(id, deepFreeze(attempt));
      }
    },
    attempts: async ({ canary, after, most }) =>
      [...attempts.values()]
        .map((attempt) => ({ ...attemptPlace(attempt), attempt }))
        .filter((one) => one.atMs > oldestMs() && (canary === undefined || one.canary === canary))
        .filter((one) => after === undefined || byPlace(after, one) < 0)
        .toSorted(byPlace)
        .slice(0, most),
  };
}

/** Leases of this process, for runs of tests. */
export function memoryLeases(): Leases {
  const leases = new Map<string, LeaseRecord>();
  return {
    take: async ({ name, ...ask }) => {
      const { owner, nowMs, forMs } = ask;
      const found = leases.get(name);
      if (!mayLease(found, ask)) {
        const { owner: by, untilMs } = found as LeaseRecord;
        return { held: false, by, untilMs };
      }
      leases.set(name, { owner, untilMs: nowMs + forMs });
      return { held: true };
    },
    drop: async ({ name, owner }) => {
      if (leases.get(name)?.owner === owner) leases.delete(name);
    },
  };
}

function memoryCleanups(): CleanupList {
  const entries = new Map<string, CleanupEntry>();
  return {
    save: async (next, basedOn) => {
      const { write, answer } = decideSave(entries.get(next.runId), next, basedOn);
      if (write) entries.set(next.runId, copied(next));
      return answer;
    },
    remove: async ({ runId, version }) => {
      if (entries.get(runId)?.version === version) entries.delete(runId);
    },
    due: async ({ byMs, most }) =>
      [...entries.values()]
        .filter(({ dueAtMs }) => dueAtMs <= byMs)
        .toSorted((a, b) => a.dueAtMs - b.dueAtMs || (a.runId < b.runId ? -1 : 1))
        .slice(0, most)
        .map(copied),
  };
}

function mark(set: Set<string>, id: string, belongs: boolean): void {
  if (belongs) set.add(id);
  else set.delete(id);
}

function idOf({ canary, slotAtMs }: SlotKey): string {
  return `${canary}@${slotAtMs}`;
}

function copied<T>(value: T): T {
  return parseJson(JSON.stringify(value)) as T;
}
