import { describe, expect, it } from '@jest/globals';
import type { CleanupEntry } from '../../runner/core/cleanup/pending-cleanups.ts';
import { NO_PROJECT } from '../../runner/core/model/project.ts';
import type { StateStore } from '../../runner/core/store/ports.ts';
import { type SweepResult, sweepEntry } from '../../runner/engine/cleanup/sweep.ts';
import type { Engine } from '../../runner/engine/engine.ts';
import { runCanary } from '../../runner/engine/run/run-canary.ts';
import { entryOf, OWNER } from '../adapters/cleanup-contract.ts';
import { Account } from '../support/aws/account.ts';
import { actStep, canaryOf, expectStep, runIdOf } from '../support/run/builders.ts';
import { ManualClock } from '../support/run/manual-clock.ts';
import { RunHarness } from '../support/run/run-harness.ts';
import { storeBehind } from '../support/store/faulty-store.ts';
import { memoryStore } from '../support/store/memory-store.ts';

const T0 = 1_700_000_000_000;
const LATER = T0 + 10 * 60_000;
const EVEN_LATER = LATER + 10 * 60_000;
const ENVIRONMENT = { name: 'default', vars: {} };
const EVERYTHING = { byMs: Number.MAX_SAFE_INTEGER, most: 99 };
const FOREIGN = ['k/foreign', 'ord_of_others', 'k/of-a-run-under-way'];

/** Everything that this canary makes is named by its run. */
const NAMED = canaryOf(
  {
    name: 'named',
    timeoutMs: 60_000,
    vars: { second: 'k2/${run.shortId}' },
    cleanup: [
      actStep('undo 1', { kind: 'remove', input: { key: 'k/${run.id}' } }),
      actStep('undo 2', { kind: 'cancel', input: { key: '${second}' } }),
      actStep('undo 3', { kind: 'remove', input: { key: 'k3/${run.correlationId}' } }),
    ],
  },
  expectStep('before', { save: { seen: 'thing.receipt' } }),
  actStep('make 1', { kind: 'make', input: { key: 'k/${run.id}' } }),
  expectStep('between'),
  actStep('make 2', { kind: 'make', input: { key: '${second}' } }),
  actStep('make 3', { kind: 'make', input: { key: 'k3/${run.correlationId}' } }),
);

/** The system names the thing that this one makes. */
const ORDERED = canaryOf(
  {
    name: 'ordered',
    timeoutMs: 60_000,
    cleanup: [
      actStep('cancel', { kind: 'cancel', input: { key: '${order.id}' } }),
      actStep('shred', { kind: 'remove', input: { key: '${receipt}' } }),
      actStep('undo', { kind: 'remove', input: { key: 'k/${run.id}' } }),
    ],
  },
  actStep('make', { kind: 'make', input: { key: 'k/${run.id}' } }),
  actStep('place', { kind: 'order', save: { order: 'response' } }),
  expectStep('receipt', { save: { receipt: 'thing.receipt' } }),
  actStep('again', { kind: 'make', input: { key: 'k/${run.id}' } }),
);

/** Death of a process, counted in its calls of ports and verbs. */
interface Kill {
  readonly call: number;
  readonly when: 'before' | 'after';
}

/** The list, three acts, and then not even the first step of cleanup. */
const BEFORE_CLEANUP: Kill = { call: 5, when: 'before' };

const NEVER: Kill = { call: 0, when: 'before' };

/** A process with a life of its own: from its death on, nothing that it calls arrives or is answered. */
function mortal({ call, when }: Kill, account: Account, store: StateStore, nowMs: number) {
  const { promise: death, resolve: die } = Promise.withResolvers<undefined>();
  const silence = new Promise<never>(() => {});
  let calls = 0;
  let isDead = false;
  const around = async <T>(apply: () => Promise<T>): Promise<T> => {
    if (isDead) return silence;
    calls += 1;
    const isLast = calls === call;
    if (isLast) isDead = true;
    const answer = isLast && when === 'before' ? undefined : await apply();
    if (!isLast && !isDead) return answer as T;
    die(undefined);
    return silence;
  };
  const harness = new RunHarness();
  harness.poll = () => [{ data: { receipt: 'receipt_1' } }];
  const engine: Engine = {
    ...harness.engine,
    clock: new ManualClock(nowMs),
    verbs: account.verbs(around),
    cleanups: { list: storeBehind(store, async (_, apply) => around(apply)).cleanups, owner: OWNER },
  };
  return { engine, death, calls: () => calls };
}

