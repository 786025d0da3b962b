import { describe, expect, it } from '@jest/globals';
import type { References } from '../../../runner/core/expression/reference.ts';
import type { Canary } from '../../../runner/core/model/canary.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

const SIGNED = { input: { token: '${token}' } };
const VARS = { token: 'Bearer ${secret:shop/api}' };

/** A secret that changed after it was read: only a fresh read returns the new one. */
function changing(values: { readonly kept: string; readonly now: string | Error }) {
  const asked: boolean[] = [];
  const references: References = {
    read: async (_, { fresh = false } = {}) => {
      asked.push(fresh);
      const value = fresh ? values.now : values.kept;
      if (value instanceof Error) throw value;
      return { value, secret: true };
    },
  };
  return { references, asked };
}

/** The system accepts `Bearer new` alone. */
function harnessOf(): RunHarness {
  const made = new RunHarness();
  const answer = ({ token }: Readonly<Record<string, unknown>>) =>
    token === 'Bearer new' ? { data: { status: 200 } } : { data: { status: 401 }, unauthorized: true };
  made.act = async (input) => answer(input);
  made.poll = (_, __, input) => [answer(input)];
  return made;
}

async function run(canary: Canary, references: References) {
  return harnessOf().run(canary, { engine: { references } });
}

const EXPECTED = { response: { status: 200 }, ...SIGNED };

describe('an answer that does not accept who asks', () => {
  it.each([
    { title: 'an act', step: actStep('a', EXPECTED) },
    { title: 'an expect', step: expectStep('a', { has: { status: 200 }, withinMs: 3_000, ...SIGNED }) },
  ])('is asked for again, once, with the secret of now: $title', async ({ step }) => {
    const { references, asked } = changing({ kept: 'old', now: 'new' });

    const result = await run(canaryOf({ vars: VARS }, step), references);

    expect(result).toHaveVerdict('passed');
    expect(result.steps[0]).toMatchObject({ attempts: 1 });
    expect(asked).toEqual([false, true]);
  });

  it.each([
    { title: 'is the same as before', now: 'old', asked: [false, true] },
    { title: 'is another wrong one', now: 'wrong', asked: [false, true] },
    { title: 'cannot be read', now: new Error('throttled'), asked: [false, true] },
  ])('counts if the secret $title', async ({ now, asked: expected }) => {
    const { references, asked } = changing({ kept: 'old', now });
    const poll = expectStep('a', { has: { status: 200 }, withinMs: 3_000, ...SIGNED });

    expect(await run(canaryOf({ vars: VARS }, actStep('a', EXPECTED)), references)).toHaveVerdict('failed');
    expect(asked).toEqual(expected);
    expect(await run(canaryOf({ vars: VARS }, poll), references)).toHaveVerdict('failed');
    expect(asked).toEqual([...expected, ...expected]);
  });

  it('counts at once if it is expected, or if no secret is sent', async () => {
    const { references, asked } = changing({ kept: 'old', now: 'new' });
    const wanted = actStep('a', { response: { status: 401 }, ...SIGNED });

    expect(await run(canaryOf({ vars: VARS }, wanted), references)).toHaveVerdict('passed');
    expect(await run(canaryOf({}, actStep('a', { response: { status: 200 } })), references)).toHaveVerdict(
      'failed',
    );
    const byVariable = actStep('a', { response: { status: 200 }, input: { token: '${env:TOKEN}' } });
    expect(await run(canaryOf({}, byVariable), references)).toHaveVerdict('failed');
    expect(asked).toEqual([false, false]);
  });

  it('is asked for again by a never too, which then watches with the secret of now', async () => {
    const { references } = changing({ kept: 'old', now: 'new' });
    const step = neverStep('n', { has: { status: 401 }, forMs: 1_000, ...SIGNED });

    expect(await run(canaryOf({ vars: VARS }, step), references)).toHaveVerdict('passed');
  });

  it('changes no value but those made of the secret', async () => {
    const { references } = changing({ kept: 'old', now: 'new' });
    const vars = { ...VARS, id: { $uuid: true }, other: 'x' };
    const seen: unknown[] = [];
    const made = harnessOf();
    const { act } = made;
    made.act = async (input, ...rest) => {
      seen.push(input['id']);
      return act(input, ...rest);
    };
    const first = actStep('a', {
      save: { answer: 'response.status' },
      ...EXPECTED,
      input: { ...SIGNED.input, id: '${id}' },
    });

    const result = await made.run(canaryOf({ vars }, first), { engine: { references } });

    expect(result.steps[0]?.saved).toEqual({ answer: 200 });
    expect(seen).toHaveLength(2);
    expect(new Set(seen).size).toBe(1);
  });
});
