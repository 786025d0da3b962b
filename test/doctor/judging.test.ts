import { describe, expect, it } from '@jest/globals';
import type { Filler } from '../../runner/adapters/taps/tap-filler.ts';
import type { Json, JsonMap } from '../../runner/core/base/json.ts';
import { NO_PROJECT } from '../../runner/core/model/project.ts';
import { decisionFindings, neededBy } from '../../runner/doctor/permissions.ts';
import type { Finding } from '../../runner/doctor/question/finding.ts';
import type { QuestionContext, Use } from '../../runner/doctor/question/question.ts';
import { lambdaFunction } from '../../runner/doctor/questions/function.ts';
import { itemTable, type TableFacts } from '../../runner/doctor/questions/item-table.ts';
import { logGroup } from '../../runner/doctor/questions/log-group.ts';
import { metric } from '../../runner/doctor/questions/metric.ts';
import { type QueueFacts, queue } from '../../runner/doctor/questions/queue.ts';
import { stateMachine } from '../../runner/doctor/questions/state-machine.ts';
import { stream } from '../../runner/doctor/questions/stream.ts';
import { type TapFacts, tap } from '../../runner/doctor/questions/tap.ts';
import { topic } from '../../runner/doctor/questions/topic.ts';
import { traces } from '../../runner/doctor/questions/traces.ts';
import { actStep, expectStep, neverStep } from '../support/run/builders.ts';

const ASKING = { project: NO_PROJECT, environment: { name: 'prod', vars: {} } } as unknown as QuestionContext;

const WATCHED = { queue: 'orders-dlq' };

function acts(kind: string, input: JsonMap = {}): Use {
  return { canary: 'one', by: 'the step', step: actStep('a', { kind, input }) };
}

function expects(kind: string, input: JsonMap = {}, withinMs = 30_000): Use {
  return { canary: 'one', by: 'the step', step: expectStep('a', { kind, input, withinMs }) };
}

function nevers(kind: string, forMs: number): Use {
  return { canary: 'one', by: 'the step', step: neverStep('a', { kind, forMs, input: WATCHED }) };
}

function linesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ level, what }) => `${level}: ${what}`);
}

describe('a table', () => {
  const facts: TableFacts = {
    name: 'orders',
    status: 'ACTIVE',
    own: { partition: ['orderId'], sort: ['line'] },
    indexes: { byState: { partition: ['state'], sort: [] } },
    types: { orderId: 'S', line: 'N', state: 'S' },
  };

  it.each<{ use: Use; says: readonly string[]; of?: Partial<TableFacts> }>([
    { use: expects('item', { key: { orderId: 'a' } }), says: [] },
    { use: expects('item', { key: { orderId: 'a', line: 1 } }), says: [] },
    { use: expects('item', { key: { orderId: 'a', line: '1' } }), says: [] },
    { use: expects('item', { key: { orderId: '${saved}', line: '${saved}' } }), says: [] },
    { use: expects('item', { index: 'byState', key: { state: 'OPEN' } }), says: [] },
    { use: acts('putItem', { item: { orderId: 'a', line: 1, more: true } }), says: [] },
    { use: { by: 'channel x' }, says: [] },
    { use: acts('putItem', { item: '${saved}' }), says: [] },
    {
      use: acts('putItem', { item: { orderId: 'a' } }),
      says: ["problem: the key of table orders needs 'line', which the step does not give"],
    },
    {
      use: expects('item', { key: { orderID: 'a' } }),
      says: [
        "problem: the key of table orders needs 'orderId', which the step does not give",
        "problem: 'orderID' is not in the key of table orders, which is orderId and line",
      ],
    },
    {
      use: expects('item', { index: 'byStat', key: { state: 'OPEN' } }),
      says: ["problem: table orders has no index 'byStat'"],
    },
    {
      use: expects('item', { index: 'byState', key: { orderId: 'a' } }),
      says: [
        "problem: the key of index byState of table orders needs 'state', which the step does not give",
        "problem: 'orderId' is not in the key of index byState of table orders, which is state",
      ],
    },
    {
      use: expects('item', { key: { orderId: 5 } }),
      says: ["problem: 'orderId' in the key of table orders is text, and the step gives a number"],
    },
    {
      use: expects('item', { key: { orderId: 'a', line: 'one' } }),
      says: ["problem: 'line' in the key of table orders is a number, and the step gives text"],
    },
    {
      use: expects('item', { key: { orderId: 'a' } }),
      of: { status: 'CREATING' },
      says: ['problem: table orders is CREATING'],
    },
    { use: expects('item', { key: { orderId: 'a' } }), of: { status: 'UPDATING' }, says: [] },
  ])('named by $use.step.input: $says', ({ use, says, of }) => {
    expect(linesOf(itemTable.judge({ ...facts, ...of }, use, ASKING))).toEqual(says);
  });

  it('says which index or attribute was meant', () => {
    const findings = [
      ...itemTable.judge(facts, expects('item', { index: 'byStat', key: { state: 'a' } }), ASKING),
      ...itemTable.judge(facts, expects('item', { index: 'x', key: { state: 'a' } }), ASKING),
      ...itemTable.judge({ ...facts, indexes: {} }, expects('item', { index: 'x', key: {} }), ASKING),
      ...itemTable.judge(facts, acts('deleteItem', { key: { orderID: 'a', line: 1 } }), ASKING),
      ...itemTable.judge(facts, acts('putItem', { item: { line: 1 } }), ASKING),
    ];

    expect(findings.map(({ todo }) => todo)).toEqual([
      "Did you mean 'byState'?",
      'It has byState.',
      'It has none.',
      "Was 'orderID' meant to be 'orderId'?",
      'Other attributes belong under has or where.',
      "Add 'orderId'.",
    ]);
  });
});

