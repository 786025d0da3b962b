import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import { statusFromHistory } from '../../core/store/canary-status.ts';
import { unlessDamaged, withResult } from '../../core/store/damaged.ts';
import { isRunWithId, placeOf, runEntry } from '../../core/store/history.ts';
import type { Repairs, RunStore } from '../../core/store/ports.ts';
import {
  advanceOf,
  decideClaim,
  decideCommit,
  decideExpiry,
  decideSkip,
  decideSkipMissed,
  isUnapplied,
} from '../../core/store/slot-transitions.ts';
import type {
  AdvanceAsk,
  ClaimAnswer,
  ClaimAsk,
  HistoryEntry,
  SettleAsk,
  SettleOutcome,
  SlotKey,
  SlotRecord,
  Watermark,
} from '../../core/store/slots.ts';
import type { Item } from './client.ts';
import { type Log, pageIn, periodIn } from './history.ts';
import { changeBetween, entryItem, historyEntryOf, type Keys, slotItem, slotOf } from './items.ts';
import { findResult, keepResult } from './results.ts';
import { RUNNING_INDEX } from './schema.ts';
import { beginSlot, endSlot, heldBy, replace, type TableContext, todo } from './slots.ts';

/**
 * Slots and results in a table. Every write is one conditional call. After a refusal a consistent read follows, and the rules
 * decide its meaning. Either another process was first, or our own write arrived and its answer did not.
 */
export function dynamodbRuns(context: TableContext): RunStore {
  const { table, keys } = context;
  const history: RunStore['history'] = async (ask) => pageIn(context, historyLog(keys), ask);
  return {
    claim: async (ask) => claim(context, ask),
    skipMissed: async (ask) => beginSlot(context, ask, (found) => decideSkipMissed(found, ask)),
    commit: async (ask) => {
      await keepResult(ask.result, context);
      const answer = await endSlot(context, ask, (found) => decideCommit(found, ask));
      if (answer === 'late') await table.put(entryItem(runEntry(ask.result, 'late'), context));
      return answer;
    },
    skip: async (ask) => endSlot(context, ask, (found) => decideSkip(found, ask)),
    expireLeases: async (ask) => expireLeases(context, ask),
    running: async (canary) => {
      const pk = keys.historyOf(canary);
      const query = { index: RUNNING_INDEX, consistent: true, when: '#pk = :pk', values: { pk } };
      return (await table.query(query)).map(slotOf);
    },
    unapplied: async () => unapplied(context),
    markApplied: async (slot) => markApplied(context, slot),
    keep: async (result) => {
      await keepResult(result, context);
      await table.put(entryItem(runEntry(result, 'extra'), context));
      await table.put({ ...keys.canary(result.canary) }, { when: 'attribute_not_exists(#pk)' });
    },
    history,
    status: async (ask) => statusFromHistory({ history }, ask),
    runsWithId: async (ask) => {
      const has = (entry: HistoryEntry): boolean => isRunWithId(entry, ask);
      return (await periodIn(context, historyLog(keys), { ...ask, has })).slice(0, ask.most);
    },
    result: async (runId, canary) => findResult(context, runId, canary),
    watermark: async (canary) =>
      (await table.get(keys.canary(canary)))?.['plannedToMs'] as number | undefined,
    advance: async (ask) => advance(context, ask),
    planning: async () => {
      const { pk } = keys.canary('');
      const [marked, running] = await Promise.all([
        table.query({ when: '#pk = :pk', values: { pk }, consistent: true }),
        todo(context, 'running', Number.MAX_SAFE_INTEGER),
      ]);
      return {
        watermarks: watermarksIn(marked),
        running: running.filter(({ state }) => state === 'running'),
      };
    },
    settle: async (asks) => mapWithConcurrency(SETTLED_AT_ONCE, asks, async (ask) => settle(context, ask)),
  };
}

function historyLog(keys: Keys): Log<HistoryEntry> {
  return { partitionOf: keys.historyOf, names: keys.canary('').pk, entryOf: historyEntryOf, placeOf };
}