let sweepers = 0;

function sweeper(kill: Kill, account: Account, store: StateStore, nowMs: number) {
  sweepers += 1;
  const writer = `sweeper ${sweepers}`;
  const { engine, death, calls } = mortal(kill, account, store, nowMs);
  const { list } = engine.cleanups as NonNullable<Engine['cleanups']>;
  const { signal } = new AbortController();
  const of = { engine, list, project: NO_PROJECT, environment: ENVIRONMENT, signal };
  const sweepDue = async (): Promise<readonly SweepResult[]> => {
    const swept: (SweepResult | undefined)[] = [];
    for (const entry of await list.due({ byMs: engine.clock.nowMs(), most: 99 }))
      swept.push(await sweepEntry(entry, { ...of, writer }));
    return swept.filter((one) => one !== undefined);
  };
  return { swept: Promise.race([sweepDue(), death]), calls };
}

/** An account with things of others in it, and the entry of a run of another that is under way. */
async function begin() {
  const account = new Account();
  for (const thing of FOREIGN) account.things.add(thing);
  const store = memoryStore({ clock: { nowMs: () => T0 } });
  const steps = [actStep('undo', { kind: 'remove', input: { key: '${key}' } })];
  const theirs = { key: 'k/of-a-run-under-way' };
  await store.cleanups.save(
    entryOf({ runId: runIdOf(9), saves: theirs, steps, dueAtMs: EVEN_LATER + 3_600_000 }),
    0,
  );
  return { account, store };
}

async function runUntil(kill: Kill, canary: typeof NAMED, account: Account, store: StateStore) {
  const { engine, death, calls } = mortal(kill, account, store, T0);
  const request = { canary, project: NO_PROJECT, environment: ENVIRONMENT };
  const { signal } = new AbortController();
  const result = await Promise.race([runCanary({ ...request, signal }, engine), death]);
  return { result, calls: calls() };
}

/** The new things in the account. */
function leftIn(account: Account): readonly string[] {
  return [...account.things].filter((thing) => !FOREIGN.includes(thing));
}

async function entriesIn({ cleanups }: StateStore): Promise<readonly CleanupEntry[]> {
  return (await cleanups.due(EVERYTHING)).filter(({ runId }) => runId !== runIdOf(9));
}

describe('a run that is killed at any call to a port or a verb', () => {
  it.each(['before', 'after'] as const)(
    'leaves nothing once it was swept, where all that it makes is called by its run: killed %s the call',
    async (when) => {
      const { account, store } = await begin();
      const { result, calls } = await runUntil(NEVER, NAMED, account, store);
      expect(result?.verdict).toBe('passed');
      expect([leftIn(account), await entriesIn(store)]).toEqual([[], []]);

      let everLeft = 0;
      for (let call = 1; call <= calls; call += 1) {
        const one = await begin();
        await runUntil({ call, when }, NAMED, one.account, one.store);
        everLeft += leftIn(one.account).length;
        const early = await sweeper(NEVER, one.account, one.store, T0 + 30_000).swept;
        expect({ call, early }).toEqual({ call, early: [] });
        await sweeper(NEVER, one.account, one.store, LATER).swept;

        expect({ call, left: leftIn(one.account), entries: await entriesIn(one.store) }).toEqual({
          call,
          left: [],
          entries: [],
        });
        expect([...one.account.things]).toEqual(FOREIGN);
      }
      expect(calls).toBeGreaterThan(7);
      expect(everLeft).toBeGreaterThan(calls / 2);
    },
  );

  it.each(['before', 'after'] as const)(
    'leaves nothing unreported, if names come from the system: killed %s the call',
    async (when) => {
      const { account, store } = await begin();
      const { result, calls } = await runUntil(NEVER, ORDERED, account, store);
      expect(result?.verdict).toBe('passed');
      expect([leftIn(account), await entriesIn(store)]).toEqual([[], []]);

      const unreported: unknown[] = [];
      let named = 0;
      for (let call = 1; call <= calls; call += 1) {
        const one = await begin();
        await runUntil({ call, when }, ORDERED, one.account, one.store);
        const swept = (await sweeper(NEVER, one.account, one.store, LATER).swept) ?? [];
        const left = leftIn(one.account);
        const reported = swept.flatMap(({ steps }) => steps).filter(({ fate }) => fate === 'unnamed');
        if (left.length > reported.length) unreported.push({ call, left, told: reported });
        if (left.length === 0) named += 1;

        expect({ call, entries: await entriesIn(one.store) }).toEqual({ call, entries: [] });
        expect([...one.account.things].filter((thing) => FOREIGN.includes(thing))).toEqual(FOREIGN);
      }
      expect(unreported).toEqual([]);
      expect(named).toBeGreaterThan(calls / 2);
    },
  );
});

