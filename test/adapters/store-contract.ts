import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import type {
  AlertState,
  CanaryState,
  PendingNotice,
  StreamState,
} from '../../runner/core/alert/alert-state.ts';
import { newAlertState } from '../../runner/core/alert/reduce.ts';
import type { Clock } from '../../runner/core/base/clock.ts';
import { ObserverError } from '../../runner/core/base/errors.ts';
import { type Json, parseJson } from '../../runner/core/base/json.ts';
import type { RunId } from '../../runner/core/base/run-id.ts';
import { MOST_RESULT_BYTES } from '../../runner/core/evidence/truncate-result.ts';
import type { RunResult } from '../../runner/core/model/run-result.ts';
import { placeOf } from '../../runner/core/store/history.ts';
import type { StateStore } from '../../runner/core/store/ports.ts';
import type { ClaimAsk, HistoryEntry, RunIdAsk, SlotRecord } from '../../runner/core/store/slots.ts';
import { ABOUT } from '../support/alerts/alerts.ts';
import { resultOf, runIdOf, stepResultOf } from '../support/run/builders.ts';
import { faultsBy, type StoreFault, storeBehind } from '../support/store/faulty-store.ts';
import { memoryStore } from '../support/store/memory-store.ts';
import { attemptsContract } from './attempts-contract.ts';
import { cleanupContract, entryOf } from './cleanup-contract.ts';
import { statusContract } from './status-contract.ts';

/** The alerts of a canary of which nothing is known. A store reads only its incidents. */
export const QUIET: AlertState = newAlertState('x', ABOUT);

/** Some moment; slots are a minute apart. */
export const T0 = 1_700_000_000_000;
export const MINUTE = 60_000;
const HOUR = 3_600_000;
const KEPT = 24 * HOUR;

/** A clock that a test sets; what is asked for a moment of it comes at once. */
export interface SetClock extends Pick<Clock, 'nowMs' | 'at'> {
  ms: number;
}

/** A store to be put to the test, and how others open the same state. */
export interface Opened {
  readonly store: StateStore;
  again(): Promise<StateStore>;
}

/** A store's row in the contract. */
export interface Row {
  readonly name: string;
  /** Opens a new, unused state. */
  open(keeping: { readonly clock: SetClock; readonly keptMs: number }): Promise<Opened>;
  /** Number of random histories; fewer if each call crosses a network. */
  readonly sequences: number;
}

/** A claim as tests make it. */
export function claimOf(more: Partial<ClaimAsk> = {}): ClaimAsk {
  return { canary: 'a', slotAtMs: T0, owner: 'me', nowMs: T0, leaseUntilMs: T0 + MINUTE, ...more };
}

