import { beforeEach, describe, expect, it } from '@jest/globals';
import { CLEANUP_ALERTS } from '../../../runner/core/alert/runner-alerts.ts';
import { DefinitionError, ObserverError, TargetError } from '../../../runner/core/base/errors.ts';
import { type CleanupEntry, MOST_TRIES } from '../../../runner/core/cleanup/pending-cleanups.ts';
import { redactorOf } from '../../../runner/core/redaction/redact.ts';
import { mayHaveLeft, sweepEntry } from '../../../runner/engine/cleanup/sweep.ts';
import { sweepFleet } from '../../../runner/engine/cleanup/sweep-fleet.ts';
import type { Engine } from '../../../runner/engine/engine.ts';
import type { FleetContext } from '../../../runner/engine/fleet-context.ts';
import { tick } from '../../../runner/engine/schedule/tick.ts';
import type { Verb } from '../../../runner/kinds/kind.ts';
import { entryOf, OWNER } from '../../adapters/cleanup-contract.ts';
import { actStep, runIdOf } from '../../support/run/builders.ts';
import { scheduled, TestFleet } from '../../support/run/fleet.ts';

const EVERYTHING = { byMs: Number.MAX_SAFE_INTEGER, most: 99 };
const DAY = 24 * 3_600_000;
const ONWARD = { signal: new AbortController().signal };

let fleet: TestFleet;
let asked: number;
beforeEach(() => {
  fleet = new TestFleet(scheduled('orders'));
  asked = 0;
});

function monitorOf(engine: Partial<Engine> = {}, more: Partial<FleetContext> = {}): FleetContext {
  const cleanups = { list: fleet.store.cleanups, owner: OWNER };
  return fleet.monitor({
    engine: { ...fleet.harness.engine, cleanups, ...engine },
    askSweep: async () => void (asked += 1),
    ...more,
  });
}

/** Records a run that died: its cleanup removes the thing named by its id, unless other steps are given. */
async function note(more: Partial<CleanupEntry> = {}): Promise<CleanupEntry> {
  const steps = [actStep('undo', { input: { key: 'k/${run.id}' } })];
  const entry = entryOf({ steps, dueAtMs: fleet.harness.clock.nowMs(), ...more });
  await fleet.store.cleanups.save(entry, 0);
  return entry;
}

const entries = async (): Promise<readonly CleanupEntry[]> => fleet.store.cleanups.due(EVERYTHING);
const acts = (): readonly string[] => fleet.harness.log.filter((line) => line.startsWith('act'));

