import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { classifyAwsError } from '../../runner/adapters/aws/errors.ts';
import type { JsonMap } from '../../runner/core/base/json.ts';
import { type RunId, traceparentOf, xrayHeaderOf } from '../../runner/core/base/run-id.ts';
import { attributesMd5 } from '../../runner/core/taps/attributes-md5.ts';
import type { ActContext, InputFault } from '../../runner/kinds/kind.ts';
import { putEvents } from '../../runner/kinds/verbs/messages/put-events.ts';
import { sendMessages } from '../../runner/kinds/verbs/messages/send-messages.ts';
import { actContext } from '../support/run/kind-contexts.ts';
import { type KindHarness, startKindHarness } from '../support/run/kind-harness.ts';

const RUN = '6743a1c0f2b94e0c8d1e5a7b9c3d2f10' as RunId;
const SPAN = 'a1b2c3d4e5f60718';
const METADATA = { correlationId: `canary-${RUN}`, traceparent: traceparentOf(RUN, SPAN), canary: true };
const IDS = { runId: RUN, spanId: SPAN, stepId: '3' };

let harness: KindHarness;
let names: KindHarness['names'];

beforeAll(async () => {
  harness = await startKindHarness();
  names = harness.names;
});
afterAll(async () => harness.close());

async function act(verb: unknown, input: JsonMap, more: Partial<ActContext> = {}): Promise<JsonMap> {
  const { data } = await harness.act(verb as never, input, { ...IDS, ...more });
  return data as JsonMap;
}

const EVENT = { source: 's', detailType: 'd' };

describe('putEvents', () => {
  it('puts every event in one call, with the ids in each, and answers with their ids in order', async () => {
    const events = [
      { ...EVENT, detail: { n: 1 }, resources: ['arn:x'] },
      { ...EVENT, detail: { n: 2 } },
    ];
    const { eventIds } = await act(putEvents, { bus: names.bus, events });
    const bodies = [await harness.receive('of-the-bus'), await harness.receive('of-the-bus')].map(
      (message) => JSON.parse(message?.Body ?? '') as JsonMap,
    );

    const [call, ...others] = harness.proxy.calls('PutEvents');
    const { Entries } = JSON.parse(call?.body ?? '') as { Entries: JsonMap[] };
    expect(others).toEqual([]);
    expect(Entries.map(({ TraceHeader }) => TraceHeader)).toEqual(events.map(() => xrayHeaderOf(RUN, SPAN)));
    expect(bodies).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ detail: { n: 1, metadata: METADATA }, resources: ['arn:x'] }),
        expect.objectContaining({ detail: { n: 2, metadata: METADATA } }),
      ]),
    );
    expect(bodies.map(({ id }) => String(id)).toSorted()).toEqual((eventIds as string[]).toSorted());
  });

  it('names the events that are refused, and is not made again, since the others were taken', async () => {
    const large = { ...EVENT, detail: { a: 'x'.repeat(300_000) } };
    const thrown = await act(putEvents, { bus: names.bus, events: [EVENT, large, EVENT, large] }).catch(
      (fault: unknown) => fault,
    );

    expect(thrown).toMatchObject({
      blame: 'definition',
      retryable: false,
      message: expect.stringMatching(/^Bus shop did not take events 2 and 4 of 4, and took 2: .*too large/),
    });
  });
});

