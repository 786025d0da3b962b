import { describe, expect, it } from '@jest/globals';
import { DefinitionError } from '../../../runner/core/base/errors.ts';
import type { RunId } from '../../../runner/core/base/run-id.ts';
import type { Quote } from '../../../runner/core/model/run-result.ts';
import { redactorOf } from '../../../runner/core/redaction/redact.ts';
import type { Noun, Verb } from '../../../runner/kinds/kind.ts';
import { actStep, canaryOf, expectStep, neverStep } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

/** A harness whose kinds quote fields. */
function quotingHarness(more: Partial<Noun> = {}): RunHarness {
  const harness = new RunHarness();
  const { thing } = harness.engine.nouns as { readonly thing: Noun };
  const { send } = harness.engine.verbs as { readonly send: Verb };
  Object.assign(thing, { quotes: ['body'], ...more });
  Object.assign(send, { quotes: ['body'] });
  return harness;
}

async function saidIn(
  harness: RunHarness,
  ...steps: Parameters<typeof canaryOf>[1][]
): Promise<readonly Quote[]> {
  const result = await harness.run(canaryOf({ vars: { own: { $uuid: true } } }, ...steps));
  return result.steps.at(-1)?.quotes ?? [];
}

describe('a step that did not pass', () => {
  it('quotes the answer to its act', async () => {
    const harness = quotingHarness();
    harness.act = async () => ({ data: { status: 502, body: { errors: ['Wrong delivery price'] } } });

    expect(await saidIn(harness, actStep('x', { response: { status: 200 } }))).toEqual([
      { text: '{"errors":["Wrong delivery price"]}', own: true },
    ]);
  });

  it('quotes nothing if it passed, or if there is no kind that knows the field', async () => {
    const passing = quotingHarness();
    passing.act = async () => ({ data: { status: 200, body: 'fine' } });
    const plain = new RunHarness();
    plain.act = async () => ({ data: { status: 502, body: 'broken' } });

    expect(await saidIn(passing, actStep('x', { response: { status: 200 } }))).toEqual([]);
    expect(await saidIn(plain, actStep('x', { response: { status: 200 } }))).toEqual([]);
    expect(await saidIn(quotingHarness(), actStep('x', { kind: 'nope' }))).toEqual([]);
  });

  it.each<{ of: string; step: Parameters<typeof neverStep>[1]; noun?: Partial<Noun>; own: boolean }>([
    { of: 'was selected by the id', step: {}, own: true },
    { of: 'was selected by a value of its own', step: { correlate: '${own}' }, own: true },
    { of: 'was selected by a constant', step: { correlate: 'north' }, own: false },
    { of: 'was selected by no id', step: { correlate: false }, own: false },
    {
      of: 'was selected by no id, at an address of its own',
      step: { correlate: false, input: { q: '${own}' } },
      own: true,
    },
    {
      of: 'was selected by no id, where it holds a value of its own',
      step: { correlate: false, where: { q: { $oneOf: ['x', '${own}'] } } },
      own: true,
    },
    {
      of: 'was selected by no id, where it does not hold a value of its own',
      step: { correlate: false, where: { q: { $not: '${own}' } } },
      own: false,
    },
    { of: 'lies at an address', step: {}, noun: { selects: 'address' }, own: false },
    {
      of: 'lies at an address of its own',
      step: { input: { q: '${run.id}' } },
      noun: { selects: 'address' },
      own: true,
    },
    { of: 'answers the run', step: {}, noun: { selects: 'address', repliesToUs: true }, own: true },
  ])('marks as its own: $own, what $of', async ({ step = {}, noun, own }) => {
    const harness = quotingHarness(noun);
    harness.poll = () => [{ data: { q: 'x', body: 'no stock' } }];

    expect(await saidIn(harness, neverStep('none', step))).toEqual([{ text: 'no stock', own }]);
  });

  it('marks what carries the id of the run as its own, and quotes it first', async () => {
    const harness = quotingHarness();
    let runId: RunId | undefined;
    harness.act = async (_, context) => {
      runId = context.runId;
      return {};
    };
    harness.poll = () => [{ data: { body: 'another customer’s' } }, { data: { body: `of ${runId}` } }];

    expect(await saidIn(harness, actStep('x'), neverStep('none', { correlate: false }))).toEqual([
      { text: `of ${runId}`, own: true },
      { text: 'another customer’s', own: false },
    ]);
  });

  it('says how duplicates differ', async () => {
    const harness = quotingHarness();
    harness.poll = () => [{ data: { body: 'a', attempt: 1 } }, { data: { body: 'a', attempt: 2 } }];

    const result = await harness.run(canaryOf({}, expectStep('one', { count: { atLeast: 1, atMost: 1 } })));

    expect(result.steps[0]).toMatchObject({
      reason: 'exactly 1 expected, and 2 things were seen',
      nearby: ['the first two differ: attempt 1 and 2'],
      quotes: [{ text: 'a', own: true }],
    });
  });

  it('masks before it cuts, in quotes and in reasons', async () => {
    const secret = 'correct-horse-battery-staple';
    const harness = quotingHarness();
    const text = `${'x'.repeat(190)}${secret}`;
    harness.act = async () => ({ data: { status: 502, body: text } });
    const engine = { redactor: redactorOf([secret]) };
    const step = actStep('x', { response: { status: 200 } });

    const [result] = (await harness.run(canaryOf({}, step), { engine })).steps;

    expect(result?.quotes).toEqual([{ text: `${'x'.repeat(190)}***`, own: true }]);
    harness.act = async () => {
      throw new DefinitionError(`${'y'.repeat(485)}${secret}`);
    };
    const [thrown] = (await harness.run(canaryOf({}, step), { engine })).steps;
    expect(thrown?.reason).toBe(`${'y'.repeat(485)}***`);
  });

  it.each([
    {
      answer: { status: 500, body: { error: 'database is down' } },
      says: 'status 500: `{"error":"database is down"}`',
    },
    { answer: { status: 502, body: '<html><h1>Bad Gateway</h1></html>' }, says: 'status 502: `Bad Gateway`' },
    { answer: { status: 500, body: 'a\u202eb\nc' }, says: 'status 500: `a\ufffdb`' },
    { answer: { status: 500, body: '' }, says: 'status 500' },
    {
      answer: { status: 302, headers: { location: 'https://shop.example/login?code=1' } },
      says: 'status 302, which leads to https://shop.example/login',
    },
    { answer: { status: 304, headers: {} }, says: 'status 304' },
    { answer: { status: 204, headers: {} }, says: 'status 204' },
    { answer: { status: 404, headers: { location: '/x' } }, says: 'status 404' },
    { answer: { status: 500 }, says: 'status 500' },
    { answer: { status: 'down', body: 'no' }, says: 'the answer differs: status is "down": `no`' },
    { answer: { status: 'in short: no', body: 'no' }, says: 'the answer differs: status is "in short: no"' },
  ])('has the answer in its reason: $says', async ({ answer, says }) => {
    const harness = quotingHarness();
    harness.act = async () => ({ data: answer });

    const result = await harness.run(canaryOf({}, actStep('x', { response: { status: 200 } })));

    expect(result.steps[0]?.reason).toBe(says);
  });

  it.each([
    { path: 'updated', reason: 'the answer differs: updated is false; there is no such item' },
    { path: 'item', reason: 'the answer differs: updated is false' },
  ])(
    'has a remark of the act on $path in its reason if that is the first difference',
    async ({ path, reason }) => {
      const harness = quotingHarness();
      harness.act = async () => ({
        data: { updated: false },
        notes: [{ path, why: 'there is no such item' }],
      });

      const result = await harness.run(canaryOf({}, actStep('x', { response: { updated: true } })));

      expect(result.steps[0]).toMatchObject({ verdict: 'failed', blame: 'target', reason });
    },
  );

  it('keeps the answer in its reason, however long the rest of it is', async () => {
    const harness = quotingHarness();
    harness.act = async () => ({
      data: { status: 'x'.repeat(1_000), body: `${'é'.repeat(150)}${'😀'.repeat(60)}` },
    });

    const result = await harness.run(canaryOf({}, actStep('x', { response: { status: 200 } })));

    const reason = result.steps[0]?.reason ?? '';
    expect(reason).toHaveLength(500);
    expect(reason).toMatch(/x…: `é{150}😀{24}…`$/u);
  });

  it('has the thing that does not match in its reason', async () => {
    const harness = quotingHarness();
    harness.poll = () => [{ data: { body: { qty: 3 } } }];

    const step = expectStep('thing', { has: { body: { qty: 4 } }, withinMs: 10 });
    const result = await harness.run(canaryOf({}, step));

    expect(result.steps[0]?.reason).toMatch(
      /: 1 thing was selected, and differs: body\.qty is 3: `\{"qty":3\}`$/,
    );
  });

  it('has nothing of another run in its reason', async () => {
    const harness = quotingHarness({ selects: 'address' });
    harness.poll = () => [{ data: { body: 'another customer’s' } }];

    const result = await harness.run(canaryOf({}, neverStep('none')));

    expect(result.steps[0]?.reason).not.toContain('another');
  });

  it('has a reason that fits a headline, whatever stood in the answer', async () => {
    const harness = quotingHarness();
    harness.act = async () => ({ data: { status: 'x'.repeat(100_000) } });

    const result = await harness.run(canaryOf({}, actStep('x', { response: { status: 200 } })));

    expect(result.steps[0]?.reason).toMatch(/^the answer differs: status is "x{300,}…$/);
    expect(result.steps[0]?.reason).toHaveLength(500);
  });
});