describe('a sweep', () => {
  it('does nothing for a damaged entry, and does not call it clean', async () => {
    await note({ damaged: true });
    const [swept] = await sweepFleet(monitorOf(), ONWARD);

    expect(swept).toMatchObject({ clean: false, reason: 'its record in the state was damaged' });
    expect(acts()).toEqual([]);
  });

  it('does what is due, as the run would have, and takes it off the list', async () => {
    const inputs: unknown[] = [];
    fleet.harness.env = { TOKEN: 'the token' };
    fleet.harness.act = async (input, { runId, canary, sweeping }) => {
      inputs.push({ input, runId, canary, sweeping });
      return {};
    };
    const input = { key: '${made}/${order.id}', token: '${env:TOKEN}', second: '${run.startedAt}' };
    await note({
      vars: { made: { $uuid: {} } },
      saves: { order: { id: 'o1' } },
      steps: [actStep('undo', { input })],
    });
    await note({ runId: runIdOf(2), dueAtMs: fleet.harness.clock.nowMs() + 1 });

    const [swept, ...others] = await sweepFleet(monitorOf(), ONWARD);

    expect(others).toEqual([]);
    expect(swept).toMatchObject({ clean: true, steps: [{ fate: 'done' }] });
    expect(inputs).toEqual([
      {
        input: {
          key: expect.stringMatching(/^[0-9a-f-]{36}\/o1$/),
          token: 'the token',
          second: '2023-11-14T22:13:20Z',
        },
        runId: runIdOf(1),
        canary: 'orders',
        sweeping: true,
      },
    ]);
    expect(await entries()).toMatchObject([{ runId: runIdOf(2) }]);
    expect(fleet.harness.reported).toEqual([]);
  });

  it('does nothing where nothing is noted', async () => {
    const { cleanups: _, ...engine } = monitorOf().engine;

    await expect(sweepFleet(fleet.monitor({ engine }), ONWARD)).resolves.toEqual([]);
    await expect(sweepFleet(monitorOf(), ONWARD)).resolves.toEqual([]);
  });

  it('begins no other entry once it is to end', async () => {
    const ending = new AbortController();
    fleet.harness.act = async () => {
      ending.abort();
      return {};
    };
    await note();
    await note({ runId: runIdOf(2) });

    await sweepFleet(monitorOf(), { signal: ending.signal });

    expect(await entries()).toMatchObject([{ tries: 1 }, { runId: runIdOf(2), tries: 0 }].toReversed());
  });

  it('leaves an entry to the process that has claimed it', async () => {
    await note();
    const { cleanups: list } = fleet.store;
    const late = { ...list, save: async () => false };

    await expect(sweepFleet(monitorOf({ cleanups: { list: late, owner: OWNER } }), ONWARD)).resolves.toEqual(
      [],
    );
    expect(acts()).toEqual([]);
  });

  it('keeps what it could not do, and what a step has saved for it', async () => {
    fleet.harness.act = async (_, { stepId }) => {
      if (stepId === 'undo') throw new Error('in use: s3cr3t-s3cr3t');
      return { data: { ref: 'r1' } };
    };
    await note({
      steps: [
        actStep('find', { input: { key: '${run.id}' }, save: { ref: 'response.ref' } }),
        actStep('undo', { input: { key: '${ref}' } }),
        actStep('last', { input: { key: '${run.id}' } }),
      ],
    });

    const [swept] = await sweepFleet(monitorOf({ redactor: redactorOf(['s3cr3t-s3cr3t']) }), ONWARD);

    expect(swept).toMatchObject({ clean: false, reason: expect.stringContaining('in use: ***') });
    expect(swept?.steps.map(({ fate }) => fate)).toEqual(['done', 'failed', 'done']);
    const [left] = await entries();
    expect(left).toMatchObject({ saves: { ref: 'r1' }, tries: 1 });
    expect(left?.steps.map(({ id }) => id)).toEqual(['undo']);
    expect(left?.dueAtMs).toBe(fleet.harness.clock.nowMs() + 60_000);
    expect(JSON.stringify(left)).not.toContain('s3cr3t');
  });

  it('masks what a step signs in with', async () => {
    fleet.harness.act = async (input) => {
      throw new Error(`refused ${JSON.stringify(input)}`);
    };
    const input = { key: '${run.id}', auth: { bearer: 'key-of-the-file' } };
    await note({ steps: [actStep('undo', { input })] });

    const [swept] = await sweepFleet(monitorOf({}), ONWARD);

    expect(swept?.reason).toContain('refused');
    expect(JSON.stringify(swept?.steps)).not.toContain('key-of-the-file');
  });

  it.each([
    {
      title: 'refuses what is not there any more',
      thrown: new TargetError('409: cancelled before'),
      clean: true,
    },
    { title: 'is unavailable to us', thrown: new ObserverError('throttled'), clean: false },
  ])('for late effects of a run that cleaned up is clean: $clean, if the system $title', async (given) => {
    fleet.harness.act = async () => {
      throw given.thrown;
    };
    await note({ late: true });

    const [swept] = await sweepFleet(monitorOf(), ONWARD);

    expect(swept?.clean).toBe(given.clean);
    expect((await entries()).length).toBe(given.clean ? 0 : 1);
  });

  it('tries all of it again where a value from outside cannot be read', async () => {
    await note({ steps: [actStep('undo', { input: { key: '${run.id}${env:GONE}' } })] });
    const references = { read: async () => Promise.reject(new DefinitionError('There is no GONE.')) };

    const [swept] = await sweepFleet(monitorOf({ references }), ONWARD);

    expect(swept).toMatchObject({ clean: false, steps: [], reason: 'There is no GONE.' });
    expect(await entries()).toMatchObject([{ tries: 1, steps: [{ id: 'undo' }] }]);
  });

  it.each<{ title: string; gone?: Verb['isAbsent']; clean: boolean }>([
    { title: 'is done, where its verb says so', gone: () => true, clean: true },
    { title: 'is not done, where its verb says no', gone: () => false, clean: false },
    { title: 'is not done, where its verb knows of none', clean: false },
  ])('what is not there any more $title', async ({ gone, clean }) => {
    fleet.harness.act = async () => ({ data: { status: 404 } });
    const call = {
      ...(fleet.harness.engine.verbs['call'] as Verb),
      ...(gone === undefined ? {} : { isAbsent: gone }),
    };
    await note({ steps: [actStep('undo', { kind: 'call', input: { key: '${run.id}' } })] });

    const [swept] = await sweepFleet(monitorOf({ verbs: { call } }), ONWARD);

    expect(swept?.clean).toBe(clean);
    expect(await entries()).toHaveLength(clean ? 0 : 1);
  });

  it('says what may be there without a name, and what was never made', async () => {
    await note({
      vars: { id: '${order.id}' },
      awaited: ['order'],
      steps: [actStep('undo', { input: { key: '${id}' } }), actStep('shred', { input: { key: '${pdf}' } })],
    });

    const [swept] = await sweepFleet(monitorOf(), ONWARD);

    expect(swept?.steps.map(({ fate }) => fate)).toEqual(['unnamed', 'nothing']);
    expect(swept?.steps[0]?.result.reason).toContain(`look for canary-${runIdOf(1)}`);
    expect(swept !== undefined && mayHaveLeft(swept)).toBe(true);
    expect(await entries()).toEqual([]);
  });

  it('refuses what needs a value that was not kept, and what its own entry does not have', async () => {
    await note({
      withheld: ['token'],
      saves: { order: {} },
      steps: [
        actStep('undo', { input: { key: '${run.id}', token: '${token}' } }),
        actStep('cancel', { input: { key: '${order.id}' } }),
        actStep('odd', { kind: 'unheard-of', input: { key: '${run.id}' } }),
      ],
    });

    const [swept] = await sweepFleet(monitorOf(), ONWARD);

    expect(swept?.steps.map(({ fate, result }) => [fate, result.reason])).toEqual([
      ['refused', 'not done: it needs ${token}, which holds a secret and so was not kept'],
      ['failed', expect.stringContaining('${order.id} is not there')],
      ['failed', expect.stringContaining("no step kind 'unheard-of'")],
    ]);
    expect(await entries()).toMatchObject([{ tries: 1 }]);
  });

  it('refuses to look elsewhere than the run acted', async () => {
    await note({ region: 'eu-west-1' });
    await note({ runId: runIdOf(2) });
    const { fleet: of } = monitorOf();
    const environment = { ...of.environment, region: 'eu-central-1' };

    const swept = await sweepFleet(monitorOf({}, { fleet: { ...of, environment } }), ONWARD);

    expect(swept.map(({ reason }) => reason)).toEqual([
      'undo: not done: the run acted in eu-west-1, and its environment is in eu-central-1 now',
      'undo: not done: the run acted in no region of its own, and its environment is in eu-central-1 now',
    ]);
  });

  it('refuses to act in no region for a run that acted in one', async () => {
    await note({ region: 'eu-west-1' });

    const [swept] = await sweepFleet(monitorOf(), ONWARD);

    expect(swept?.reason).toBe(
      'undo: not done: the run acted in eu-west-1, and its environment is in none of its own now',
    );
  });

  it('refuses a thing that carries the id of another run', async () => {
    const other = runIdOf(2);
    await note({ steps: [actStep('undo', { input: { key: `\${run.id}/${other}` } })] });

    const [swept] = await sweepFleet(monitorOf(), ONWARD);

    expect(swept?.reason).toBe(`undo: not done: what it names belongs to the run ${other}`);
  });

  it('by hand does not move the time of the next', async () => {
    fleet.harness.act = async () => Promise.reject(new Error('in use'));
    const entry = await note({ tries: 2, dueAtMs: 5 });
    const { engine, fleet: of } = monitorOf();
    const given = { engine, list: fleet.store.cleanups, ...of, writer: 'anna', ...ONWARD };

    await sweepEntry(entry, { ...given, byHand: true });

    expect(await entries()).toMatchObject([
      { tries: 2, dueAtMs: 5, version: 3, reason: expect.stringContaining('in use') },
    ]);
  });
});

