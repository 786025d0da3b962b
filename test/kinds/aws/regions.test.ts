import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../../infra/local-aws/index.ts';
import { messageOf } from '../../../reporters/message.ts';
import * as notifiers from '../../../reporters/notifications/table.ts';
import { type AwsClients, awsClients } from '../../../runner/adapters/aws/clients.ts';
import { SOURCES } from '../../../runner/adapters/references/sources.ts';
import { systemClock } from '../../../runner/adapters/runtime/system-clock.ts';
import { systemRandom } from '../../../runner/adapters/runtime/system-random.ts';
import { sqsTaps } from '../../../runner/adapters/taps/sqs-taps.ts';
import { tapProbe } from '../../../runner/adapters/taps/tap-probe.ts';
import { tapStack } from '../../../runner/adapters/taps/tap-stack.ts';
import * as resources from '../../../runner/core/aws/resources/table.ts';
import type { JsonMap } from '../../../runner/core/base/json.ts';
import { NO_PROJECT, type TapDefinition } from '../../../runner/core/model/project.ts';
import type { QuestionContext, Subject } from '../../../runner/doctor/question/question.ts';
import { QUESTIONS } from '../../../runner/doctor/questions/table.ts';
import type { Noun, Verb } from '../../../runner/kinds/kind.ts';
import * as nouns from '../../../runner/kinds/nouns/table.ts';
import * as verbs from '../../../runner/kinds/verbs/table.ts';
import { noticeOf } from '../../support/alerts/notices.ts';
import { type RecordingProxy, startRecordingProxy } from '../../support/aws/recording-proxy.ts';
import { actContext, watchContext } from '../../support/run/kind-contexts.ts';

const FAR = 'eu-central-1';
const arn = (service: string, rest: string): string => `arn:aws:${service}:${FAR}:000000000000:${rest}`;
const BUS = arn('events', 'event-bus/shop');
const TOPIC = arn('sns', 'ships');
const QUEUE = arn('sqs', 'inbox');
const URL_OF_QUEUE = `https://sqs.${FAR}.amazonaws.com/000000000000/inbox`;
const MACHINE = arn('states', 'stateMachine:export');

let aws: LocalAws;
let proxy: RecordingProxy;
let clients: AwsClients;

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  aws = await startLocalAws();
  proxy = await startRecordingProxy(aws.url);
  clients = awsClients({ endpoint: proxy.url, region: aws.region });
});
beforeEach(() => {
  proxy.asked.length = 0;
});
afterAll(async () => {
  clients.close();
  await proxy.close();
  await aws.close();
});

/** The regions that requests were signed for. */
function regions(): readonly string[] {
  return [...new Set(proxy.asked.map(({ region }) => region))];
}

/** Ignores the outcome: nothing exists in another region. */
async function tried(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => 'done',
    (thrown: unknown) => thrown,
  );
}

const pollOnce = async (noun: Noun, input: JsonMap): Promise<unknown> => {
  const context = watchContext({
    clock: systemClock(),
    clientOf: (constructor, address) => clients.clientOf(constructor, 'observe', address),
  });
  return (await noun.open(input as never, context)).poll({ sinceMs: Date.now() - 1_000, last: false });
};

const ACTS: readonly (readonly [string, Verb, JsonMap])[] = [
  ['putEvent', verbs.putEvent, { bus: BUS, source: 'a', detailType: 'B' }],
  ['publish', verbs.publish, { topic: TOPIC, body: 'x' }],
  ['sendMessage by ARN', verbs.sendMessage, { queue: QUEUE, body: 'x' }],
  ['sendMessage by URL', verbs.sendMessage, { queue: URL_OF_QUEUE, body: 'x' }],
  ['putEvents', verbs.putEvents, { bus: BUS, events: [{ source: 'a', detailType: 'B' }] }],
  ['sendMessages', verbs.sendMessages, { queue: QUEUE, messages: [{ body: 'x' }] }],
  ['invoke', verbs.invoke, { function: arn('lambda', 'function:prices') }],
  ['startExecution', verbs.startExecution, { stateMachine: MACHINE }],
  ['sendTaskSuccess', verbs.sendTaskSuccess, { stateMachine: MACHINE, token: 'x' }],
  ['sendTaskFailure', verbs.sendTaskFailure, { stateMachine: MACHINE, token: 'x' }],
  ['sendTaskHeartbeat', verbs.sendTaskHeartbeat, { stateMachine: MACHINE, token: 'x' }],
  ['putRecord', verbs.putRecord, { stream: arn('kinesis', 'stream/clicks'), body: 'x' }],
  ['putItem', verbs.putItem, { table: arn('dynamodb', 'table/orders'), item: { id: 'a' } }],
  ['deleteItem', verbs.deleteItem, { table: arn('dynamodb', 'table/orders'), key: { id: 'a' } }],
  [
    'updateItem',
    verbs.updateItem,
    { table: arn('dynamodb', 'table/orders'), key: { id: 'a' }, set: { b: 1 } },
  ],
];