/** The contract of every store. */
export function storeContract({ name, open, sequences }: Row): void {
  describe(`a store ${name}`, () => {
    let clock: SetClock;
    let opened: Opened;
    let store: StateStore;
    beforeEach(async () => {
      clock = { ...systemClock(), ms: T0, nowMs: () => clock.ms };
      opened = await open({ clock, keptMs: KEPT });
      store = opened.store;
    });
    afterEach(async () => store.close());

    /** The record of a slot, as returned to a late claimant. */
    const recordOf = async (slotAtMs = T0, canary = 'a'): Promise<SlotRecord> => {
      const answer = await store.runs.claim(claimOf({ canary, slotAtMs, owner: 'nobody' }));
      if (answer.held) throw new Error('it was free');
      return answer.by;
    };
    const mine = { canary: 'a', slotAtMs: T0, owner: 'me', fence: 1, nowMs: T0 + 5 };
    const historyOf = async (canary?: string): Promise<readonly HistoryEntry[]> =>
      store.runs.history({ most: 1_000, ...(canary === undefined ? {} : { canary }) });

    describe('a slot', () => {
      it('goes to one of twenty that claim it at once, and the others learn its owner', async () => {
        const second = await opened.again();
        const owners = Array.from({ length: 20 }, (_, n) => `worker ${n}`);

        const answers = await Promise.all(
          owners.map(async (owner, n) => (n % 2 === 0 ? store : second).runs.claim(claimOf({ owner }))),
        );

        const winners = owners.filter((_, n) => answers[n]?.held === true);
        expect(winners).toHaveLength(1);
        expect(answers.filter(({ held }) => !held)).toHaveLength(19);
        for (const answer of answers) {
          if (answer.held) expect(answer.fence).toBe(1);
          else
            expect(answer.by).toEqual({
              canary: 'a',
              slotAtMs: T0,
              state: 'running',
              owner: winners[0],
              fence: 1,
              leaseUntilMs: T0 + MINUTE,
              writtenAtMs: T0,
              count: 1,
              applied: false,
            });
        }
        await second.close();
      });

      it('is still held by an owner who asks again, for the answer may have been lost', async () => {
        await store.runs.claim(claimOf());

        await expect(store.runs.claim(claimOf())).resolves.toEqual({ held: true, fence: 1 });
        await expect(store.runs.claim(claimOf({ owner: 'other' }))).resolves.toMatchObject({ held: false });
      });

      it('moves the watermark past it with a schedule, also if another has it', async () => {
        await store.runs.claim(claimOf({ schedule: 'hourly' }));
        expect((await store.runs.planning()).watermarks).toEqual(
          new Map([['a', { toMs: T0, schedule: 'hourly' }]]),
        );
        await store.runs.claim(claimOf({ slotAtMs: T0 + 1 }));
        expect(await store.runs.watermark('a')).toBe(T0);

        await store.runs.claim(claimOf({ slotAtMs: T0 + 1, owner: 'other', schedule: 'hourly' }));

        expect(await store.runs.watermark('a')).toBe(T0 + 1);
      });

      it('moves no watermark past a record that stands for several', async () => {
        await store.runs.skipMissed({
          canary: 'a',
          slotAtMs: T0,
          state: 'missed',
          reason: 'asleep',
          count: 12,
          nowMs: T0,
        });

        await store.runs.claim(claimOf({ schedule: 'hourly' }));

        expect(await store.runs.watermark('a')).toBeUndefined();
      });

      it('is another at another moment and of another canary', async () => {
        for (const more of [{}, { slotAtMs: T0 + 1 }, { canary: 'b' }, { canary: 'a-b' }])
          await expect(store.runs.claim(claimOf(more))).resolves.toEqual({ held: true, fence: 1 });
      });

      it.each([
        { title: 'has no end', leaseUntilMs: Number.NaN },
        { title: 'ends at once', leaseUntilMs: T0 },
        { title: 'ended before it began', leaseUntilMs: T0 - 680 },
        { title: 'never ends', leaseUntilMs: Number.POSITIVE_INFINITY },
        { title: 'lasts longer than any run', leaseUntilMs: T0 + HOUR + 1 },
      ])('is not given under a lease that $title', async ({ leaseUntilMs }) => {
        await expect(store.runs.claim(claimOf({ leaseUntilMs }))).rejects.toThrow(RangeError);
        await expect(store.runs.running('a')).resolves.toEqual([]);
      });

      it('is a whole moment', async () => {
        await expect(store.runs.claim(claimOf({ slotAtMs: T0 + 0.5 }))).rejects.toThrow(RangeError);
      });
    });

    describe('a repair', () => {
      it('moves a watermark back', async () => {
        await store.runs.advance({ canary: 'a', toMs: T0 + HOUR, schedule: 'x' });

        await store.repairs.rewind('a', { toMs: T0, schedule: 'x' });

        expect((await store.runs.planning()).watermarks).toEqual(
          new Map([['a', { toMs: T0, schedule: 'x' }]]),
        );
        await store.runs.advance({ canary: 'a', toMs: T0 + 1 });
        expect(await store.runs.watermark('a')).toBe(T0 + 1);
      });

      it('takes a slot off the history, so that it is free again, and keeps its run next to the slots', async () => {
        const result = resultOf({ canary: 'a', slotAtMs: T0 });
        await store.runs.advance({ canary: 'a', toMs: T0 });
        await store.runs.claim(claimOf());
        await store.runs.commit({ ...mine, result });
        const [entry] = (await historyOf('a')) as [HistoryEntry];

        await store.repairs.refile(entry, { ...entry, what: 'extra', atMs: T0 - MINUTE });

        expect(await historyOf('a')).toEqual([{ ...entry, what: 'extra', atMs: T0 - MINUTE }]);
        expect(await store.runs.unapplied()).toEqual([]);
        expect(await store.runs.claim(claimOf({ owner: 'next' }))).toMatchObject({ held: true });
        const [extra] = (await historyOf('a')).slice(1) as [HistoryEntry];
        await store.repairs.refile(extra, undefined);
        expect((await historyOf('a')).map(({ what }) => what)).toEqual(['running']);
      });

      it('ends a running slot, once', async () => {
        await store.runs.claim(claimOf());
        const [found] = (await store.runs.running('a')) as [SlotRecord];
        const to: SlotRecord = { ...found, state: 'lost', reason: 'why', fence: found.fence + 1 };

        expect(await store.repairs.end(found, to)).toBe(true);
        expect(await store.repairs.end(found, to)).toBe(false);

        expect(await store.runs.running('a')).toEqual([]);
        expect(await store.runs.unapplied()).toMatchObject([{ state: 'lost', reason: 'why' }]);
      });
    });

    describe('a commit', () => {
      const result = resultOf({ canary: 'a', slotAtMs: T0, verdict: 'failed', reason: 'no order came' });

      it('ends the slot with its result', async () => {
        await store.runs.claim(claimOf());

        await expect(store.runs.commit({ ...mine, result })).resolves.toBe('stored');

        const run = {
          runId: result.runId,
          verdict: 'failed',
          reason: 'no order came',
          startedAtMs: result.startedAtMs,
          durationMs: 1_234,
        };
        expect(await recordOf()).toEqual({
          canary: 'a',
          slotAtMs: T0,
          state: 'done',
          owner: 'me',
          fence: 1,
          leaseUntilMs: T0 + MINUTE,
          writtenAtMs: T0 + 5,
          count: 1,
          applied: false,
          run,
        });
        expect(await store.runs.result(result.runId)).toEqual(result);
        expect(await historyOf('a')).toEqual([{ canary: 'a', atMs: T0, what: 'done', count: 1, run }]);
        expect(await store.runs.running('a')).toEqual([]);
      });

      it('saves the alert state and applies the slot with it, or does neither', async () => {
        await store.runs.claim(claimOf());

        const answer = await store.runs.commit({ ...mine, result, alerts: stateOf() });

        const isApplied = answer === 'applied';
        expect(['applied', 'stored']).toContain(answer);
        expect(await store.alerts.load('a')).toEqual(isApplied ? stateOf() : undefined);
        expect(await store.runs.unapplied()).toHaveLength(isApplied ? 0 : 1);
        await store.runs.markApplied(mine);
        await expect(store.runs.commit({ ...mine, result, alerts: stateOf() })).resolves.toBe('applied');
      });

      it('saves no alert state over another version, nor with a result that is late', async () => {
        await store.alerts.save(stateOf({ writer: 'other' }), 0);
        await store.runs.claim(claimOf());

        const late = { ...mine, fence: 7, result, alerts: stateOf({ version: 2 }) };
        await expect(store.runs.commit(late)).resolves.toBe('late');
        await expect(store.runs.commit({ ...mine, result, alerts: stateOf() })).resolves.toBe('stored');

        expect(await store.alerts.load('a')).toEqual(stateOf({ writer: 'other' }));
        expect(await store.runs.unapplied()).toHaveLength(1);
      });

      it('that is repeated is ours again, and changes nothing', async () => {
        await store.runs.claim(claimOf());
        await store.runs.commit({ ...mine, result });
        const before = await recordOf();

        await expect(store.runs.commit({ ...mine, nowMs: T0 + 9, result })).resolves.toBe('stored');

        expect(await recordOf()).toEqual(before);
        expect(await historyOf('a')).toHaveLength(1);
      });

      it.each([
        { title: 'whose slot was swept', by: {}, swept: true },
        { title: 'of another owner', by: { owner: 'other' }, swept: false },
        { title: 'under an older fence', by: { fence: 0 }, swept: false },
        { title: 'for an unclaimed slot', by: { slotAtMs: T0 + 1 }, swept: false },
      ])('$title is late; the result is kept as a late one', async ({ by, swept }) => {
        await store.runs.claim(claimOf());
        if (swept) await store.runs.expireLeases({ expiredBeforeMs: T0 + HOUR, nowMs: T0 + HOUR });
        const before = await recordOf();
        const late = resultOf({ ...result, runId: runIdOf(7), slotAtMs: by.slotAtMs ?? T0 });

        await expect(store.runs.commit({ ...mine, ...by, result: late })).resolves.toBe('late');

        expect(await recordOf()).toEqual(before);
        expect(await store.runs.result(late.runId)).toEqual(late);
        expect((await historyOf('a')).filter(({ what }) => what === 'late')).toMatchObject([
          { atMs: late.slotAtMs, run: { runId: late.runId, verdict: 'failed' } },
        ]);
        expect((await store.runs.unapplied()).map(({ state }) => state)).toEqual(swept ? ['lost'] : []);
      });

      it('of the same owner with another result is a late one', async () => {
        await store.runs.claim(claimOf());
        await store.runs.commit({ ...mine, result });

        const other = resultOf({ ...result, runId: runIdOf(8), verdict: 'passed' });
        await expect(store.runs.commit({ ...mine, result: other })).resolves.toBe('late');

        expect((await recordOf()).run?.runId).toBe(result.runId);
        expect(await store.runs.result(other.runId)).toEqual(other);
      });
    });

    describe('a slot that is not run', () => {
      it('is passed if no worker claimed it', async () => {
        const pass = {
          canary: 'a',
          slotAtMs: T0,
          state: 'missed',
          reason: 'asleep',
          count: 12,
          nowMs: T0,
        } as const;

        await expect(store.runs.skipMissed(pass)).resolves.toBe(12);
        await expect(store.runs.skipMissed(pass)).resolves.toBe(12);
        await expect(store.runs.skipMissed({ ...pass, state: 'skipped', count: 20 })).resolves.toBe(12);

        expect(await recordOf()).toMatchObject({
          state: 'missed',
          reason: 'asleep',
          count: 12,
          applied: false,
        });
        expect(await historyOf('a')).toEqual([
          { canary: 'a', atMs: T0, what: 'missed', count: 12, reason: 'asleep' },
        ]);
      });

      it('is not passed if a worker claimed it', async () => {
        await store.runs.claim(claimOf());
        const before = await recordOf();

        await expect(
          store.runs.skipMissed({
            canary: 'a',
            slotAtMs: T0,
            state: 'skipped',
            reason: 'x',
            count: 7,
            nowMs: T0,
          }),
        ).resolves.toBe(1);
        expect(await recordOf()).toEqual(before);
      });

      it('is given up by its holder alone, without a record', async () => {
        await store.runs.claim(claimOf());

        await expect(store.runs.skip({ ...mine, owner: 'other', reason: 'x' })).resolves.toBe(false);
        await expect(store.runs.skip({ ...mine, reason: 'overlap' })).resolves.toBe(true);
        await expect(store.runs.skip({ ...mine, reason: 'overlap' })).resolves.toBe(true);

        expect(await recordOf()).toMatchObject({
          state: 'skipped',
          reason: 'overlap',
          applied: true,
          owner: 'me',
        });
        expect(await store.runs.unapplied()).toEqual([]);
        expect(await store.runs.running('a')).toEqual([]);
      });
    });

    describe('a sweep', () => {
      it('ends what has expired, and nothing else, under a higher fence', async () => {
        await store.runs.claim(claimOf());
        await store.runs.claim(claimOf({ canary: 'b', leaseUntilMs: T0 + 2 * MINUTE }));
        await store.runs.claim(claimOf({ slotAtMs: T0 + 1 }));
        await store.runs.commit({ ...mine, slotAtMs: T0 + 1, result: resultOf({ canary: 'a' }) });

        const none = await store.runs.expireLeases({ expiredBeforeMs: T0 + MINUTE, nowMs: T0 + 99 });
        const lost = await store.runs.expireLeases({ expiredBeforeMs: T0 + MINUTE + 1, nowMs: T0 + 99 });
        const again = await store.runs.expireLeases({ expiredBeforeMs: T0 + MINUTE + 1, nowMs: T0 + 100 });

        expect([none, again]).toEqual([[], []]);
        expect(lost).toEqual([
          {
            ...claimRecord(),
            state: 'lost',
            fence: 2,
            reason: expect.stringContaining('stopped'),
            writtenAtMs: T0 + 99,
          },
        ]);
        expect(await recordOf()).toEqual(lost[0]);
        expect((await store.runs.running('b')).map(({ owner }) => owner)).toEqual(['me']);
      });

      it('leaves nothing to its old owner', async () => {
        await store.runs.claim(claimOf());
        await store.runs.expireLeases({ expiredBeforeMs: T0 + HOUR, nowMs: T0 + HOUR });

        await expect(store.runs.claim(claimOf())).resolves.toMatchObject({
          held: false,
          by: { state: 'lost' },
        });
        await expect(store.runs.skip({ ...mine, reason: 'x' })).resolves.toBe(false);
      });

      it('of two at once gives each slot to one', async () => {
        const second = await opened.again();
        for (let n = 0; n < 5; n += 1) await store.runs.claim(claimOf({ slotAtMs: T0 + n }));
        const ask = { expiredBeforeMs: T0 + HOUR, nowMs: T0 + HOUR };

        const both = await Promise.all([store.runs.expireLeases(ask), second.runs.expireLeases(ask)]);

        expect(
          both
            .flat()
            .map(({ slotAtMs }) => slotAtMs - T0)
            .toSorted((a, b) => a - b),
        ).toEqual([0, 1, 2, 3, 4]);
        await second.close();
      });
    });

    it('shows the running slot of one canary at once and to every process', async () => {
      const second = await opened.again();
      await store.runs.claim(claimOf());
      await second.runs.claim(claimOf({ slotAtMs: T0 + MINUTE, owner: 'other' }));
      await store.runs.claim(claimOf({ canary: 'b' }));

      for (const one of [store, second]) {
        const running = bySlot(await one.runs.running('a'));
        expect(running.map(({ slotAtMs, owner }) => [slotAtMs - T0, owner])).toEqual([
          [0, 'me'],
          [MINUTE, 'other'],
        ]);
      }
      await second.close();
    });

    it('shows what must still be folded, the oldest first, until it was', async () => {
      const result = resultOf({ canary: 'a', slotAtMs: T0 });
      await store.runs.claim(claimOf({ slotAtMs: T0 + 3 * MINUTE })); // still running
      await store.runs.skipMissed({
        canary: 'b',
        slotAtMs: T0 + MINUTE,
        state: 'missed',
        reason: '',
        count: 2,
        nowMs: T0,
      });
      await store.runs.skipMissed({
        canary: 'c',
        slotAtMs: T0,
        state: 'skipped',
        reason: '',
        count: 1,
        nowMs: T0,
      });
      await store.runs.claim(claimOf());
      await store.runs.commit({ ...mine, result });

      const [first, second, ...more] = await store.runs.unapplied();
      expect(more).toEqual([]);
      expect(first).toMatchObject({ canary: 'a', slotAtMs: T0, state: 'done', result });
      expect(second).toMatchObject({ canary: 'b', state: 'missed', count: 2 });

      await store.runs.markApplied({ canary: 'a', slotAtMs: T0 });
      await store.runs.markApplied({ canary: 'a', slotAtMs: T0 });
      await store.runs.markApplied({ canary: 'a', slotAtMs: T0 + 3 * MINUTE }); // not over
      await store.runs.markApplied({ canary: 'z', slotAtMs: T0 }); // not there
      expect((await store.runs.unapplied()).map(({ canary }) => canary)).toEqual(['b']);
      expect(await recordOf()).toMatchObject({ state: 'done', applied: true });
      expect(await recordOf(T0 + 3 * MINUTE)).toMatchObject({ state: 'running', applied: false });
      expect(await historyOf('z')).toEqual([]);
    });

    it('keeps runs that count for no slot, each once', async () => {
      const one = resultOf({
        canary: 'a',
        runId: runIdOf(1),
        slotAtMs: T0 + 0.7,
        verdict: 'error',
        blame: 'observer',
      });
      const two = resultOf({ canary: 'a', runId: runIdOf(2), slotAtMs: T0 });

      for (const result of [one, two, one]) await store.runs.keep(result);

      expect(await store.runs.result(one.runId)).toEqual(one);
      expect(await store.runs.result(runIdOf(3))).toBeUndefined();
      expect(
        (await historyOf('a')).map(({ what, atMs, run }) => [what, atMs, run?.runId, run?.blame]),
      ).toEqual([
        ['extra', T0, two.runId, undefined],
        ['extra', T0, one.runId, 'observer'],
      ]);
      expect(await historyOf()).toHaveLength(2);
      expect(await store.runs.unapplied()).toEqual([]);
      await expect(store.runs.claim(claimOf())).resolves.toMatchObject({ held: true });
    });

    it('pages through history, newest first, without a gap or a repetition', async () => {
      for (const canary of ['a', 'b', 'c']) {
        await store.runs.advance({ canary, toMs: T0 });
        for (let n = 0; n < 4; n += 1)
          await store.runs.skipMissed({
            canary,
            slotAtMs: T0 + n * MINUTE,
            state: 'missed',
            reason: `${n}`,
            count: 1,
            nowMs: T0,
          });
        for (const id of [1, 2])
          await store.runs.keep(
            resultOf({ canary, slotAtMs: T0 + MINUTE, runId: runIdOf(canary.charCodeAt(0) * 10 + id) }),
          );
      }

      for (const canary of [undefined, 'b']) {
        const whole = await historyOf(canary);
        expect(whole).toHaveLength(canary === undefined ? 18 : 6);
        expect(whole.map(({ atMs }) => atMs)).toEqual(
          whole.map(({ atMs }) => atMs).toSorted((a, b) => b - a),
        );
        for (const most of [1, 2, 5, 100]) {
          const paged: HistoryEntry[] = [];
          let page = await pageOf();
          for (; page.length > 0 && paged.length < whole.length; page = await pageOf()) paged.push(...page);
          expect(page).toEqual([]);
          expect(paged).toEqual(whole);

          async function pageOf() {
            const after = paged.at(-1);
            return store.runs.history({
              most,
              ...(canary === undefined ? {} : { canary }),
              ...(after === undefined ? {} : { after: placeOf(after) }),
            });
          }
        }
      }
    });

    it('finds the runs of a period by the first digits of their ids, newest first', async () => {
      const kept = async (canary: string, slotAtMs: number, runId: string): Promise<void> =>
        store.runs.keep(
          resultOf({ canary, slotAtMs, startedAtMs: slotAtMs, runId: runId.padEnd(32, '0') as RunId }),
        );
      await store.runs.advance({ canary: 'a', toMs: T0 });
      await store.runs.claim(claimOf());
      await store.runs.commit({
        ...mine,
        result: resultOf({ canary: 'a', slotAtMs: T0, runId: 'abc1'.padEnd(32, '0') as RunId }),
      });
      await kept('b', T0 + MINUTE, 'abc2');
      await kept('a', T0 + 2 * MINUTE, 'abd');
      await kept('a', T0 + 3 * MINUTE, 'abc3');
      await store.runs.claim(claimOf({ slotAtMs: T0 + MINUTE }));
      const found = async (prefix: string, more: Partial<RunIdAsk> = {}): Promise<readonly string[]> => {
        const all = { afterMs: 0, beforeMs: T0 + HOUR, most: 9 };
        return (await store.runs.runsWithId({ prefix, ...all, ...more })).map(
          ({ run }) => `${run?.runId.slice(0, 4)}`,
        );
      };

      expect(await found('abc')).toEqual(['abc3', 'abc2', 'abc1']);
      expect(await found('abc', { most: 2 })).toEqual(['abc3', 'abc2']);
      expect(await found('abc', { afterMs: T0, beforeMs: T0 + 3 * MINUTE })).toEqual(['abc2']);
      expect(await found('abc2'.padEnd(32, '0'))).toEqual(['abc2']);
      expect(await found('bc')).toEqual([]);
      expect(await found('abc', { beforeMs: T0 - 2 * KEPT })).toEqual([]);
      clock.ms = T0 + KEPT + MINUTE;
      expect(await found('abc')).toEqual(['abc3']);
    });

    it('forgets what is old and settled, and nothing else', async () => {
      const result = resultOf({ canary: 'a', slotAtMs: T0, startedAtMs: T0 });
      await store.runs.advance({ canary: 'a', toMs: T0 });
      await store.runs.claim(claimOf());
      await store.runs.commit({ ...mine, result });
      await store.runs.markApplied({ canary: 'a', slotAtMs: T0 });
      await store.runs.keep(resultOf({ canary: 'a', slotAtMs: T0, startedAtMs: T0, runId: runIdOf(2) }));
      await store.runs.claim(claimOf({ slotAtMs: T0 + 1 }));
      await store.runs.skipMissed({
        canary: 'a',
        slotAtMs: T0 + 2,
        state: 'missed',
        reason: '',
        count: 1,
        nowMs: T0,
      });

      clock.ms = T0 + KEPT - 1;
      expect(await historyOf()).toHaveLength(4);
      clock.ms = T0 + KEPT + 3;
      expect(await historyOf()).toEqual([]);
      expect(await store.runs.result(result.runId)).toBeUndefined();
      const lost = await store.runs.expireLeases({ expiredBeforeMs: clock.ms, nowMs: clock.ms });

      expect(lost.map(({ slotAtMs }) => slotAtMs)).toEqual([T0 + 1]);
      expect((await store.runs.unapplied()).map(({ slotAtMs }) => slotAtMs - T0)).toEqual([1, 2]);
      expect(await store.runs.watermark('a')).toBe(T0);
    });

    describe('a watermark', () => {
      it('is the highest that was ever set, in whatever order', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.integer({ min: 0, max: 2 ** 43 }), { minLength: 1, maxLength: 8 }),
            fc.uuid(),
            async (moments, canary) => {
              await expect(store.runs.watermark(canary)).resolves.toBeUndefined();
              const half = Math.floor(moments.length / 2);
              for (const toMs of moments.slice(0, half)) await store.runs.advance({ canary, toMs });
              await Promise.all(
                moments.slice(half).map(async (toMs) => store.runs.advance({ canary, toMs })),
              );

              await expect(store.runs.watermark(canary)).resolves.toBe(Math.max(...moments));
            },
          ),
          { numRuns: sequences },
        );
      });
    });

    it('keeps by which schedule a watermark was planned', async () => {
      const { runs } = store;
      await runs.advance({ canary: 'a', toMs: 5, schedule: 'hourly' });
      await runs.advance({ canary: 'a', toMs: 9 });
      expect((await runs.planning()).watermarks).toEqual(new Map([['a', { toMs: 9, schedule: 'hourly' }]]));
      await runs.advance({ canary: 'a', toMs: 9, schedule: 'daily' });

      expect((await runs.planning()).watermarks).toEqual(new Map([['a', { toMs: 9, schedule: 'daily' }]]));
    });

    it('settles what a tick made of several canaries, each up to where another tick was first', async () => {
      const { runs } = store;
      const row = { state: 'missed', reason: 'late', nowMs: T0 } as const;
      await runs.skipMissed({ canary: 'b', slotAtMs: T0 + 1, count: 3, ...row });
      await runs.claim(claimOf({ slotAtMs: T0 - 1 }));
      const askOf = (canary: string) => ({
        canary,
        omitted: [0, 1, 2].map((n) => ({ canary, slotAtMs: T0 + n, count: 1, ...row })),
        advance: { canary, toMs: T0 + 2, schedule: 'hourly' },
      });

      const settled = await runs.settle([askOf('a'), askOf('b'), { canary: 'c', omitted: [] }]);
      const again = await runs.settle([askOf('a')]);

      expect(settled).toEqual([
        { kind: 'settled' },
        { kind: 'overtaken', slotAtMs: T0 + 1, count: 3 },
        { kind: 'settled' },
      ]);
      expect(again).toEqual([{ kind: 'settled' }]);
      const { watermarks, running } = await runs.planning();
      expect(watermarks).toEqual(new Map([['a', { toMs: T0 + 2, schedule: 'hourly' }]]));
      expect(running.map(({ canary, slotAtMs }) => [canary, slotAtMs])).toEqual([['a', T0 - 1]]);
      expect((await runs.history({ canary: 'b', most: 9 })).map(({ atMs }) => atMs)).toEqual([T0 + 1, T0]);
    });

    describe('what is kept', () => {
      it.each<{ title: string; data: Json }>([
        { title: 'letters of all sorts', data: 'żółć — 日本語 🐤 \u0000 \u2028 \ud800 "\\' },
        { title: 'nothing', data: [null, '', [], {}, false, 0] },
        {
          title: 'numbers at the edge',
          data: [Number.MAX_SAFE_INTEGER, 5e-324, 1.7976931348623157e308, -1.5],
        },
        {
          title: 'numbers that no double holds',
          data: parseJson('[9007199254740993,{"a":1234567890123456.78},0.30000000000000001,1e400]'),
        },
        {
          title: 'names that objects know already',
          data: JSON.parse('{"__proto__":1,"constructor":{"x":2},"":3}') as Json,
        },
        { title: 'five hundred levels', data: nested(500) },
        { title: 'a hundred thousand letters', data: 'ä'.repeat(100_000) },
      ])('comes back as it was: $title', async ({ data }) => {
        const result = resultOf({ canary: 'a', steps: [stepResultOf({ evidence: [evidenceOf(data)] })] });
        const state = stateOf({ alert: { ...QUIET, odd: data } as AlertState });

        await store.runs.keep(result);
        await store.alerts.save(state, 0);

        expect(JSON.stringify(await store.runs.result(result.runId))).toBe(JSON.stringify(result));
        expect(JSON.stringify(await store.alerts.load('a'))).toBe(JSON.stringify(state));
      });

      it('comes back as it was: any JSON', async () => {
        let n = 100;
        await fc.assert(
          fc.asyncProperty(fc.jsonValue(), async (data) => {
            n += 1;
            const steps = [stepResultOf({ evidence: [evidenceOf(data as Json)] })];
            const result = resultOf({ canary: 'a', runId: runIdOf(n), steps });
            await store.runs.keep(result);

            expect(JSON.stringify(await store.runs.result(result.runId))).toBe(JSON.stringify(result));
          }),
          { numRuns: sequences },
        );
      });

      it('loses evidence where it is too large, and says so', async () => {
        const huge = Array.from({ length: 40 }, (_, n) =>
          stepResultOf({ stepId: `s${n}`, evidence: [evidenceOf('🐤'.repeat(50_000))] }),
        );
        const result = resultOf({ canary: 'a', slotAtMs: T0, steps: huge });
        await store.runs.claim(claimOf());
        await store.runs.commit({ ...mine, result });

        const kept = (await store.runs.result(result.runId)) as RunResult;
        expect(kept).toMatchObject({ runId: result.runId, verdict: 'passed', truncated: true });
        expect(kept.steps).toHaveLength(40);
        expect(kept.steps[0]?.evidence).toEqual([{ ...evidenceOf(null), truncated: [''] }]);
        expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(MOST_RESULT_BYTES);
      });
    });

    describe('an alert state', () => {
      it('is written over the version it is based on, and no other', async () => {
        await expect(store.alerts.load('a')).resolves.toBeUndefined();
        await expect(store.alerts.save(stateOf({ version: 2 }), 1)).resolves.toBe(false);
        await expect(store.alerts.save(stateOf({ version: 1, writer: 'w1' }), 0)).resolves.toBe(true);
        await expect(store.alerts.save(stateOf({ version: 1, writer: 'w2' }), 0)).resolves.toBe(false);
        await expect(store.alerts.save(stateOf({ version: 2, writer: 'w3' }), 1)).resolves.toBe(true);
        await expect(store.alerts.save(stateOf({ version: 2, writer: 'w4' }), 1)).resolves.toBe(false);
        await expect(store.alerts.load('a')).resolves.toEqual(stateOf({ version: 2, writer: 'w3' }));
        await expect(store.alerts.save(stateOf({ version: 4 }), 2)).rejects.toThrow(RangeError);
      });

      it('that was written already by the same writer is true again, for the answer may have been lost', async () => {
        const state = stateOf({ version: 1, writer: 'w1' });
        await store.alerts.save(state, 0);

        await expect(store.alerts.save(state, 0)).resolves.toBe(true);
        await expect(store.alerts.save({ ...state, writer: 'w2' }, 0)).resolves.toBe(false);
      });

      it('is won by one of many who write at once', async () => {
        const second = await opened.again();
        const saved = await Promise.all(
          Array.from({ length: 10 }, async (_, n) =>
            (n % 2 === 0 ? store : second).alerts.save(stateOf({ writer: `w${n}` }), 0),
          ),
        );

        expect(saved.filter(Boolean)).toHaveLength(1);
        expect((await second.alerts.load('a'))?.writer).toBe(`w${saved.indexOf(true)}`);
        await second.close();
      });

      it('is found by its notices, once the earliest of them is due', async () => {
        const later = pendingOf({ nextAttemptAtMs: T0 + 2 * MINUTE });
        const leased = pendingOf({
          nextAttemptAtMs: T0,
          lease: { owner: 'x', fence: 1, untilMs: T0 + MINUTE },
        });
        await store.alerts.save(
          stateOf({ canary: 'a', outbox: [later, pendingOf({ nextAttemptAtMs: T0 })] }),
          0,
        );
        await store.alerts.save(stateOf({ canary: 'b', outbox: [later] }), 0);
        await store.alerts.save(stateOf({ canary: 'c', outbox: [leased] }), 0);
        await store.alerts.save(stateOf({ canary: 'd' }), 0);
        const due = async (dueByMs: number) => (await store.alerts.withNotices(dueByMs)).toSorted();

        expect(await due(T0 - 1)).toEqual([]);
        expect(await due(T0)).toEqual(['a']);
        expect(await due(T0 + MINUTE)).toEqual(['a', 'c']);
        expect(await due(T0 + 2 * MINUTE)).toEqual(['a', 'b', 'c']);

        await store.alerts.save(stateOf({ canary: 'a', version: 2 }), 1);
        expect(await due(T0 + HOUR)).toEqual(['b', 'c']);

        const lastNotified = { incident: 'd@x#target1' } as NonNullable<StreamState['lastNotified']>;
        const eventful = { ...QUIET, target: { ...QUIET.target, lastNotified: lastNotified } };
        await store.alerts.save(stateOf({ canary: 'd', version: 2, alert: eventful }), 1);
        expect(await due(T0 - 1)).toEqual(['d']);
        await store.alerts.save(stateOf({ canary: 'd', version: 3 }), 2);
        expect(await due(T0 - 1)).toEqual([]);
        expect(
          (await store.alerts.all()).map(({ canary, version }) => `${canary}${version}`).toSorted(),
        ).toEqual(['a2', 'b1', 'c1', 'd3']);
      });
    });

    it('gives a lease to one owner, until it is dropped or over', async () => {
      const second = await opened.again();
      const take = async (owner: string, nowMs: number, from = store) =>
        from.leases.take({ name: 'runner', owner, nowMs, forMs: MINUTE });

      await expect(take('anna', T0)).resolves.toEqual({ held: true });
      await expect(take('anna', T0 + 1)).resolves.toEqual({ held: true });
      const byAnna = { held: false, by: 'anna', untilMs: T0 + 1 + MINUTE };
      await expect(take('ben', T0 + MINUTE, second)).resolves.toEqual(byAnna);
      await second.leases.drop({ name: 'runner', owner: 'ben' });
      await expect(take('ben', T0 + MINUTE + 1, second)).resolves.toEqual(byAnna);
      await expect(take('ben', T0 + MINUTE + 2, second)).resolves.toEqual({ held: true });
      await store.leases.drop({ name: 'runner', owner: 'anna' });
      await expect(take('anna', T0 + MINUTE + 3)).resolves.toEqual({
        held: false,
        by: 'ben',
        untilMs: T0 + 2 * MINUTE + 2,
      });
      await second.leases.drop({ name: 'runner', owner: 'ben' });
      await expect(take('anna', T0 + MINUTE + 3)).resolves.toEqual({ held: true });
      await expect(
        store.leases.take({ name: 'another', owner: 'ben', nowMs: T0, forMs: 1 }),
      ).resolves.toEqual({ held: true });
      await second.close();
    });

    it('gives a lease that a clock ahead took to one who asks for it even so', async () => {
      const take = async (owner: string, nowMs: number, evenAhead = false) =>
        store.leases.take({ name: 'ahead', owner, nowMs, forMs: MINUTE, evenAhead });
      const aheadMs = T0 + 5 * MINUTE;

      await take('anna', aheadMs);
      await expect(take('ben', T0, true)).resolves.toMatchObject({ held: false, by: 'anna' });
      await take('anna', aheadMs + 1);
      await expect(take('ben', T0)).resolves.toMatchObject({ held: false, by: 'anna' });
      await expect(take('ben', T0, true)).resolves.toEqual({ held: true });
      await expect(take('cleo', T0, true)).resolves.toEqual({
        held: false,
        by: 'ben',
        untilMs: T0 + MINUTE,
      });
    });

    attemptsContract({
      alerts: () => store.alerts,
      again: async () => opened.again(),
      clock: {
        set ms(ms: number) {
          clock.ms = ms;
        },
      },
      keptMs: KEPT,
    });

    statusContract({ store: () => store, sequences });

    describe('a cleanup list', () => {
      cleanupContract({ first: () => store.cleanups, again: async () => opened.again() });
    });

    it('answers a repeated call as if the lost one had not been made', async () => {
      const fault = fc.constantFrom<StoreFault>('none', 'lost', 'answerLost', 'throttled');
      await fc.assert(
        fc.asyncProperty(
          fc.array(deed(), { maxLength: 15 }),
          fc.array(fault, { minLength: 1 }),
          async (deeds, faults) => {
            const model = memoryStore({ clock, keptMs: KEPT });
            const fresh = await open({ clock, keptMs: KEPT });
            // Two calls of three go well, so that a deed of two calls is done in the end.
            const troubled = faultsBy(({ nth }) =>
              nth % 3 === 0 ? (faults[(nth / 3) % faults.length] as StoreFault) : 'none',
            );
            const answered = await applyAll(storeBehind(fresh.store, troubled), deeds.map(insisting));
            const seen = await look(fresh.store);
            await fresh.store.close();

            // A cleanup with a lost answer returns nothing; all later answers show its effect.
            const known = (await applyAll(model, deeds)).map((answer, n) =>
              isSweep(deeds[n]) ? answered[n] : answer,
            );
            expect(answered).toEqual(known);
            expect(seen).toEqual(await look(model));
          },
        ),
        { numRuns: sequences },
      );
    });

    it('answers every story as the store in memory does', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(deed(), { maxLength: 25 }), async (deeds) => {
          const model = memoryStore({ clock, keptMs: KEPT });
          const fresh = await open({ clock, keptMs: KEPT });
          const answered = await applyAll(fresh.store, deeds);
          await fresh.store.close();

          expect(answered).toEqual(await applyAll(model, deeds));
        }),
        { numRuns: sequences },
      );
    });
  });
}

