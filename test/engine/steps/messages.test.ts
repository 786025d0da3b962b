import { describe, expect, it } from '@jest/globals';
import { memoryJournal } from '../../../runner/adapters/taps/memory-journal.ts';
import { queueNameOf } from '../../../runner/core/aws/resources/queue.ts';
import { correlationIdOf, type RunId } from '../../../runner/core/base/run-id.ts';
import type { Step } from '../../../runner/core/model/canary.ts';
import type { TapMessage } from '../../../runner/core/taps/ports.ts';
import { feedsOf } from '../../../runner/engine/taps/tap-subscriptions.ts';
import type { Noun, StepInput, Verb } from '../../../runner/kinds/kind.ts';
import { message } from '../../../runner/kinds/nouns/messages/message.ts';
import { SimulatedQueue } from '../../support/aws/simulated-queue.ts';
import { actStep, canaryOf, expectStep, neverStep, runIdOf } from '../../support/run/builders.ts';
import { RunHarness } from '../../support/run/run-harness.ts';

/** A message sent by an act, or before the run: its millisecond, its queue, its body, its id. */
interface Sending {
  readonly afterMs?: number;
  readonly to?: string;
  readonly id: string;
  readonly body?: unknown;
  readonly carries?: 'run' | 'other' | 'nothing';
  readonly more?: Partial<TapMessage>;
}

/** A harness with queues, whose acts send the given messages. */
class QueueHarness extends RunHarness {
  readonly #queues = new Map<string, SimulatedQueue>();

  constructor(sendings: Readonly<Record<string, readonly Sending[]>>) {
    super();
    this.act = async (_, { stepId, runId }) => {
      for (const sending of sendings[stepId] ?? [])
        this.clock.at(this.clock.nowMs() + (sending.afterMs ?? 0), () => this.send(sending, runId));
      await this.clock.sleep(500);
      return {};
    };
  }

  send({ to = 'dlq', id, body = {}, carries = 'run', more = {} }: Sending, runId: RunId): void {
    const carried = carries === 'run' ? runId : runIdOf(7);
    const attributes = carries === 'nothing' ? {} : { correlationId: correlationIdOf(carried) };
    this.queue(to).send(id, body, { more: { attributes, answeredAtMs: this.clock.nowMs(), ...more } });
  }

  queue(name: string): SimulatedQueue {
    const queue =
      this.#queues.get(name) ?? new SimulatedQueue(this.clock, { isFifo: name.endsWith('.fifo') });
    this.#queues.set(name, queue);
    return queue;
  }

  async steps(...steps: readonly Step[]) {
    const feeds = feedsOf({
      taps: {
        tapOn: async () => ({
          name: 'tap',
          queue: this.queue('tap'),
          home: {},
          inspect: async () => {},
        }),
        queueAt: async (address) => {
          const name = queueNameOf(address);
          const arn = address.startsWith('arn:') ? address : `arn:aws:sqs:r:1:${name}`;
          return { name, arn, queue: this.queue(name) };
        },
      },
      definitions: async () => [{ on: { topic: 'ships' }, ids: ['body.orderId'], probe: false }],
      journal: memoryJournal(),
      leases: { take: async () => ({ held: true }), drop: async () => {} },
      clock: this.clock,
      probe: async () => '',
      owner: 'me',
    });
    const nouns = { ...this.engine.nouns, message: message as unknown as Noun };
    const send = { ...(this.engine.verbs['send'] as Verb), fills: ({ into }: StepInput) => String(into) };
    const verbs = { ...this.engine.verbs, sendMessage: send };
    const result = await this.run(canaryOf({}, ...steps), { engine: { feeds, nouns, verbs } });
    await feeds.close();
    return result;
  }
}

const inQueue = { kind: 'message', input: { queue: 'dlq' } } as const;
const onTopic = { kind: 'message', input: { topic: 'ships' } } as const;
const never = (name: string, more: Partial<Parameters<typeof neverStep>[1]> = {}) =>
  neverStep(name, { ...inQueue, forMs: 3_000, ...more });
const expected = (name: string, more: Partial<Parameters<typeof expectStep>[1]> = {}) =>
  expectStep(name, { ...inQueue, withinMs: 3_000, ...more });