describe('a queue', () => {
  const facts: QueueFacts = {
    name: 'orders-dlq',
    messages: 0,
    delaySeconds: 0,
    readers: [],
    feeders: [{ name: 'orders', maxReceiveCount: 3, visibilitySeconds: 30 }],
  };

  it.each<{ named: string; use: Use; of?: Partial<QueueFacts>; says: readonly string[] }>([
    { named: 'never for longer than it takes', use: nevers('message', 90_000), says: [] },
    {
      named: 'never for less than it takes',
      use: nevers('message', 10_000),
      says: [
        'doubt: a message of queue orders reaches queue orders-dlq only after about 90s, and for is 10s',
      ],
    },
    {
      named: 'expect within less than it takes',
      use: expects('message', WATCHED, 30_000),
      says: [
        'doubt: a message of queue orders reaches queue orders-dlq only after about 90s, and within is 30s',
      ],
    },
    { named: 'sends, whoever reads it', use: acts('sendMessage'), of: { readers: ['f'] }, says: [] },
    { named: 'a channel', use: { by: 'channel x' }, of: { readers: ['f'] }, says: [] },
    {
      named: 'a queue with consumers',
      use: nevers('message', 90_000),
      of: { readers: ['ship', 'bill'] },
      says: ['problem: queue orders-dlq is read by ship and bill'],
    },
    {
      named: 'one that nothing dead-letters into, by another name',
      use: nevers('message', 1_000),
      of: { name: 'orders', feeders: [] },
      says: [
        "doubt: queue orders is no queue's dead-letter queue, and its name does not say that it is for canaries",
      ],
    },
    {
      named: "a canary's own",
      use: nevers('message', 1_000),
      of: { name: 'shop-canary-inbox', feeders: [] },
      says: [],
    },
    {
      named: 'what cannot be asked',
      use: nevers('message', 1_000),
      of: { readers: { unasked: 'you may not do a:B' }, feeders: { unasked: 'c:D was refused' } },
      says: [
        'unchecked: whether a function reads queue orders-dlq: you may not do a:B',
        'unchecked: what dead-letters into queue orders-dlq: c:D was refused',
      ],
    },
    {
      named: 'one whose messages are only counted, and that has a reader',
      use: expects('queue', { queue: 'orders' }),
      of: { name: 'orders', readers: ['worker'], feeders: [], messages: 101, delaySeconds: 900 },
      says: [],
    },
    {
      named: 'a backlog',
      use: nevers('message', 90_000),
      of: { messages: 101 },
      says: ['problem: queue orders-dlq holds about 101 messages'],
    },
    { named: 'what a watch still reads', use: nevers('message', 90_000), of: { messages: 100 }, says: [] },
    {
      named: 'one that gives messages up itself',
      use: nevers('message', 90_000),
      of: { redrive: { to: 'grave', maxReceiveCount: 2 } },
      says: ['doubt: queue orders-dlq gives messages up to grave after 2 receives'],
    },
    {
      named: 'a FIFO queue with a redrive policy of its own',
      use: nevers('message', 95_000),
      of: { name: 'dlq.fifo', redrive: { to: 'grave.fifo', maxReceiveCount: 2 } },
      says: ['problem: queue dlq.fifo gives messages up to grave.fifo after 2 receives'],
    },
    {
      named: 'a FIFO queue that may hold too many of one group',
      use: nevers('message', 95_000),
      of: { name: 'dlq.fifo', messages: 10 },
      says: ['doubt: queue dlq.fifo holds about 10 messages'],
    },
    {
      named: 'a FIFO queue that does not',
      use: nevers('message', 95_000),
      of: { name: 'dlq.fifo', messages: 9 },
      says: [],
    },
    {
      named: 'a queue that delays for longer than it is looked at',
      use: nevers('message', 95_000),
      of: { delaySeconds: 96 },
      says: ['problem: queue orders-dlq delays by 96s, and for is 95s'],
    },
    {
      named: 'a queue that delays for less',
      use: nevers('message', 95_000),
      of: { delaySeconds: 95 },
      says: [],
    },
  ])('$named: $says', ({ use, of, says }) => {
    expect(linesOf(queue.judge({ ...facts, ...of }, use, ASKING))).toEqual(says);
  });

  it('says how long a window must be', () => {
    const [finding] = queue.judge(facts, nevers('message', 10_000), ASKING);

    expect(finding).toMatchObject({
      why: 'It is tried 3 times (maxReceiveCount), 30 s apart (VisibilityTimeout): the window proves nothing of it.',
      todo: "Write 'for: 95s' or more, or let orders give up sooner.",
    });
  });
});

