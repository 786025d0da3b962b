import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import { type RunId, setupIdOf } from '../../../runner/core/base/run-id.ts';
import {
  foreignRunIn,
  namesItsOwn,
  needsOfCleanup,
} from '../../../runner/core/cleanup/cleanup-dependencies.ts';
import {
  afterAttempt,
  isForgotten,
  isGivenUp,
  leaseValid,
  MOST_TRIES,
  overAtMs,
} from '../../../runner/core/cleanup/pending-cleanups.ts';
import { entryOf } from '../../adapters/cleanup-contract.ts';
import { actStep } from '../../support/run/builders.ts';

const T0 = 1_700_000_000_000;
const DAY = 24 * 3_600_000;

describe('what cleanup needs of a run', () => {
  it('is the vars and the saved names that its steps mention, through other vars too', () => {
    const vars = { api: 'https://${host}', host: '${env:HOST}', id: '${order.id}', unused: 'x' };
    const steps = [
      actStep('a', { input: { request: 'DELETE ${api}/${id}' }, response: { body: '${note}' } }),
      actStep('b', { input: { key: 'k/${run.id}/${env.region}/${secret:s}' } }),
    ];

    const needs = needsOfCleanup(steps, vars);

    expect(needs.vars).toEqual({ api: vars.api, host: vars.host, id: vars.id });
    expect([...needs.saved].toSorted()).toEqual(['note', 'order']);
  });
});

describe('a run’s own', () => {
  const vars = {
    key: 'x/${made}',
    made: { $uuid: {} },
    day: { $now: {} },
    sku: { $pick: ['a'] },
    plain: 'y',
  };

  it.each<[Json, boolean]>([
    ['canary/${run.id}.json', true],
    [{ key: '${run.correlationId}' }, true],
    ['${run.shortId}', true],
    ['${run.startedAt}', false],
    ['orders/${orderId}', true],
    ['${key}', true],
    ['${made}', true],
    ['${day}/${sku}/${plain}', false],
    ['${env.name}/${canary.name}', false],
    ['${env:KEY}', false],
    ['constant', false],
    [null, false],
  ])('is what holds one of its ids: %j', (named, own) => {
    expect(namesItsOwn(named, { vars, generated: true })).toBe(own);
  });

  it('is not what was generated as for an earlier run', () => {
    expect(namesItsOwn('${made}', { vars, generated: false })).toBe(false);
  });

  it('is not what holds the id of another run; other ids of that length are no runs', () => {
    const own = '6553f1004bf92f3577b34da6a3ce929d' as RunId;
    const other = '6553f1014bf92f3577b34da6a3ce929d';

    expect(foreignRunIn({ key: `a/${own}` }, own)).toBeUndefined();
    expect(foreignRunIn({ key: `a/${setupIdOf(own)}` }, own)).toBeUndefined();
    expect(foreignRunIn({ key: `a/canary-${other}` }, own)).toBe(other);
    expect(foreignRunIn([`1-${other.slice(0, 8)}-${other.slice(8)}`], own)).toBe(other);
    expect(foreignRunIn('0123456789abcdef0123456789abcdef', own)).toBeUndefined();
  });
});

describe('an entry of the cleanup list', () => {
  const left = { steps: [actStep('b')], saves: { id: 1 }, reason: 'refused', unrecoverable: false };

  it('is of a run that is over when its time, its cleanup’s, and what clocks may differ by have passed', () => {
    const dueAtMs = overAtMs(T0, 90_000);

    expect(dueAtMs).toBe(T0 + 90_000 + 10_000 + 30_000);
    expect(leaseValid(entryOf({ dueAtMs }), T0 + 99_999)).toBe(true);
    expect(leaseValid(entryOf({ dueAtMs }), T0 + 100_000)).toBe(false);
  });

  it('holds what is left, and waits twice as long after each try, an hour at most, until it is given up', () => {
    let entry = entryOf({ awaited: ['x'], heldUntilMs: T0 });
    const waits = [];
    while (!isGivenUp(entry)) {
      entry = afterAttempt(entry, left, T0);
      waits.push((entry.dueAtMs - T0) / 60_000);
    }

    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, (30 * DAY) / 60_000]);
    expect(entry).toMatchObject({ steps: left.steps, saves: { id: 1 }, awaited: [], tries: MOST_TRIES });
    expect(entry).not.toHaveProperty('heldUntilMs');
    expect(entry.version).toBe(1 + MOST_TRIES);
  });

  it('is given up at once where another try would end the same', () => {
    const entry = afterAttempt(entryOf({ tries: 1 }), { ...left, unrecoverable: true }, T0);

    expect(isGivenUp(entry)).toBe(true);
    expect(isGivenUp(afterAttempt({ ...entry, tries: 99 }, { ...left, unrecoverable: true }, T0))).toBe(true);
  });

  it('is forgotten a month after its run, where it was kept on purpose', () => {
    const kept = entryOf({ kept: true });

    expect(isForgotten(kept, T0 + 30 * DAY - 1)).toBe(false);
    expect(isForgotten(kept, T0 + 30 * DAY)).toBe(true);
  });

  it('is forgotten a month after its run, where it was given up, and not before', () => {
    const entry = entryOf({ tries: MOST_TRIES });

    expect(isForgotten(entry, T0 + 30 * DAY - 1)).toBe(false);
    expect(isForgotten(entry, T0 + 30 * DAY)).toBe(true);
    expect(isForgotten({ ...entry, tries: 0 }, T0 + 90 * DAY)).toBe(false);
    expect(afterAttempt(entry, left, T0 + 90 * DAY).dueAtMs).toBe(T0 + 90 * DAY + 3_600_000);
  });
});