describe('what cannot be swept', () => {
  const refusing = async (): Promise<never> => Promise.reject(new Error('in use'));

  it('is reported to the operators once it was tried too often, and is not tried again', async () => {
    fleet.harness.act = refusing;
    await note({ tries: MOST_TRIES - 1 });

    await sweepFleet(monitorOf(), ONWARD);

    expect(fleet.words).toEqual([`pager opened ${CLEANUP_ALERTS}`]);
    expect(fleet.sent[0]?.notice.reason).toContain(runIdOf(1));
    expect(await fleet.store.cleanups.due({ byMs: fleet.harness.clock.nowMs() + DAY, most: 1 })).toEqual([]);
  });

  it('is reported before it is given up, so that a death in between loses no report', async () => {
    fleet.harness.act = refusing;
    await note({ tries: MOST_TRIES - 1 });
    const order: string[] = [];
    const { cleanups: list } = fleet.store;
    const save: typeof list.save = async (next, basedOn) => {
      order.push(`save ${next.tries}`);
      return list.save(next, basedOn);
    };
    fleet.send = async () => void order.push('tell');

    await sweepFleet(monitorOf({ cleanups: { list: { ...list, save }, owner: OWNER } }), ONWARD);

    expect(order).toEqual(['save 7', 'tell', 'save 8']);
  });

  it('is reported as over when it was handled by hand, and not before', async () => {
    fleet.harness.act = refusing;
    await note({ tries: MOST_TRIES - 1 });
    await sweepFleet(monitorOf(), ONWARD);
    await tick(monitorOf());
    expect(fleet.words).toEqual([`pager opened ${CLEANUP_ALERTS}`]);

    const [left] = await entries();
    await fleet.store.cleanups.remove(left as CleanupEntry);
    await tick(monitorOf());

    expect(fleet.words).toEqual([`pager opened ${CLEANUP_ALERTS}`, `pager closed ${CLEANUP_ALERTS}`]);
  });

  it('is forgotten after a month', async () => {
    const entry = await note({ tries: MOST_TRIES, startedAtMs: fleet.harness.clock.nowMs() - 30 * DAY });

    await expect(sweepFleet(monitorOf(), ONWARD)).resolves.toEqual([]);
    expect(acts()).toEqual([]);
    expect(await entries()).not.toContainEqual(entry);
  });
});

describe('a tick', () => {
  it('asks for a sweep where something is due, and only then', async () => {
    await note({ dueAtMs: fleet.harness.clock.nowMs() + 1 });
    await tick(monitorOf());
    expect(asked).toBe(0);

    await note({ runId: runIdOf(2) });
    await tick(monitorOf());

    expect(asked).toBe(1);
    expect(acts()).toEqual([]);
  });

  it('asks nothing if nothing is noted', async () => {
    await note();
    const { askSweep: _, ...idle } = monitorOf();

    expect((await tick(idle)).faults).toEqual([]);
    expect((await tick(fleet.monitor())).faults).toEqual([]);
    expect(asked).toBe(0);
  });

  it('goes on where the list cannot be read', async () => {
    const due = async () => Promise.reject(new Error('away'));
    const ticked = await tick(
      monitorOf({ cleanups: { list: { ...fleet.store.cleanups, due }, owner: OWNER } }),
    );

    expect(ticked.faults).toHaveLength(1);
    expect(ticked.nextWakeMs).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});