/** Repairs of slots and watermarks in a table. A new entry is written before the old one is removed. */
export function dynamodbRepairs(context: TableContext): Repairs {
  const { table, keys } = context;
  const exists = { when: 'attribute_exists(#pk)' };
  return {
    rewind: async (canary, { toMs, schedule }) => {
      await table.update(keys.canary(canary), { set: { plannedToMs: toMs, schedule } }, exists);
    },
    refile: async (entry, to) => {
      if (to !== undefined) await table.put(entryItem(to, context));
      await table.remove(keys.entry(entry), exists);
    },
    end: async (found, to) => replace(context, found, to),
  };
}

/** A table answers many at a time: a thousand canaries are settled within seconds. */
const SETTLED_AT_ONCE = 50;

async function claim(context: TableContext, ask: ClaimAsk): Promise<ClaimAnswer> {
  const answer = await beginSlot(context, ask, (found) => decideClaim(found, ask));
  const marked = advanceOf(ask, answer);
  // The claim stands, whatever becomes of this write.
  if (marked !== undefined) await advance(context, marked).catch(() => undefined);
  return answer;
}

async function settle(context: TableContext, ask: SettleAsk): Promise<SettleOutcome> {
  try {
    for (const one of ask.omitted) {
      const count = await beginSlot(context, one, (found) => decideSkipMissed(found, one));
      if (count !== one.count) return { kind: 'overtaken', slotAtMs: one.slotAtMs, count };
    }
    if (ask.advance !== undefined) await advance(context, ask.advance);
    return { kind: 'settled' };
  } catch (thrown) {
    return { kind: 'failed', thrown };
  }
}

async function advance({ table, keys }: TableContext, ask: AdvanceAsk): Promise<void> {
  const { canary, toMs, schedule } = ask;
  const set = { plannedToMs: toMs, ...omitUndefined({ schedule }) };
  const before = `#plannedToMs ${schedule === undefined ? '<' : '<='} :toMs`;
  const when = `attribute_not_exists(#plannedToMs) OR NOT attribute_type(#plannedToMs, :number) OR ${before}`;
  await table.update(keys.canary(canary), { set }, { when, values: { toMs, number: 'N' } });
}

function watermarksIn(items: readonly Item[]): ReadonlyMap<string, Watermark> {
  return new Map(
    items.flatMap(({ sk, plannedToMs, schedule = '' }): readonly [string, Watermark][] =>
      plannedToMs === undefined
        ? []
        : [[sk as string, { toMs: plannedToMs as number, schedule: schedule as string }]],
    ),
  );
}

async function expireLeases(
  context: TableContext,
  ask: { readonly expiredBeforeMs: number; readonly nowMs: number },
): Promise<readonly SlotRecord[]> {
  const expired = await todo(context, 'running', ask.expiredBeforeMs);
  const swept = expired.map(async (found): Promise<readonly SlotRecord[]> => {
    const { write } = decideExpiry(found, ask);
    return write !== undefined && (await replace(context, found, write)) ? [write] : [];
  });
  return (await Promise.all(swept)).flat();
}

async function unapplied(context: TableContext): Promise<readonly SlotRecord[]> {
  const records = (await todo(context, 'unapplied', Number.MAX_SAFE_INTEGER)).filter(isUnapplied);
  return mapWithConcurrency(SETTLED_AT_ONCE, records, async (record) => {
    const { canary, run } = record;
    const result = run && (await unlessDamaged(findResult(context, run.runId, canary)));
    return withResult(record, result);
  });
}

/** Without reading the record: its other attributes do not matter for the index of unapplied slots. */
async function markApplied(context: TableContext, slot: SlotKey): Promise<void> {
  const ended = { ...heldBy({ ...slot, owner: '', fence: 0 }), state: 'done' } as const;
  const change = changeBetween(slotItem(ended, context), slotItem({ ...ended, applied: true }, context));
  const when = 'attribute_exists(#pk) AND #state <> :running';
  await context.table.update(context.keys.slot(slot), change, { when, values: { running: 'running' } });
}