describe('sendMessages', () => {
  it('sends every message in one call, with the ids in each, and answers with their ids in order', async () => {
    const messages = [{ body: { n: 1 }, attributes: { kind: 'order' } }, { body: 'two' }];
    const { messageIds } = await act(sendMessages, { queue: names.queue, messages });
    const taken = [await harness.receive(names.queue), await harness.receive(names.queue)];

    expect(harness.proxy.calls('SendMessageBatch').length).toBe(1);
    expect(taken).toEqual(
      (messageIds as string[]).map((MessageId, index) =>
        expect.objectContaining({
          MessageId,
          Body: ['{"n":1}', 'two'][index],
          MessageAttributes: expect.objectContaining({
            correlationId: expect.objectContaining({ StringValue: METADATA.correlationId }),
          }),
        }),
      ),
    );
    expect(taken[0]?.MessageAttributes?.['kind']?.StringValue).toBe('order');
    expect(sendMessages.fills({ queue: names.queue, messages })).toBe(names.queue);
    expect(sendMessages.messageIds({ messageIds } as JsonMap)).toEqual(messageIds);
  });

  it('sends nothing of ours without correlation', async () => {
    await act(sendMessages, { queue: names.queue, messages: [{ body: 'bare' }] }, { correlate: false });

    expect((await harness.receive(names.queue))?.MessageAttributes).toBeUndefined();
  });

  it('keeps the order of a FIFO queue, and sends each once under the same run and step', async () => {
    const messages = ['a', 'b', 'c'].map((body) => ({ body, groupId: 'g' }));
    for (const stepId of ['same', 'same'])
      await act(sendMessages, { queue: names.fifo, messages }, { stepId });
    const taken = [await harness.receive(names.fifo)];

    expect(taken.map((message) => message?.Body)).toEqual(['a']);
    expect(taken[0]?.Attributes).toMatchObject({ MessageDeduplicationId: `${RUN}-same-1` });
  });

  /** The act against a queue that answers so. */
  async function answered(answer: object): Promise<unknown> {
    const clientOf = (() => ({ send: async () => answer })) as unknown as ActContext['clientOf'];
    const queue = 'https://sqs.eu-west-1.amazonaws.com/123456789012/inbox';
    const input = { queue, messages: [{ body: 'a' }, { body: 'b' }, { body: 'c' }] };
    return sendMessages
      .act(input, actContext({ ...IDS, correlate: false, clientOf }))
      .catch(classifyAwsError);
  }

  const SENT = [1, 2, 3].map((id) => ({ Id: String(id), MessageId: `m${id}` }));

  it.each<{ title: string; answer: object; blame: string; retryable: boolean; says: string }>([
    {
      title: 'one was refused',
      answer: {
        Successful: [SENT[0], SENT[2]],
        Failed: [{ Id: '2', Code: 'InternalError', Message: 'try later' }],
      },
      blame: 'observer',
      retryable: false,
      says: 'Queue inbox did not take message 2 of 3, and took 2: AWS could not do it. AWS says: InternalError: try later',
    },
    {
      title: 'all were refused, the last first',
      answer: {
        Failed: [
          { Id: '3', Code: 'KmsThrottled' },
          { Id: '2', Code: 'InternalError' },
          { Id: '1', Code: 'InternalError' },
        ],
      },
      blame: 'observer',
      retryable: true,
      says: 'Queue inbox did not take messages 1, 2 and 3 of 3: AWS could not do it. AWS says: InternalError; KmsThrottled',
    },
    {
      title: 'one was refused without a code',
      answer: { Successful: [SENT[0], SENT[1]], Failed: [{ Id: '3' }] },
      blame: 'runner',
      retryable: false,
      says: "Coalmine's table of errors does not know no code",
    },
    {
      title: 'one is in neither list',
      answer: { Successful: [SENT[0], SENT[1]] },
      blame: 'observer',
      retryable: false,
      says: 'Message 3 was sent to queue inbox, and was answered without the id that AWS gives',
    },
    {
      title: 'the attributes of one changed on the way',
      answer: {
        Successful: [
          { ...SENT[0], MD5OfMessageAttributes: attributesMd5({}) },
          { ...SENT[1], MD5OfMessageAttributes: 'no' },
          SENT[2],
        ],
      },
      blame: 'observer',
      retryable: false,
      says: 'The message was sent, but the receipt does not match',
    },
  ])('ends with an error if $title', async ({ answer, blame, retryable, says }) => {
    expect(await answered(answer)).toMatchObject({
      blame,
      retryable,
      message: expect.stringContaining(says),
    });
  });

  it('asks the client of its own service', async () => {
    const asked: unknown[] = [];
    const clientOf = ((constructor: unknown) => {
      asked.push(constructor);
      return { send: async () => ({ Successful: SENT.slice(0, 1), QueueUrl: 'x' }) };
    }) as ActContext['clientOf'];
    await sendMessages.act({ queue: 'inbox', messages: [{ body: 'a' }] }, actContext({ ...IDS, clientOf }));

    expect(asked).toEqual([SQSClient]);
  });
});

describe('the faults of a batch', () => {
  const of = { correlate: true, filled: true };
  const placed = (faults: readonly InputFault[]) =>
    faults.map(({ key, within = [], message }) => ({ at: [key, ...within].join('.'), message }));

  it('are at the event, and at all of them if they are too large together', () => {
    const half = { ...EVENT, detail: { a: 'x'.repeat(600_000) } };
    const events = [EVENT, { ...EVENT, source: 'aws.x' }, half, half];

    expect(placed(putEvents.faults({ bus: 'orders', events }, of))).toEqual([
      { at: 'events.1.source', message: expect.stringContaining("'aws.' begins the sources of AWS") },
      { at: 'events', message: "all of 'events' has 1172 KiB, more than EventBridge takes at once" },
    ]);
  });

  it('are at the message, and at all of them if they are too large together', () => {
    const half = { body: 'x'.repeat(600_000), groupId: 'g' };
    const messages = [
      { body: '', groupId: 'g' },
      { body: 'x' },
      { body: 'x', groupId: 'g', attributes: { 'AWS.x': 'y' } },
      half,
      half,
    ];

    expect(placed(sendMessages.faults({ queue: 'inbox.fifo', messages }, of))).toEqual([
      { at: 'messages.0.body', message: expect.stringContaining('the body is empty') },
      { at: 'messages.1', message: expect.stringContaining('is a FIFO queue, and needs a group') },
      { at: 'messages.2.attributes.AWS.x', message: expect.stringContaining('AWS keeps for itself') },
      { at: 'messages', message: "all of 'messages' has 1172 KiB, more than SQS takes at once" },
    ]);
  });
});

describe('the hop of a batch', () => {
  it.each<{ size: number; events: string; messages: string }>([
    { size: 1, events: 'bus shop · 1 event', messages: 'queue orders · 1 message' },
    { size: 2, events: 'bus shop · 2 events', messages: 'queue orders · 2 messages' },
  ])('counts $size of its entries', ({ size, events, messages }) => {
    const sized = <Entry>(entry: Entry): Entry[] => Array.from({ length: size }, () => entry);

    expect(putEvents.hop({ bus: 'shop', events: sized({ source: 'canary', detailType: 'A' }) })).toBe(events);
    expect(sendMessages.hop({ queue: 'orders', messages: sized({ body: 'x' }) })).toBe(messages);
  });
});