describe('a message in a queue is selected', () => {
  it.each([
    ['in a field', { orderId: 'ord_1' }, true],
    ['in text', 'order ord_1 is broken', true],
    ['in a list', [{ ids: ['ord_1'] }], true],
    ['as the name of a field', { orders: { ord_1: 'broken' } }, true],
    ['in JSON that is text', { record: JSON.stringify({ note: '\nord_1' }) }, true],
    ['of another id that begins with it', { orderId: 'ord_12' }, false],
    ['of another id that ends with it', { orderId: 'ord_ord_1' }, false],
  ])('by a value that stands %s: %j is %s', async (_, body, selected) => {
    const harness = new QueueHarness({ go: [{ id: 'm1', body, carries: 'nothing' }] });

    const result = await harness.steps(actStep('go'), expected('it', { correlate: 'ord_1' }));

    expect(result.verdict).toBe(selected ? 'passed' : 'failed');
    if (!selected)
      expect(result.steps[1]?.nearby).toEqual(["1 message without 'ord_1' arrived in the same time"]);
  });

  it('by a value that is a number or an attribute', async () => {
    const body = { order: { no: 12, ok: true, none: null, big: JSON.rawJSON('12345678901234567890') } };
    const harness = new QueueHarness({
      go: [{ id: 'm1', body, carries: 'nothing', more: { attributes: { tenant: 'acme' } } }],
    });

    const result = await harness.steps(
      actStep('go'),
      expected('number', { correlate: '12' }),
      expected('exact number', { correlate: '12345678901234567890' }),
      expected('attribute', { correlate: 'acme' }),
      never('beginning', { correlate: '1' }),
    );

    expect(result).toHaveVerdict('passed');
  });

  it('through a tap by a value at its `ids`, whole', async () => {
    const sent = { go: [{ id: 'm1', to: 'tap', body: { orderId: 'ord_12' }, carries: 'nothing' }] } as const;
    const of = (correlate: string) => expected('it', { ...onTopic, correlate });

    expect(await new QueueHarness(sent).steps(actStep('go'), of('ord_12'))).toHaveVerdict('passed');
    expect(await new QueueHarness(sent).steps(actStep('go'), of('ord_1'))).toHaveVerdict('failed', {
      at: 'it',
    });
  });
});

describe('what came near is reported', () => {
  it.each([
    [
      'one without any id',
      ['nothing'],
      ['1 message carries no run id: pass on `correlationId`, or select by `correlate: ${…}`'],
    ],
    ['one of another run', ['other'], ['1 message with another id arrived in the same time']],
    [
      'some of both',
      ['nothing', 'other', 'nothing', 'other'],
      [
        '2 messages carry no run id: pass on `correlationId`, or select by `correlate: ${…}`',
        '2 messages with another id arrived in the same time',
      ],
    ],
  ] as const)('%s', async (_, carried, nearby) => {
    const sendings = carried.map((carries, n) => ({ id: `m${n}`, carries }));

    for (const where of [inQueue, onTopic]) {
      const to = where === inQueue ? 'dlq' : 'tap';
      const harness = new QueueHarness({ go: sendings.map((one) => ({ ...one, to })) });
      const result = await harness.steps(actStep('go'), expected('it', where));

      expect(result).toHaveVerdict('failed', { at: 'it' });
      expect(result.steps[1]?.nearby.slice(0, nearby.length)).toEqual(nearby);
    }
  });

  it('by a `never` that saw nothing of this run, as what it is', async () => {
    const some = ['a', 'b', 'c'].map((id) => ({ id, carries: 'nothing' }) as const);
    const of = async (sendings: readonly Sending[], correlate: boolean | string) => {
      const result = await new QueueHarness({ go: sendings }).steps(
        actStep('go'),
        never('it', { correlate }),
      );
      return result.steps[1]?.reason;
    };

    expect(await of(some, true)).toMatch(/^none of this run in .* s; 3 others arrived$/);
    expect(await of(some.slice(1, 2), 'ord_1')).toMatch(/^none with that value in .* s; 1 other arrived$/);
    expect(await of([], true)).toMatch(/^none in .* s$/);
  });
});