const LOOKS: readonly (readonly [string, Noun, JsonMap])[] = [
  ['item', nouns.item, { table: arn('dynamodb', 'table/orders'), key: { id: 'a' } }],
  ['record', nouns.record, { stream: arn('kinesis', 'stream/clicks') }],
  ['log', nouns.log, { logGroup: arn('logs', 'log-group:/aws/lambda/x') }],
  ['execution by machine', nouns.execution, { stateMachine: MACHINE }],
  ['execution by ARN', nouns.execution, { arn: arn('states', 'execution:export:one') }],
];

const TAPS: readonly TapDefinition[] = [
  { on: { bus: BUS }, ids: [], probe: false },
  { on: { topic: TOPIC }, ids: [], probe: true },
];

const project = { ...NO_PROJECT, name: 'far', taps: TAPS };
const subject = (about: string, name: string, tap?: TapDefinition): Subject => ({
  about,
  name,
  uses: [],
  ...(tap === undefined ? {} : { tap }),
});
const QUESTIONED: readonly Subject[] = [
  subject('bus', BUS),
  subject('topic', TOPIC),
  subject('queue', QUEUE),
  subject('queue', URL_OF_QUEUE),
  subject('function', arn('lambda', 'function:prices')),
  subject('stateMachine', MACHINE),
  subject('stream', arn('kinesis', 'stream/clicks')),
  subject('table', arn('dynamodb', 'table/orders')),
  subject('logGroup', arn('logs', 'log-group:/aws/lambda/x')),
  subject('tap', 'bus shop', TAPS[0]),
  subject('tap', 'topic ships', TAPS[1]),
];

const CHANNELS = [
  ['sns', notifiers.sns, TOPIC],
  ['eventbridge', notifiers.eventbridge, BUS],
] as const;

describe('an ARN or URL of another region is asked for in that region, and nowhere else', () => {
  it('by every verb and every question about what an ARN can name', () => {
    const byArn = Object.keys(resources).filter((name) => name !== 'bucket');
    const all: readonly Verb[] = Object.values(verbs);
    const naming = all.filter(({ primaryInput }) => byArn.includes(primaryInput));

    expect([...new Set(ACTS.map(([, { name }]) => name))].toSorted()).toEqual(
      naming.map(({ name }) => name).toSorted(),
    );
    expect(QUESTIONED.map(({ about }) => about)).toEqual(expect.arrayContaining(byArn));
  });

  it.each(ACTS)('by %s', async (_, verb, input) => {
    const context = actContext({
      clock: systemClock(),
      clientOf: (constructor, address) => clients.clientOf(constructor, 'act', address),
    });

    expect(await tried(async () => verb.act(input as never, context))).toBeInstanceOf(Error);
    expect(regions()).toEqual([FAR]);
  });

  it.each(LOOKS)('by %s', async (_, noun, input) => {
    await tried(async () => pollOnce(noun, input));

    expect(regions()).toEqual([FAR]);
  });

  it.each([QUEUE, URL_OF_QUEUE])('by a watch of the queue %s', async (queue) => {
    const taps = sqsTaps({ clients, project, environment: 'here' });

    expect(await tried(async () => taps.queueAt(queue))).toBeInstanceOf(Error);
    expect(regions()).toEqual([FAR]);
  });

  it.each(TAPS)('by the tap on $on.bus$on.topic, its probe, and whatever makes it', async (tap) => {
    const taps = sqsTaps({ clients, project, environment: 'here' });
    const correlation = project.correlation;
    const probe = tapProbe({ clients, correlation, clock: systemClock(), random: systemRandom() });

    expect(await tried(async () => taps.tapOn(tap))).toBeInstanceOf(Error);
    expect(await tried(async () => probe(tap.on))).toBeInstanceOf(Error);
    await tried(async () => tapStack({ clients, project: { ...project, taps: [tap] } }).show());
    expect(regions()).toEqual([FAR]);
  });

  it.each(QUESTIONED)('by the question about $about $name', async (one) => {
    const asking = {
      clients,
      project,
      environment: { name: 'here', vars: {} },
      signal: new AbortController().signal,
    } as unknown as QuestionContext;

    await tried(async () => QUESTIONS.get(one.about)?.put(one, asking) ?? Promise.resolve());
    expect(regions()).toEqual([FAR]);
  });

  it.each(CHANNELS)('by a channel of the kind %s', async (_, kind, address) => {
    const context = {
      notice: noticeOf(),
      message: messageOf(noticeOf()),
      channel: { name: 'c', kind: kind.name, address, options: {} },
      clientOf: (constructor: never, at: string) => clients.clientOf(constructor, 'act', at),
      signal: new AbortController().signal,
      clock: systemClock(),
    };
    const notifier = kind as unknown as { notify(context: unknown): Promise<unknown> };

    expect(await tried(async () => notifier.notify(context))).toBeInstanceOf(Error);
    expect(regions()).toEqual([FAR]);
  });

  it.each([
    ['secret', arn('secretsmanager', 'secret:shop-a1B2c3')],
    ['ssm', arn('ssm', 'parameter/shop')],
  ] as const)('by a reference of the scheme %s', async (scheme, name) => {
    const { signal } = new AbortController();
    const ask = { clients, signal, previous: false };

    expect(await tried(async () => SOURCES[scheme].read(name, ask))).toBeInstanceOf(Error);
    expect(regions()).toEqual([FAR]);
  });
});
