import { describe, expect, it } from '@jest/globals';
import type { JsonMap } from '../../../runner/core/base/json.ts';
import type { ExpectStep, NeverStep } from '../../../runner/core/model/canary.ts';
import type { Evidence } from '../../../runner/core/model/run-result.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

const has = { body: { status: 'FAILED' } };
const why = 'its body is not JSON';
const TEXT: Partial<Evidence> = { id: 'text', data: { body: 'x' }, unread: [{ path: 'body', why }] };
const ABSENT: Partial<Evidence> = {
  id: 'far',
  data: { body: null },
  unread: [{ path: 'body', why, absent: true }],
};
const FAILED: Partial<Evidence> = { id: 'json', data: { body: { status: 'FAILED' } } };
const PLACED: Partial<Evidence> = { id: 'placed', data: { body: { status: 'PLACED' } } };

async function polled(step: NeverStep | ExpectStep, poll: RunHarness['poll']) {
  const harness = new RunHarness();
  harness.poll = poll;
  return harness.run(canaryOf({}, actStep('go'), step));
}

describe('a never', () => {
  it.each(['thing', 'news'])('is an error over a %s that could not be compared', async (kind) => {
    const result = await polled(neverStep('it', { kind, has }), () => [TEXT, PLACED]);

    expect(result).toHaveVerdict('error', {
      at: 'it',
      reason: `1 ${kind} of this run could not be compared: ${why}.`,
    });
    expect(result.steps.at(-1)).toMatchObject({ blame: 'observer', evidence: [{ id: 'text' }] });
  });

  it('fails over one that fits, even next to one that could not be compared', async () => {
    const late = (ms: number) => (ms < 8_000 ? [TEXT] : [TEXT, FAILED]);
    const kept = { kind: 'news', has, forMs: 10_000 };
    const harness = new RunHarness();
    harness.poll = late;
    harness.after(9_000, () => harness.wake());

    expect(await harness.run(canaryOf({}, actStep('go'), neverStep('it', kept)))).toHaveVerdict('failed', {
      at: 'it',
    });
    expect(await polled(neverStep('it', { has }), () => [TEXT, FAILED])).toHaveVerdict('failed', {
      at: 'it',
    });
  });

  it('of what is polled passes over a moment without fields, and not over six seconds', async () => {
    const during = (fromMs: number, toMs: number) => (ms: number) =>
      ms >= fromMs && ms < toMs ? [TEXT] : [PLACED];

    expect(await polled(neverStep('it', { has }), during(2_000, 4_000))).toHaveVerdict('passed');
    expect(await polled(neverStep('it', { has }), during(1_000, 8_000))).toHaveVerdict('error', { at: 'it' });
  });

  it('passes where something else rules it out', async () => {
    const step = neverStep('it', { has: { ...has, kind: 'order' } });

    expect(await polled(step, () => [{ ...TEXT, data: { body: 'x', kind: 'refund' } }])).toHaveVerdict(
      'passed',
    );
  });
});

describe('an expect', () => {
  it('fails over text where fields are expected, and is an error over what lies elsewhere', async () => {
    const step = expectStep('it', { has, withinMs: 1_000 });

    expect(await polled(step, () => [TEXT])).toHaveVerdict('failed', { at: 'it' });
    expect(await polled(step, () => [ABSENT])).toHaveVerdict('error', {
      at: 'it',
      reason: `1 thing of this run could not be compared: ${why}.`,
    });
    expect(await polled(step, () => [ABSENT, FAILED])).toHaveVerdict('passed');
  });

  it('of an exact number is an error where something may be one more', async () => {
    const step = expectStep('it', {
      where: has,
      count: { atLeast: 1, atMost: 1 },
      withinMs: 1_000,
      forMs: 500,
    });

    expect(await polled(step, () => [FAILED, TEXT])).toHaveVerdict('error', { at: 'it' });
    expect(await polled(step, () => [FAILED, PLACED])).toHaveVerdict('passed');
    expect(await polled({ ...step, count: { atLeast: 1 } }, () => [FAILED, TEXT])).toHaveVerdict('passed');
  });

  it('of an exact number fails over one too many, whatever else could not be compared', async () => {
    const step = expectStep('it', { count: { atLeast: 1, atMost: 1 }, withinMs: 1_000 });

    expect(await polled({ ...step, has }, () => [ABSENT, FAILED, { ...FAILED, id: 'b' }])).toHaveVerdict(
      'failed',
      {
        at: 'it',
        reason: 'exactly 1 expected',
      },
    );
  });
});

describe('what is garbled', () => {
  const garbled: Partial<Evidence> = {
    id: 'garbled',
    data: { status: 200, body: 'x' },
    unread: [{ path: 'body', why: 'its content-encoding says gzip, and it is not', garbled: true }],
  };

  it.each([{ body: { status: 'ok' } }, { body: 'x' }, { body: { $not: 'y' } }])(
    'fails an act and an expect, and says why, whatever is asked of it: %j',
    async (pattern) => {
      const harness = new RunHarness();
      harness.act = async () => garbled;
      const act = await harness.run(canaryOf({}, actStep('go', { response: pattern })));
      const expected = await polled(expectStep('it', { has: pattern }), () => [garbled]);

      for (const result of [act, expected]) {
        expect(result).toHaveVerdict('failed');
        expect(result.steps.at(-1)?.checks).toContainEqual(
          expect.objectContaining({ ok: false, note: expect.stringContaining('says gzip, and it is not') }),
        );
      }
    },
  );

  it('is nothing that a never passes over, unless something else rules it out', async () => {
    const over = async (has_: JsonMap) => polled(neverStep('it', { has: has_ }), () => [garbled]);

    expect(await over({ body: { $contains: 'y' } })).toHaveVerdict('error', {
      at: 'it',
      reason: /says gzip/,
    });
    expect(await over({ status: 500, body: { $contains: 'y' } })).toHaveVerdict('passed');
  });
});

describe('an answer whose body is not read here', () => {
  const unseen: Partial<Evidence> = {
    data: { status: 200, body: 'x' },
    unread: [{ path: 'body', why: "its charset 'x' is not read here", absent: true }],
  };

  it('is an error where its body is asked for, and passes by its status', async () => {
    const harness = new RunHarness();
    harness.act = async () => unseen;
    const run = async (response: JsonMap) => harness.run(canaryOf({}, actStep('go', { response })));

    expect(await run({ body: 'x' })).toHaveVerdict('error', {
      at: 'go',
      reason: /could not be compared: its charset/,
    });
    expect(await run({ status: 200 })).toHaveVerdict('passed');
    expect(await run({ status: 500, body: 'x' })).toHaveVerdict('failed');
  });
});
