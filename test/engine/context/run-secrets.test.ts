import { describe, expect, it } from '@jest/globals';
import type { JsonMap } from '../../../runner/core/base/json.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import { dryRun } from '../../../runner/engine/run/dry-run.ts';
import { actStep, canaryOf, expectStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

const TOKEN = 'tok-0123456789';

/** A run whose first step gets a token, and whose second step sends it back as it answers. */
async function reportedBy(use: JsonMap, more: { secret?: readonly string[]; token?: unknown } = {}) {
  const { token = TOKEN, ...marks } = more;
  const harness = new RunHarness();
  harness.act = async (input) => ({ data: { token, echo: JSON.stringify(input) } as JsonMap });
  const login = actStep('login', { save: { token: 'response.token' }, ...marks });
  const result = await harness.run(canaryOf({}, login, actStep('use', { input: use })));
  return { result, output: JSON.stringify([result, harness.reported]) };
}

describe('a saved value', () => {
  it('is shown if nothing marks it as secret', async () => {
    expect((await reportedBy({ q: '${token}' })).output).toContain(TOKEN);
  });

  it('is masked everywhere if its step says so, from the moment at which it is saved', async () => {
    const { result, output } = await reportedBy({ q: '${token}' }, { secret: ['token'] });

    expect(result).toHaveVerdict('passed');
    expect(output).not.toContain(TOKEN);
    expect(result.steps[0]?.saved).toEqual({ token: '***' });
  });

  it('is masked by itself if a later step signs in with it', async () => {
    const { output } = await reportedBy({ headers: { Authorization: 'Bearer ${token}' } });

    expect(output).not.toContain(TOKEN);
  });

  it('is an error of the definition if it is marked, and too short to be masked', async () => {
    const { result } = await reportedBy({}, { secret: ['token'], token: '123456' });

    expect(result).toHaveVerdict('error', { at: 'login', reason: 'too short to be masked' });
    expect(result.steps[0]?.blame).toBe('definition');
  });

  it.each([
    {
      title: 'can be used by cleanup, masked, though it is too short',
      token: '1234',
      undone: ['/things/1234'],
    },
    { title: 'cannot be used by cleanup if it cannot be masked at all', token: '123', undone: [] },
  ])('$title', async ({ token, undone }) => {
    const harness = new RunHarness();
    const done: unknown[] = [];
    harness.act = async (input) => {
      done.push(input['path']);
      return { data: done.length === 1 ? { token, id: 'thing-1' } : { echo: JSON.stringify(input) } };
    };
    const save = { id: 'response.id', token: 'response.token' };
    const login = actStep('login', { save, secret: ['token'] });
    const cleanup = [
      actStep('undo', { input: { path: '/things/${token}' } }),
      actStep('forget', { input: { path: '/ids/${id}' } }),
    ];

    const result = await harness.run(canaryOf({ cleanup }, login));

    expect(result).toHaveVerdict('error', { at: 'login', reason: 'too short to be masked' });
    expect(done.slice(1)).toEqual([...undone, '/ids/thing-1']);
    expect(JSON.stringify([result, harness.reported])).not.toContain(token);
  });

  it('is masked by its name if it is too short and nothing marks it', async () => {
    const { result } = await reportedBy({ auth: { bearer: '${token}' } }, { token: '123456' });

    expect(result.steps[0]?.saved).toEqual({ token: '***' });
  });

  it('is not masked if it serves for nothing', async () => {
    const harness = new RunHarness();
    harness.poll = () => [{ data: { a: 'public-value', b: TOKEN } }];
    const save = { a: 'thing.a', b: 'thing.b' };
    const canary = canaryOf({}, expectStep('observe', { save, secret: ['b'] }));

    const result = await harness.run(canary);

    expect(result.steps[0]?.saved).toEqual({ a: 'public-value', b: '***' });
  });
});

describe('a credential', () => {
  it.each<{ of: string; input: JsonMap }>([
    { of: 'a var', input: { auth: { bearer: '${key}' } } },
    { of: 'the file', input: { headers: { 'x-api-key': 'key-of-the-file' } } },
  ])('of $of is masked in what answers, in a run and in a dry run', async ({ input }) => {
    const harness = new RunHarness();
    harness.act = async (given) => ({ data: { echo: JSON.stringify(given) } });
    const canary = canaryOf({ vars: { key: 'key-of-the-file' } }, actStep('use', { input }));

    const result = await harness.run(canary);
    const signal = new AbortController().signal;
    const environment = { name: 'default', vars: {} };
    const dry = await dryRun(
      { canary, project: NO_PROJECT, environment, signal, showValues: true },
      harness.engine,
    );

    expect(JSON.stringify([result, harness.reported, dry])).not.toContain('key-of-the-file');
  });

  it('that is the id of the run stays readable', async () => {
    const harness = new RunHarness();
    harness.act = async () => ({ data: {} });
    const input = { headers: { authorization: '${run.correlationId}' } };

    const result = await harness.run(canaryOf({}, actStep('use', { input })));

    expect(result.runId).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(result)).not.toContain('***');
  });
});

describe('a secret that a kind was given', () => {
  it.each([
    {
      title: 'is masked from then on in a run that signs in',
      input: { auth: { bearer: 'another-token' } },
      shown: false,
    },
    { title: 'is not masked in a run without credentials, which can be given none', input: {}, shown: true },
  ])('$title', async ({ input, shown }) => {
    const harness = new RunHarness();
    harness.act = async (_, context) => {
      context.learnSecret(TOKEN);
      return { data: { echo: TOKEN } };
    };
    const result = await harness.run(canaryOf({}, actStep('use', { input })));

    expect(result).toHaveVerdict('passed');
    expect(JSON.stringify([result, harness.reported]).includes(TOKEN)).toBe(shown);
  });
});