describe('a never on a queue', () => {
  const poison = { id: 'm1', body: { what: 'broken' } };

  it('counts what carries the run’s id from the first act on', async () => {
    const harness = new QueueHarness({ first: [{ ...poison, afterMs: 100 }] });

    const result = await harness.steps(
      actStep('first'),
      expectStep('between', { kind: 'news', withinMs: 1_000, forMs: 0, correlate: false }),
    );
    expect(result).toHaveVerdict('failed', { at: 'between' });

    const two = await new QueueHarness({ first: [poison] }).steps(
      actStep('first'),
      actStep('second'),
      never('it'),
    );
    expect(two).toHaveVerdict('failed', { at: 'it', reason: '1 message was seen that should never appear' });
  });

  it('lets pass what an `expect` above found, and that alone', async () => {
    const found = { ...expected('found'), input: { queue: 'dlq' }, has: { body: { what: 'broken' } } };
    const run = async (...first: readonly Sending[]) =>
      new QueueHarness({ first }).steps(actStep('first'), found, actStep('second'), never('it'));

    expect(await run(poison)).toHaveVerdict('passed');
    expect(await run(poison, { id: 'm2', body: { what: 'else' } })).toHaveVerdict('failed', { at: 'it' });
  });

  it('does not take a message for another queue’s of the same id', async () => {
    const found = expected('found', { input: { queue: 'out' } });
    const harness = new QueueHarness({ first: [poison, { ...poison, to: 'out' }] });

    const result = await harness.steps(actStep('first'), found, actStep('second'), never('it'));

    expect(result).toHaveVerdict('failed', { at: 'it' });
  });

  it('otherwise counts from the act above, and says what it did not count', async () => {
    const sent = { first: [{ id: 'm1', body: { id: 'ord_1' }, carries: 'nothing' }] } as const;
    const after = async (check: Step) =>
      new QueueHarness(sent).steps(actStep('first'), actStep('second'), check);

    const passing = await after(never('it', { correlate: 'ord_1' }));
    const failing = await after(expected('it', { correlate: false }));

    expect(passing).toHaveVerdict('passed');
    expect(passing.steps[2]?.reason).toMatch(/^none in .* s; 1 earlier, not counted$/);
    expect(failing).toHaveVerdict('failed', { at: 'it' });
    expect(failing.steps[2]?.nearby).toEqual([
      expect.stringMatching(/^1 earlier, not counted: message, .* before the step above began$/),
    ]);
  });
});

describe('a message is dated by when it was sent', () => {
  const longAgo = 3_600_000;
  const old = (harness: QueueHarness, more: Partial<TapMessage> = {}): Partial<TapMessage> => ({
    sentAtMs: harness.clock.nowMs() - longAgo,
    ...more,
  });
  const sentBefore = async (correlate: boolean, more: Partial<TapMessage> = {}) => {
    const harness = new QueueHarness({});
    harness.act = async (_, { runId }) => {
      harness.clock.at(harness.clock.nowMs() + 500, () =>
        harness.send({ id: 'm1', more: old(harness, more) }, runId),
      );
      return {};
    };
    return harness.steps(actStep('go'), expected('it', { correlate }), never('beside', { correlate: false }));
  };

  it('so that one from long before the run does not count, though it is received now', async () => {
    const result = await sentBefore(false);

    expect(result).toHaveVerdict('failed', { at: 'it', reason: 'no message was seen' });
    expect(result).toHaveVerdict('failed', { at: 'it' });
    expect(result.steps[2]).toMatchObject({
      verdict: 'passed',
      reason: expect.stringMatching(/^none in .* s; 1 earlier, not counted$/),
    });
  });

  it('but a dead letter of this run, which keeps the moment of its first sending, by when it was received', async () => {
    expect((await sentBefore(true, { redriven: true })).steps[1]?.verdict).toBe('passed');
    expect((await sentBefore(false, { redriven: true })).steps[1]?.verdict).toBe('failed');
  });

  it('whatever the queue’s clock says, if it is ahead or behind', async () => {
    for (const aheadMs of [-20_000, 20_000]) {
      const harness = new QueueHarness({});
      harness.act = async (_, { runId }) => {
        harness.clock.at(harness.clock.nowMs() + 200, () => {
          const sentAtMs = harness.clock.nowMs() + aheadMs;
          harness.send(
            { id: 'm1', more: { sentAtMs, answeredAtMs: Math.floor(sentAtMs / 1_000) * 1_000 } },
            runId,
          );
        });
        return {};
      };

      expect(await harness.steps(actStep('go'), expected('it'))).toHaveVerdict('passed');
    }
  });

  it('and the effect is timed by it, with our own lag apart', async () => {
    const harness = new QueueHarness({ go: [{ id: 'm1', afterMs: 2_400, more: { sentAtMs: 0 } }] });
    const { send } = harness;
    harness.send = (sending, runId) =>
      send.call(harness, { ...sending, more: { sentAtMs: harness.clock.nowMs() - 2_000 } }, runId);

    const result = await harness.steps(actStep('go'), expected('it', { withinMs: 5_000 }));

    const [evidence] = result.steps[1]?.evidence ?? [];
    const { takenAtMs = 0, happenedAtMs = 0 } = evidence ?? {};
    expect(takenAtMs - happenedAtMs).toBeGreaterThan(1_500);
    expect(result.steps[1]).toMatchObject({
      timeToEffectMs: happenedAtMs - (result.steps[0]?.startedAtMs ?? 0),
      lagMs: takenAtMs - happenedAtMs,
      reason: expect.stringMatching(/^after .*, seen 1\.\d s later$/),
    });
    expect(result.trail[1]).toMatchObject({
      hop: 'queue dlq',
      stepId: 'it',
      evidenceId: 'm1',
      afterStepId: 'go',
      afterMs: happenedAtMs - result.startedAtMs,
    });
    expect(result.trail[0]).not.toHaveProperty('afterStepId');
  });
});

