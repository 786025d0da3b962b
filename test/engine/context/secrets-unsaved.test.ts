import { describe, expect, it } from '@jest/globals';
import type { Evidence } from '../../../runner/core/model/run-result.ts';
import { actStep, canaryOf, expectStep, goneStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

const TOKEN = 'tok-0123456789';
const OTHER = 'tok-9876543210';
const LOGIN = { save: { token: 'response.token' }, response: { status: 200 } };
const SEEN = { save: { token: 'thing.token' }, has: { status: 'open' }, withinMs: 3_000 };
const MARKED = { secret: ['token'] };
const SIGNS_IN = actStep('use', { kind: 'call', input: { token: '${token}' } });

const reported = ({ reported: events }: RunHarness, result: unknown) => JSON.stringify([result, events]);

describe('a secret of a step that does not pass', () => {
  it.each([
    { title: 'an act that marks it', steps: [actStep('login', { ...LOGIN, ...MARKED })] },
    { title: 'an act whose answer a later step signs in with', steps: [actStep('login', LOGIN), SIGNS_IN] },
    {
      title: 'an act that saves a part of a text',
      steps: [
        actStep('login', {
          ...LOGIN,
          ...MARKED,
          save: { token: 'response.url' },
          match: { token: 'key=(.*)' },
        }),
      ],
    },
    {
      title: 'an act that lacks another value',
      steps: [actStep('login', { save: { id: 'response.id', token: 'response.token' }, ...MARKED })],
    },
    { title: 'an expect that marks it', steps: [expectStep('see', { ...SEEN, ...MARKED })] },
    { title: 'an expect whose value a later step signs in with', steps: [expectStep('see', SEEN), SIGNS_IN] },
    {
      title: 'an expect that compares it',
      steps: [expectStep('see', { ...SEEN, ...MARKED, has: { token: 'else' } })],
    },
    {
      title: 'a never, of a kind from which an expect saves it',
      steps: [expectStep('see', { ...SEEN, ...MARKED, input: { none: true } }), neverStep('dead')],
    },
    {
      title: 'a gone, of such a kind',
      steps: [goneStep('left'), expectStep('see', { ...SEEN, ...MARKED })],
    },
  ])('is masked in everything that is reported: $title', async ({ steps }) => {
    const harness = new RunHarness();
    const data = { status: 'closed', token: TOKEN, echo: `it was ${TOKEN}`, url: `/?key=${TOKEN}` };
    harness.act = async () => ({ data });
    harness.poll = (_, __, { none }) => (none === true ? [] : [{ data }]);

    const result = await harness.run(canaryOf({}, ...steps));

    expect(result).toHaveVerdict('failed');
    expect(reported(harness, result)).toContain('it was ***');
    expect(reported(harness, result)).not.toContain(TOKEN);
  });

  it('stays masked if a later poll passes', async () => {
    const harness = new RunHarness();
    harness.poll = (afterMs) => [
      { id: 'one', data: afterMs < 500 ? { token: TOKEN } : { status: 'open', token: OTHER } },
    ];
    const has = { token: { $matches: '.*3210' }, status: 'open' };

    const result = await harness.run(canaryOf({}, expectStep('see', { ...SEEN, ...MARKED, has })));

    expect(result).toHaveVerdict('passed');
    expect(reported(harness, result)).not.toMatch(/tok-\d/);
  });

  it('is masked in each thing that is shown, and not in the saved one alone', async () => {
    const harness = new RunHarness();
    const things: readonly Partial<Evidence>[] = [TOKEN, OTHER].map((token) => ({
      id: `of ${token.slice(0, 5)}`,
      data: { status: 'open', token },
    }));
    harness.poll = () => things;

    const result = await harness.run(canaryOf({}, expectStep('see', { ...SEEN, ...MARKED })));

    expect(result.steps[0]?.evidence).toHaveLength(2);
    expect(reported(harness, result)).not.toMatch(/tok-\d{2}/);
  });

  it('is no more than its part of a text', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: { status: 500, url: '/no-key-here' } });
    const step = actStep('login', {
      ...LOGIN,
      ...MARKED,
      save: { token: 'response.url' },
      match: { token: 'key=(.*)' },
    });

    const result = await harness.run(canaryOf({}, step));

    expect(result).toHaveVerdict('failed');
    expect(reported(harness, result)).toContain('/no-key-here');
  });
});