describe('a sweep that is killed at any call to a port or a verb', () => {
  it.each(['before', 'after'] as const)(
    'leaves the rest to the next, and nothing of others is touched: killed %s the call',
    async (when) => {
      let call = 0;
      for (let calls = 1; call <= calls; call += 1) {
        const { account, store } = await begin();
        await runUntil(BEFORE_CLEANUP, NAMED, account, store);
        expect(leftIn(account)).toHaveLength(3);
        const sweep = sweeper({ call, when }, account, store, LATER);
        await sweep.swept;
        if (call === 0) calls = sweep.calls();
        await sweeper(NEVER, account, store, EVEN_LATER).swept;

        expect({ call, left: leftIn(account), entries: await entriesIn(store) }).toEqual({
          call,
          left: [],
          entries: [],
        });
        expect([...account.things]).toEqual(FOREIGN);
      }
      expect(call).toBeGreaterThan(5);
    },
  );
});

describe('sweeps at once', () => {
  it('work on each entry one at a time', async () => {
    const { account, store } = await begin();
    await runUntil(BEFORE_CLEANUP, NAMED, account, store);

    const sweeps = Array.from({ length: 5 }, () => sweeper(NEVER, account, store, LATER).swept);
    const swept = (await Promise.all(sweeps)).flatMap((some) => some ?? []);

    expect(swept).toHaveLength(1);
    expect(account.taken).toHaveLength(3);
    expect(leftIn(account)).toEqual([]);
  });
});

describe('an entry that points at something of others', () => {
  const other = '6553f1014bf92f3577b34da6a3ce929d';
  it.each<{ title: string; more: Partial<CleanupEntry>; why: string }>([
    {
      title: 'by a constant',
      more: { steps: [actStep('undo', { kind: 'remove', input: { key: 'k/foreign' } })] },
      why: 'name is the same in every run',
    },
    {
      title: 'by a var',
      more: {
        vars: { key: 'k/foreign', day: { $now: {} } },
        steps: [actStep('undo', { kind: 'remove', input: { key: '${key}' } })],
      },
      why: 'name is the same in every run',
    },
    {
      title: 'by the id of another run',
      more: {
        saves: { key: `k/canary-${other}` },
        steps: [actStep('undo', { kind: 'remove', input: { key: '${key}' } })],
      },
      why: `belongs to the run ${other}`,
    },
    {
      title: 'in another region',
      more: {
        region: 'eu-west-1',
        steps: [actStep('undo', { kind: 'remove', input: { key: 'k/${run.id}' } })],
      },
      why: 'the run acted in eu-west-1, and its environment is in none of its own now',
    },
  ])('is refused, and given up: $title', async ({ more, why }) => {
    const { account, store } = await begin();
    account.things.add(`k/canary-${other}`);
    const runId = '6553f1004bf92f3577b34da6a3ce9200' as CleanupEntry['runId'];
    await store.cleanups.save(entryOf({ runId, seed: runId, ...more }), 0);

    const [swept] = (await sweeper(NEVER, account, store, LATER).swept) ?? [];

    expect(swept).toMatchObject({ clean: false, steps: [{ fate: 'refused' }], entry: { tries: 8 } });
    expect(swept?.reason).toContain(why);
    expect(account.taken).toEqual([]);
    expect([...account.things]).toEqual([...FOREIGN, `k/canary-${other}`]);
    expect(await entriesIn(store)).toHaveLength(1);
  });
});