/** An operation on a store, and its visible result. */
type Deed = (store: StateStore) => Promise<unknown>;

function deed(): fc.Arbitrary<Deed> {
  const slot = fc.record({ canary: fc.constantFrom('a', 'b'), slotAtMs: fc.constantFrom(T0, T0 + 1) });
  const owner = fc.constantFrom('x', 'y');
  const nowMs = fc.integer({ min: T0, max: T0 + 9 });
  const held = fc.record({ fence: fc.constantFrom(1, 2), owner, nowMs });
  return fc.oneof(
    fc.tuple(slot, owner, nowMs).map(
      ([key, who, now]): Deed =>
        async ({ runs }) =>
          runs.claim({ ...key, owner: who, nowMs: now, leaseUntilMs: now + 5 }),
    ),
    fc.tuple(slot, held, fc.constantFrom(1, 2)).map(
      ([key, mine, id]): Deed =>
        async ({ runs }) =>
          runs.commit({ ...key, ...mine, result: resultOf({ ...key, runId: runIdOf(id) }) }),
    ),
    fc.tuple(slot, held).map(
      ([key, mine]): Deed =>
        async ({ runs }) =>
          runs.skip({ ...key, ...mine, reason: 'r' }),
    ),
    fc.tuple(slot, nowMs, fc.constantFrom('missed', 'skipped')).map(
      ([key, now, state]): Deed =>
        async ({ runs }) =>
          runs.skipMissed({ ...key, state, reason: 'r', count: 3, nowMs: now }),
    ),
    nowMs.map(sweepAt),
    slot.map(
      (key): Deed =>
        async ({ runs }) =>
          runs.markApplied(key),
    ),
    slot.map(
      ({ canary }): Deed =>
        async ({ runs }) =>
          bySlot(await runs.running(canary)),
    ),
    fc.constant<Deed>(async ({ runs }) => bySlot(await runs.unapplied())),
    fc.tuple(slot, nowMs).map(
      ([{ canary }, toMs]): Deed =>
        async ({ runs }) =>
          runs.advance({ canary, toMs }),
    ),
    slot.map(
      ({ canary }): Deed =>
        async ({ runs }) => [await runs.history({ canary, most: 3 }), await runs.watermark(canary)],
    ),
    fc.tuple(fc.constantFrom(1, 2), owner, fc.nat({ max: 2 })).map(
      ([id, writer, basedOn]): Deed =>
        async ({ cleanups }) =>
          cleanups.save(entryOf({ runId: runIdOf(id), writer, version: basedOn + 1 }), basedOn),
    ),
    fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(1, 2)).map(
      ([id, version]): Deed =>
        async ({ cleanups }) => [
          await cleanups.remove({ runId: runIdOf(id), version }),
          await cleanups.due({ byMs: T0, most: 9 }),
        ],
    ),
    fc.tuple(slot, owner, fc.nat({ max: 2 })).map(
      ([{ canary }, writer, basedOn]): Deed =>
        async ({ alerts }) => [
          await alerts.save(stateOf({ canary, writer, version: basedOn + 1 }), basedOn),
          await alerts.load(canary),
        ],
    ),
  );
}

