import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import type { CleanupEntry } from '../../../runner/core/cleanup/pending-cleanups.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import { redactorOf } from '../../../runner/core/redaction/redact.ts';
import type { StateStore } from '../../../runner/core/store/ports.ts';
import type { Engine, RunRequest } from '../../../runner/engine/engine.ts';
import { OWNER } from '../../adapters/cleanup-contract.ts';
import { actStep, canaryOf, expectStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';
import { type Between, faultsBy, type StoreFault, storeBehind } from '../../support/store/faulty-store.ts';
import { memoryStore } from '../../support/store/memory-store.ts';

const EVERYTHING = { byMs: Number.MAX_SAFE_INTEGER, most: 9 };

let harness: RunHarness;
let store: StateStore;
/** The entries as they were written, one after another. */
let written: CleanupEntry[];
beforeEach(() => {
  harness = new RunHarness();
  store = memoryStore({ clock: harness.clock });
  written = [];
});

const writingDown: Between = async ({ method, asked }, apply) => {
  if (method === 'save') written.push(asked[0] as CleanupEntry);
  return apply();
};

interface Running extends Partial<RunRequest> {
  readonly between?: Between;
  readonly engine?: Partial<Engine>;
}

function run(canary: Parameters<RunHarness['run']>[0], more: Running = {}): Promise<RunResult> {
  const { between = async (_, apply) => apply(), engine, ...request } = more;
  const list = storeBehind(storeBehind(store, between), writingDown).cleanups;
  return harness.run(canary, { ...request, engine: { cleanups: { list, owner: OWNER }, ...engine } });
}

const entries = async (): Promise<readonly CleanupEntry[]> => store.cleanups.due(EVERYTHING);

const ORDER = canaryOf(
  { cleanup: [actStep('undo', { input: { id: '${id}' } })], timeoutMs: 60_000 },
  actStep('observe'),
  actStep('order', { save: { id: 'response.id', status: 'response.status' } }),
  expectStep('seen'),
);

describe('a run without cleanup', () => {
  it.each<{ title: string; canary: typeof ORDER; more?: Partial<RunRequest> }>([
    { title: 'has no cleanup', canary: { ...ORDER, cleanup: [] } },
    { title: 'does nothing', canary: { ...ORDER, steps: [expectStep('seen')] } },
    { title: 'is not meant for its environment', canary: { ...ORDER, only: ['prod'] } },
  ])('writes nothing: it $title', async ({ canary, more }) => {
    const between: Between = async () => Promise.reject(new Error('no call is made'));
    harness.act = async () => ({ data: { id: 'o1', status: 'NEW' } });
    harness.poll = () => [{}];

    await run(canary, { ...more, between });

    expect(written).toEqual([]);
  });
});

describe('a run with cleanup', () => {
  it('is noted as kept with keep, and stays noted, for a sweep by command', async () => {
    harness.act = async () => ({ data: { id: 'o1', status: 'NEW' } });
    harness.poll = () => [{}];

    await run(ORDER, { keep: true });

    expect(written.at(-1)).toMatchObject({ kept: true, saves: { id: 'o1' }, tries: 0 });
    const { startedAtMs = 0, dueAtMs } = written.at(-1) ?? {};
    expect(dueAtMs).toBe(startedAtMs + 30 * 24 * 3_600_000);
  });

  it('is noted before its first act, before what it saves can be lost, and no more than that', async () => {
    harness.act = async () => ({ data: { id: 'o1', status: 'NEW' } });
    harness.poll = () => [{}];

    const { verdict, runId } = await run(ORDER);

    expect(verdict).toBe('passed');
    expect(written.map(({ version, saves, awaited }) => ({ version, saves, awaited }))).toEqual([
      { version: 1, saves: {}, awaited: [] },
      { version: 2, saves: {}, awaited: ['id'] },
      { version: 3, saves: { id: 'o1' }, awaited: [] },
    ]);
    expect(written[0]).toMatchObject({
      runId,
      canary: 'test-canary',
      seed: runId,
      owner: OWNER,
      steps: ORDER.cleanup,
      dueAtMs: 1_700_000_000_000 + 60_000 + 40_000,
      tries: 0,
    });
    expect(await entries()).toEqual([]);
  });

  it('records the region in which it acts, and the run that its values are from', async () => {
    const seed = '6553f1004bf92f3577b34da6a3ce929d' as NonNullable<RunRequest['seed']>;
    await run(ORDER, { seed, environment: { name: 'default', region: 'eu-west-1', vars: {} } });

    expect(written[0]).toMatchObject({ seed, region: 'eu-west-1' });
  });

  it('leaves to a sweep what its own cleanup could not do, with why', async () => {
    harness.act = async (_, { stepId }) => {
      if (stepId === 'undo') throw new Error('it is in use: s3cr3t-s3cr3t');
      return { data: { id: 'o1', status: 'NEW' } };
    };
    harness.poll = () => [{}];
    const cleanup = [...ORDER.cleanup, actStep('undo 2'), actStep('undo 3', { input: { id: '${seen}' } })];
    await run({ ...ORDER, cleanup }, { engine: { redactor: redactorOf(['s3cr3t-s3cr3t']) } });

    const [left] = await entries();
    expect(left).toMatchObject({ steps: ORDER.cleanup, saves: { id: 'o1' }, tries: 1 });
    expect(left?.reason).toContain('it is in use: ***');
    expect(left?.dueAtMs).toBe(harness.clock.nowMs() + 60_000);
  });

  it('keeps no value that holds a secret', async () => {
    const data: Json = { id: { token: 's3cr3t-s3cr3t' }, status: 'NEW' };
    harness.act = async () => ({ data });
    harness.poll = () => [{}];

    await run(ORDER, { engine: { redactor: redactorOf(['s3cr3t-s3cr3t']) } });

    expect(JSON.stringify(written)).not.toContain('s3cr3t');
    expect(written.at(-1)).toMatchObject({ saves: {}, withheld: ['id'] });
  });
});

describe('a run that did not pass', () => {
  const red = (): void => {
    harness.act = async () => ({ data: { id: 'o1', status: 'NEW' } });
    harness.poll = () => [];
  };

  it('leaves its cleanup to be done again in five minutes: effects may come late', async () => {
    red();
    const seen = expectStep('seen', { withinMs: 1_000 });

    const { verdict } = await run({ ...ORDER, steps: [...ORDER.steps.slice(0, 2), seen] });

    expect(verdict).toBe('failed');
    expect(await entries()).toMatchObject([
      {
        steps: ORDER.cleanup,
        saves: { id: 'o1' },
        late: true,
        tries: 0,
        dueAtMs: harness.clock.nowMs() + 5 * 60_000,
      },
    ]);
  });

  it('leaves no step that a sweep would refuse, or for which it lacks a value', async () => {
    red();
    const cleanup = [
      actStep('constant', { input: { key: 'the same in every run' } }),
      actStep('generated', { input: { key: '${ticket}' } }),
      actStep('unsaved', { input: { key: '${seen}' } }),
      actStep('secret', { input: { key: '${id}', auth: { bearer: '${status}' } } }),
    ];
    const seen = expectStep('seen', { withinMs: 1_000, save: { seen: 'thing.id' } });
    const canary = { ...ORDER, vars: { ticket: { $uuid: {} } }, cleanup };
    harness.act = async () => ({ data: { id: 'o1', status: 'token-0123456789' } });

    await run({ ...canary, steps: [...ORDER.steps.slice(0, 2), seen] });
    expect((await entries()).map(({ steps }) => steps.map(({ id }) => id))).toEqual([['generated']]);

    await run({ ...canary, cleanup: cleanup.slice(0, 1), steps: [...ORDER.steps.slice(0, 2), seen] });
    expect(await entries()).toHaveLength(1);
  });

  it('leaves what it did if it is interrupted, too', async () => {
    red();
    const ending = new AbortController();
    harness.after(500, () => ending.abort(new Error('enough')));

    await run(ORDER, { signal: ending.signal });

    expect(await entries()).toMatchObject([{ late: true }]);
  });
});

describe('a run that cannot be noted', () => {
  const failing =
    (choose: (nth: number) => StoreFault): Between =>
    async (call, apply) =>
      faultsBy(({ nth }) => choose(nth))(call, apply);

  it('does not act, and says why', async () => {
    const result = await run(ORDER, { between: failing(() => 'throttled') });

    expect(result).toMatchObject({ verdict: 'error', steps: [{ blame: 'observer' }, {}, {}] });
    expect(result.steps[0]?.reason).toContain('so the step was not done');
    expect(result.steps[0]?.reason).toContain('The store throttled the runner.');
    expect(harness.log).not.toContain('act observe');
  });

  it('does not act when its store never answers, and ends with its time', async () => {
    const result = await run(ORDER, { between: async () => new Promise(() => {}) });

    expect(result.steps[0]).toMatchObject({ verdict: 'error' });
    expect(result.steps[0]?.reason).toContain('The run reached its timeout');
  });

  it('does not hide a fault of ours', async () => {
    const result = await run(ORDER, { between: async () => Promise.reject(new TypeError('oops')) });

    expect(result.steps[0]).toMatchObject({ verdict: 'error', blame: 'runner' });
  });

  it.each<StoreFault>(['lost', 'answerLost', 'throttled'])(
    'for a moment only (%s) is noted all the same, and taken off',
    async (fault) => {
      harness.act = async () => ({ data: { id: 'o1', status: 'NEW' } });
      harness.poll = () => [{}];
      const steps = [...ORDER.steps, actStep('more')];
      // The third write records the order; the next act repeats it.
      const result = await run(
        { ...ORDER, steps },
        { between: failing((nth) => (nth === 2 ? fault : 'none')) },
      );

      expect(result.verdict).toBe('passed');
      expect(written.at(-1)).toMatchObject({ saves: { id: 'o1' } });
      expect(await entries()).toEqual([]);
    },
  );

  it.each<StoreFault>(['lost', 'answerLost'])(
    'at first (%s) does nothing, and leaves no entry behind',
    async (fault) => {
      const result = await run(ORDER, { between: failing((nth) => (nth === 0 ? fault : 'none')) });

      expect(result.steps[0]).toMatchObject({ verdict: 'error' });
      expect(await entries()).toEqual([]);
    },
  );

  it('at its end leaves its entry as it was: a sweep finds nothing to do', async () => {
    harness.act = async () => ({ data: { id: 'o1', status: 'NEW' } });
    harness.poll = () => [{}];
    const between: Between = async ({ method }, apply) => {
      if (method === 'remove') throw new Error('away');
      return apply();
    };

    await expect(run(ORDER, { between })).resolves.toMatchObject({ verdict: 'passed' });
    expect(await entries()).toMatchObject([{ saves: { id: 'o1' }, tries: 0 }]);
  });
});

describe('a run that was presumed dead', () => {
  const sweepIt = async (): Promise<void> => {
    const [entry] = await entries();
    if (entry === undefined) throw new Error('it was not noted');
    await store.cleanups.save({ ...entry, version: entry.version + 1, writer: 'sweeper' }, entry.version);
  };

  it.each<{ title: string; meanwhile: () => Promise<void> }>([
    { title: 'its entry is in other hands', meanwhile: sweepIt },
    { title: 'it slept past its end', meanwhile: async () => harness.clock.sleep(70_000) },
  ])('does nothing more: $title', async ({ meanwhile }) => {
    harness.act = async (_, { stepId }) => {
      if (stepId === 'observe') await meanwhile();
      return { data: { id: 'o1', status: 'NEW' } };
    };
    // During its sleep its timers sleep too: it has not noticed the end of its time.
    const { clock } = harness;
    const sleepy = { nowMs: () => clock.nowMs(), stoodStillMs: () => 0, at: () => () => {} };

    const { steps } = await run(ORDER, { engine: { clock: sleepy } });

    expect(steps[1]).toMatchObject({ verdict: 'error', blame: 'observer' });
    expect(steps[1]?.reason).toContain('presumed dead');
    expect(harness.log.filter((line) => line.startsWith('act'))).toEqual(['act observe']);
  });

  it('leaves its entry to the process that took it, even if the answer that there is one was lost', async () => {
    const between: Between = async ({ method, nth }, apply) => {
      const answer = await apply();
      if (method !== 'save' || nth > 0) return answer;
      await sweepIt();
      throw new Error('the store did not answer');
    };

    await run(ORDER, { between });

    expect(await entries()).toMatchObject([{ version: 2, writer: 'sweeper' }]);
  });

  it('learns it from the write that it repeats', async () => {
    let saves = 0;
    const between: Between = async ({ method }, apply) => {
      saves += method === 'save' ? 1 : 0;
      if (method === 'save' && saves === 3) {
        await sweepIt();
        throw new Error('the store did not answer');
      }
      return apply();
    };
    harness.act = async () => ({ data: { id: 'o1', status: 'NEW' } });
    harness.poll = () => [{}];

    const { steps } = await run({ ...ORDER, steps: [...ORDER.steps, actStep('more')] }, { between });

    expect(steps[3]?.reason).toContain('presumed dead');
  });
});