describe('a value to select by that is empty in this run', () => {
  it('is an error of the file, since it would select nothing', async () => {
    const harness = new QueueHarness({});
    const steps = [actStep('go', { save: { id: 'response.id' } }), never('it', { correlate: '${id}' })];
    harness.act = async () => ({ data: { id: '' } });

    const result = await harness.steps(...steps);

    expect(result).toHaveVerdict('error', { at: 'it', reason: "'correlate: ${id}' is empty in this run" });
    expect(result.steps[1]?.blame).toBe('definition');
  });
});

describe('a never over a topic without probes', () => {
  it('says that the path into its tap is not proven, when it passes', async () => {
    const harness = new QueueHarness({});

    const { steps } = await harness.steps(actStep('a'), never('none', onTopic));

    expect(steps[1]).toMatchObject({ verdict: 'passed' });
    expect(steps[1]?.reason).toMatch(/^none in .* s; The tap on topic ships: path not proven/);
  });
});

describe('a message that the run itself put into a watched queue', () => {
  const watching = (queue: string) => ({
    input: { queue },
    correlate: false,
    has: { body: { what: 'else' } },
  });
  const into = (queue: string, more: Partial<Parameters<typeof actStep>[1]> = {}) =>
    actStep('put', { kind: 'sendMessage', input: { into: queue }, ...more });

  /** A harness in which another process takes each message the moment it is sent. */
  function quickReader(to: string): QueueHarness {
    const harness = new QueueHarness({});
    harness.act = async (_, { runId }) => {
      harness.send({ to, id: 'm1' }, runId);
      const taken = harness.queue(to).receive({ waitSeconds: 0, hideSeconds: 30, by: 'another' });
      await harness.queue(to).remove(await taken);
      return { id: 'm1' };
    };
    return harness;
  }

  it.each([
    { title: 'a standard queue, by name', queue: 'in', to: 'in' },
    { title: 'a FIFO queue, by name', queue: 'in.fifo', to: 'in.fifo' },
    { title: 'a queue that the steps name differently', queue: 'in', to: 'arn:aws:sqs:r:1:in' },
  ])('makes each check an error if another process takes it first: $title', async ({ queue, to }) => {
    for (const check of [never('it', watching(queue)), expected('it', watching(queue))]) {
      const result = await quickReader(queue).steps(into(to), check);

      expect(result).toHaveVerdict('error', { at: 'it' });
      expect(result.steps[1]?.blame).toBe('observer');
      expect(result.steps[1]?.reason).toBe(
        `queue ${queue} never showed 1 message that this run sent to it: another process takes from the queue. Watch a queue that no other process reads.`,
      );
    }
  });

  it.each([
    { title: 'a queue of another name', to: 'other' },
    { title: 'a namesake in another account', to: 'arn:aws:sqs:r:2:in' },
  ])('says nothing of $title', async ({ to }) => {
    const harness = quickReader('other');

    expect(await harness.steps(into(to), never('it', watching('in')))).toHaveVerdict('passed');
  });

  it('is no error if the watch sees it', async () => {
    const harness = new QueueHarness({ put: [{ to: 'in', id: 'm1' }] });
    const act = harness.act;
    harness.act = async (...given) => ({ ...(await act(...given)), id: 'm1' });

    expect(await harness.steps(into('in'), never('it', watching('in')))).toHaveVerdict('passed');
  });

  it('is one of those whose ids the answer of the act names, if there are several', async () => {
    const harness = quickReader('in');
    const act = harness.act;
    harness.act = async (...given) => ({ ...(await act(...given)), data: { ids: ['m1', 'm2'] } });
    const send = harness.engine.verbs['send'] as Verb;
    const messageIds: Verb['messageIds'] = (answer) => (answer as { ids: readonly string[] }).ids;
    Object.assign(harness.engine.verbs, { send: { ...send, messageIds } });
    const { steps } = await harness.steps(into('in'), never('it', watching('in')));

    expect(steps[1]?.reason).toContain('never showed 2 messages that this run sent to it');
  });

  it('is not waited for in a FIFO queue if its act may be repeated: SQS drops a repeated message, and gives it an id', async () => {
    const retry = { times: 1, waitMs: 0 };

    for (const [queue, verdict] of [
      ['in.fifo', 'passed'],
      ['in', 'error'],
    ] as const) {
      const result = await quickReader(queue).steps(into(queue, { retry }), never('it', watching(queue)));
      expect([queue, result.verdict]).toEqual([queue, verdict]);
    }
  });
});