const SWEEPS = new WeakSet<Deed>();

function sweepAt(nowMs: number): Deed {
  const sweep: Deed = async ({ runs }) => bySlot(await runs.expireLeases({ expiredBeforeMs: nowMs, nowMs }));
  SWEEPS.add(sweep);
  return sweep;
}

function isSweep(one: Deed | undefined): boolean {
  return one !== undefined && SWEEPS.has(one);
}

/** The same operation, repeated until it succeeds. */
function insisting(one: Deed): Deed {
  return async (store) => {
    for (;;) {
      try {
        return await one(store);
      } catch (thrown) {
        if (!(thrown instanceof ObserverError)) throw thrown;
      }
    }
  };
}

/** All there is to see of two canaries. */
async function look({ runs, alerts }: StateStore): Promise<unknown> {
  const ofEach = async (canary: string) => ({
    history: await runs.history({ canary, most: 100 }),
    running: bySlot(await runs.running(canary)),
    watermark: await runs.watermark(canary),
    alert: await alerts.load(canary),
  });
  return { a: await ofEach('a'), b: await ofEach('b'), unapplied: bySlot(await runs.unapplied()) };
}

async function applyAll(store: StateStore, deeds: readonly Deed[]): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (const one of deeds) answers.push(await one(store));
  return answers;
}