describe('a tap', () => {
  const ARN = 'arn:aws:events:eu-west-1:123456789012:rule/orders/coalmine-shop-bus-orders';
  const policy: Json = {
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Condition: { ArnEquals: { 'aws:SourceArn': ARN } },
      },
    ],
  };
  const filler: Filler = { arn: ARN, isOn: true, isAimed: true, pattern: { source: ['a'] } };
  const facts: TapFacts = {
    name: 'coalmine-shop-bus-orders',
    called: 'tap on bus orders',
    on: { bus: 'orders' },
    queue: { messages: 0, policy },
    filler,
    wanted: { source: ['a'] },
  };
  const on = { topic: 'arn:aws:sns:eu-west-1:123456789012:ships' };

  it.each<{ named: string; of: Partial<TapFacts>; says: readonly string[]; todo?: string }>([
    { named: 'in place', of: {}, says: [] },
    {
      named: 'without a queue',
      of: { queue: undefined },
      says: ['problem: the tap on bus orders is not there (coalmine-shop-bus-orders)'],
      todo: 'npx coalmine tap --env prod',
    },
    {
      named: 'without a rule',
      of: { filler: undefined },
      says: ['problem: the tap on bus orders is not there (coalmine-shop-bus-orders)'],
    },
    {
      named: 'whose rule may not be looked at',
      of: { filler: { unasked: 'you may not do events:DescribeRule' } },
      says: ['unchecked: what fills the tap on bus orders: you may not do events:DescribeRule'],
    },
    {
      named: 'switched off',
      of: { filler: { ...filler, isOn: false } },
      says: ['problem: the tap on bus orders is switched off (rule coalmine-shop-bus-orders)'],
      todo: 'aws events enable-rule --name coalmine-shop-bus-orders --event-bus-name orders',
    },
    {
      named: 'not confirmed',
      of: { filler: { ...filler, isOn: false }, on },
      says: ['problem: the tap on bus orders is not confirmed'],
    },
    {
      named: 'that leads elsewhere',
      of: { filler: { ...filler, isAimed: false } },
      says: ['problem: the tap on bus orders does not lead to its queue'],
    },
    {
      named: 'whose queue lets another rule in',
      of: { filler: { ...filler, arn: 'arn:aws:events:eu-west-1:123456789012:rule/orders/another' } },
      says: ['problem: the queue of the tap on bus orders does not let in what it should receive'],
    },
    {
      named: 'whose queue has no policy',
      of: { queue: { messages: 0, policy: undefined } },
      says: ['problem: the queue of the tap on bus orders does not let in what it should receive'],
    },
    {
      named: 'that was made from another file',
      of: { wanted: { source: ['b'] } },
      says: ['doubt: the tap on bus orders lets through other things than the project file says'],
    },
    {
      named: 'that filters although all must come through',
      of: { wanted: undefined },
      says: ['doubt: the tap on bus orders lets through other things than the project file says'],
    },
    {
      named: 'that must let all through, and does',
      of: { filler: { ...filler, pattern: undefined }, wanted: undefined },
      says: [],
    },
    {
      named: 'that nobody reads',
      of: { queue: { messages: 1_001, policy } },
      says: ['doubt: the tap on bus orders holds about 1001 messages that have not been read'],
    },
  ])('$named: $says', ({ of, says, todo }) => {
    const findings = tap.judge({ ...facts, ...of }, expects('event'), ASKING);

    expect(linesOf(findings)).toEqual(says);
    if (todo !== undefined) expect(findings[0]?.todo).toBe(todo);
  });

  it("is made under a name of one's own, where that is asked about", () => {
    const [finding] = tap.judge({ ...facts, queue: undefined }, expects('event'), { ...ASKING, as: 'anna' });

    expect(finding?.todo).toBe('npx coalmine tap --env prod --as anna');
  });
});

