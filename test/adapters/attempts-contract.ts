import { describe, expect, it } from '@jest/globals';
import type { CanaryState } from '../../runner/core/alert/alert-state.ts';
import type { NoticeAttempt } from '../../runner/core/alert/notice-attempt.ts';
import { newAlertState } from '../../runner/core/alert/reduce.ts';
import type { AlertStore, LoggedAttempt, PageAsk } from '../../runner/core/store/ports.ts';
import { ABOUT } from '../support/alerts/alerts.ts';

const T0 = 1_700_000_000_000;

/** An attempt as tests make it. */
export function attemptOf(more: Partial<NoticeAttempt> = {}): NoticeAttempt {
  return {
    canary: 'a',
    atMs: T0,
    channel: 'pager',
    notice: 'a@k3v9#target1:opened:1',
    incident: 'a@k3v9#target1',
    stream: 'target',
    kind: 'opened',
    number: 1,
    result: 'refused',
    reason: "Channel 'pager' answered 503: ü \u0000 \u2028",
    address: 'f3a1',
    ...more,
  };
}

interface Logs {
  /** The alerts of the store that is put to the test. */
  alerts(): AlertStore;
  /** Opens the same state anew. */
  again(): Promise<{ readonly alerts: AlertStore; close(): Promise<void> }>;
  readonly clock: { ms: number };
  readonly keptMs: number;
}

/** The contract of every log of attempts to send notices. */
export function attemptsContract({ alerts, again, clock, keptMs }: Logs): void {
  describe('the log of attempts', () => {
    /** Every canary with attempts has a state. */
    const withState = async (canary: string): Promise<void> => {
      const state: CanaryState = {
        canary,
        version: 1,
        writer: 'w',
        alert: newAlertState('k3v9', ABOUT),
        outbox: [],
      };
      await alerts().save(state, 0);
    };
    const kept = async (ask: Partial<PageAsk> = {}): Promise<readonly (NoticeAttempt | undefined)[]> =>
      (await alerts().attempts({ most: 99, ...ask })).map(({ attempt }) => attempt);

    it('keeps each as it was, for every process', async () => {
      const second = await again();
      await withState('a');
      const { address: _, ...noAddress } = attemptOf({ atMs: T0 + 1, result: 'unclear' });

      await second.alerts.addAttempts([attemptOf(), noAddress]);
      await second.alerts.addAttempts([]);

      expect(await kept()).toEqual([noAddress, attemptOf()]);
      expect(await kept({ canary: 'a' })).toEqual([noAddress, attemptOf()]);
      expect(await kept({ canary: 'b' })).toEqual([]);
      await second.close();
    });

    it('keeps the first record of an attempt, and never changes it', async () => {
      await withState('a');
      await alerts().addAttempts([attemptOf()]);
      await alerts().addAttempts([attemptOf({ result: 'unclear' }), attemptOf({ number: 2 })]);

      expect((await kept()).map((one) => `${one?.number} ${one?.result}`).toSorted()).toEqual([
        '1 refused',
        '2 refused',
      ]);
    });

    it('holds those of runners too, whose names have a slash', async () => {
      await withState('@runner/pager');
      await alerts().addAttempts([attemptOf({ canary: '@runner/pager' })]);

      expect(await alerts().attempts({ most: 9 })).toMatchObject([
        { canary: '@runner/pager', atMs: T0, attempt: { canary: '@runner/pager' } },
      ]);
    });

    it('comes page by page, newest first, without a gap or a repetition', async () => {
      for (const canary of ['a', 'b', '@runner/pager']) {
        await withState(canary);
        const made = [0, 0, 1, 2, 2].map((ms, number) => attemptOf({ canary, atMs: T0 + ms, number }));
        await alerts().addAttempts(made);
      }

      for (const canary of [undefined, 'b', '@runner/pager']) {
        const ask = canary === undefined ? {} : { canary };
        const whole = await alerts().attempts({ ...ask, most: 99 });
        expect(whole).toHaveLength(canary === undefined ? 15 : 5);
        for (const most of [1, 2, 7]) {
          const paged: LoggedAttempt[] = [];
          for (let page = whole; page.length > 0 && paged.length <= whole.length; ) {
            const after = paged.at(-1);
            page = await alerts().attempts({ ...ask, most, ...(after === undefined ? {} : { after }) });
            paged.push(...page);
          }
          expect(paged).toEqual(whole);
        }
      }
    });

    it('forgets what is as old as history may be', async () => {
      await withState('a');
      await alerts().addAttempts([attemptOf(), attemptOf({ atMs: T0 + 1, number: 2 })]);

      clock.ms = T0 + keptMs;

      expect((await kept()).map((one) => one?.number)).toEqual([2]);
      expect((await kept({ canary: 'a' })).map((one) => one?.number)).toEqual([2]);
      await alerts().addAttempts([attemptOf({ atMs: T0 + 2, number: 3 })]);
      expect((await kept()).map((one) => one?.number)).toEqual([3, 2]);
    });
  });
}