function bySlot(records: readonly SlotRecord[]): readonly SlotRecord[] {
  return records.toSorted((a, b) => a.slotAtMs - b.slotAtMs || (a.canary < b.canary ? -1 : 1));
}

function claimRecord(): SlotRecord {
  return {
    canary: 'a',
    slotAtMs: T0,
    state: 'running',
    owner: 'me',
    fence: 1,
    leaseUntilMs: T0 + MINUTE,
    writtenAtMs: T0,
    count: 1,
    applied: false,
  };
}

function evidenceOf(data: Json) {
  return { kind: 'thing', id: 't', takenAtMs: T0, data };
}

function nested(levels: number): Json {
  let value: Json = 'bottom';
  for (let n = 0; n < levels; n += 1) value = n % 2 === 0 ? [value] : { in: value };
  return value;
}

function stateOf(more: Partial<CanaryState> = {}): CanaryState {
  return { canary: 'a', version: 1, writer: 'w', alert: QUIET, outbox: [], ...more };
}

function pendingOf(more: Partial<PendingNotice>): PendingNotice {
  return {
    id: 'n:team',
    channel: 'team',
    notice: {} as PendingNotice['notice'],
    createdAtMs: T0,
    attempts: 0,
    nextAttemptAtMs: T0,
    ...more,
  };
}