describe('what else can be named', () => {
  const machine = { name: 'export', status: 'ACTIVE', type: 'EXPRESS' };
  const clicks = { name: 'clicks', status: 'ACTIVE', shards: 200 };
  const group = { name: '/a', exists: true, logClass: 'STANDARD' };
  const called = { name: 'f', state: 'Active', why: '', lastUpdate: 'Successful' };

  it.each<{ named: string; findings: readonly Finding[]; says: readonly string[] }>([
    {
      named: 'an Express workflow that is looked at',
      findings: stateMachine.judge(machine, expects('execution'), ASKING),
      says: ['problem: state machine export is an Express workflow'],
    },
    {
      named: 'one that is started',
      findings: stateMachine.judge(machine, acts('startExecution'), ASKING),
      says: [],
    },
    {
      named: 'a state machine on its way out',
      findings: stateMachine.judge({ ...machine, status: 'DELETING' }, acts('startExecution'), ASKING),
      says: ['problem: state machine export is DELETING'],
    },
    { named: 'a stream', findings: stream.judge(clicks, expects('record'), ASKING), says: [] },
    {
      named: 'a stream on its way out',
      findings: stream.judge({ ...clicks, status: 'DELETING' }, acts('putRecord'), ASKING),
      says: ['problem: stream clicks is DELETING'],
    },
    {
      named: 'a stream of more shards than a check reads',
      findings: stream.judge({ ...clicks, shards: 201 }, expects('record'), ASKING),
      says: ['problem: stream clicks has 201 shards'],
    },
    {
      named: 'one of so many shards that is only written to',
      findings: stream.judge({ ...clicks, shards: 201 }, acts('putRecord'), ASKING),
      says: [],
    },
    { named: 'a log group', findings: logGroup.judge(group, expects('log'), ASKING), says: [] },
    {
      named: 'a log group that no function made yet',
      findings: logGroup.judge({ ...group, exists: false }, expects('log'), ASKING),
      says: ['problem: log group /a is not there'],
    },
    {
      named: 'a log group of another class',
      findings: logGroup.judge({ ...group, logClass: 'INFREQUENT_ACCESS' }, expects('log'), ASKING),
      says: ['doubt: log group /a is of the class INFREQUENT_ACCESS'],
    },
    {
      named: 'a metric without values',
      findings: metric.judge({ called: 'metric A b', isKnown: false }, expects('metric'), ASKING),
      says: ['doubt: metric A b had no value in the last two weeks'],
    },
    {
      named: 'traces under Transaction Search',
      findings: traces.judge('CloudWatchLogs', expects('trace'), ASKING),
      says: ['problem: this account sends its traces to CloudWatch Logs (Transaction Search)'],
    },
    { named: 'traces', findings: traces.judge('XRay', expects('trace'), ASKING), says: [] },
    { named: 'a function', findings: lambdaFunction.judge(called, acts('invoke'), ASKING), says: [] },
    {
      named: 'a function that could not be made',
      findings: lambdaFunction.judge({ ...called, state: 'Failed', why: 'no image' }, acts('invoke'), ASKING),
      says: ['problem: function f is Failed'],
    },
    {
      named: 'a function whose update failed',
      findings: lambdaFunction.judge({ ...called, lastUpdate: 'Failed' }, acts('invoke'), ASKING),
      says: ['doubt: the last update of function f failed'],
    },
    {
      named: 'a FIFO topic that people are told by',
      findings: topic.judge({ name: 't', isFifo: true }, { by: 'channel x' }, ASKING),
      says: ['doubt: topic t is a FIFO topic'],
    },
    {
      named: 'a FIFO topic that is published to',
      findings: topic.judge({ name: 't', isFifo: true }, acts('publish'), ASKING),
      says: [],
    },
  ])('$named: $says', ({ findings, says }) => {
    expect(linesOf(findings)).toEqual(says);
  });
});

describe('permissions', () => {
  const caller = {
    account: '123456789012',
    arn: 'arn:aws-cn:sts::123456789012:assumed-role/r/s',
    region: 'cn-north-1',
  };

  it('are needed on ARNs of the examined account, each once', () => {
    const steps = [
      { action: 'sqs:SendMessage', resource: 'inbox' },
      { action: 'sqs:SendMessage', resource: 'inbox' },
      { action: 's3:PutObject', resource: 'reports/canary/${orderId}.json' },
      { action: 'cloudwatch:GetMetricData', resource: '*' },
    ];
    const reads = [
      { scheme: 'ssm', name: '/shop/key' },
      { scheme: 'env', name: 'HOME' },
      { scheme: 'cf', name: 'shop.Topic' },
      { scheme: 'cf', name: 'shop/Inner/Queue' },
    ] as const;

    expect(neededBy('one', { steps, reads }, caller).map(({ action, arn }) => `${action} ${arn}`)).toEqual([
      'sqs:SendMessage arn:aws-cn:sqs:cn-north-1:123456789012:inbox',
      's3:PutObject arn:aws-cn:s3:::reports/canary/*.json',
      'cloudwatch:GetMetricData *',
      'ssm:GetParameter arn:aws-cn:ssm:cn-north-1:123456789012:parameter/shop/key',
      'cloudformation:DescribeStacks arn:aws-cn:cloudformation:cn-north-1:123456789012:stack/shop/*',
      'cloudformation:ListStackResources arn:aws-cn:cloudformation:cn-north-1:123456789012:stack/shop/*',
      'cloudformation:ListStackResources arn:aws-cn:cloudformation:cn-north-1:123456789012:stack/shop-Inner-*/*',
      expect.stringMatching(/:stack\/shop-InnerNestedStackInnerNestedStackResource[0-9A-F]{8}-\*\/\*$/),
    ]);
  });

  it('that are not allowed are reported with the canary that needs them, and with the reason as far as IAM gives it', () => {
    const need = { canary: 'one', action: 'sqs:SendMessage', arn: 'arn:q' };
    const found = decisionFindings(
      [
        { ...need, decision: 'implicitDeny' },
        { ...need, arn: 'arn:r', decision: 'explicitDeny' },
        { ...need, decision: 'allowed' },
        { ...need, canary: 'two', decision: 'allowed' },
      ],
      'arn:role',
    );

    expect(found.map(({ canary, what, level }) => [canary, level, what])).toEqual([
      ['one', 'problem', 'sqs:SendMessage is not allowed on arn:q'],
      ['one', 'problem', 'sqs:SendMessage is not allowed on arn:r'],
      ['two', 'fine', '1 permission'],
    ]);
    expect(found.map(({ why }) => why)).toEqual([
      expect.stringContaining('No policy of arn:role allows it'),
      expect.stringContaining('denies it'),
      undefined,
    ]);
  });

  it('to read changes are optional, unless a step needs the same', () => {
    const function_ = { action: 'lambda:GetFunctionConfiguration', resource: 'store-order' };
    const stack = { action: 'cloudformation:DescribeStackEvents', resource: 'shop' };
    const needed = neededBy('one', { steps: [function_], reads: [], optional: [function_, stack] }, caller);
    const found = decisionFindings(
      needed.map((one) => ({ ...one, decision: 'implicitDeny' })),
      'arn:role',
    );

    expect(found.map(({ level, what }) => `${level}: ${what}`)).toEqual([
      'problem: lambda:GetFunctionConfiguration is not allowed on arn:aws-cn:lambda:cn-north-1:123456789012:function:store-order',
      'doubt: cloudformation:DescribeStackEvents is not allowed on arn:aws-cn:cloudformation:cn-north-1:123456789012:stack/shop/*',
    ]);
    expect(found[1]?.why).toContain('It is optional: runs pass without it');
    expect(found[1]?.todo).toContain("'npx coalmine iam' lists the optional permissions apart");
  });

  it('that could not be asked never count as well', () => {
    expect(linesOf(decisionFindings({ unasked: 'you may not do it' }, 'arn:role'))).toEqual([
      'unchecked: whether you may do all that canaries need: you may not do it',
    ]);
  });
});
