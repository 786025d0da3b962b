import { isDeepStrictEqual } from 'node:util';
import type { AwsClients } from '../../adapters/aws-clients.ts';
import { faultSortOf } from '../../adapters/aws-faults.ts';
import { tapNameOf } from '../../adapters/tap-name.ts';
import { busPatternOf, topicFilterOf } from '../../adapters/tap-pattern.ts';
import { type Json, parseJson } from '../../core/json.ts';
import type { TapDefinition } from '../../core/project.ts';
import { busNameOf, queueNameOf, topicNameOf } from '../../core/resource-name.ts';
import { queueUrlOf } from '../../kinds/queue-url.ts';
import { beside, judged } from '../beside.ts';
import type { Finding } from '../finding.ts';
import type { Asking, Question, Subject, Unasked } from '../question.ts';

/** What fills the tap's queue: its rule, or its subscription. */
export interface Filler {
  readonly arn: string;
  /** ENABLED or DISABLED for a rule; whether a subscription was confirmed. */
  readonly isOn: boolean;
  /** Whether it hands over to the tap's queue. */
  readonly isAimed: boolean;
  readonly pattern: Json | undefined;
}

/** What is there of a tap. */
export interface TapFacts {
  readonly name: string;
  readonly called: string;
  readonly on: TapDefinition['on'];
  /** What lies in its queue, and the queue's policy; undefined where there is no queue. */
  readonly queue: { readonly messages: number; readonly policy: Json | undefined } | undefined;
  readonly filler: Filler | Unasked | undefined;
  /** What it must let through, by the project file; undefined for a tap of a stack, which lets more through. */
  readonly wanted: { readonly pattern: Json | undefined } | undefined;
}

/** More messages than this were not read by anybody for a while: runs read what comes. */
const MOST_MESSAGES = 1_000;

/** Is the tap in place: a queue, and a rule or a subscription that is on, that fills it, and that lets through what it must? */
export const tap: Question<TapFacts> = {
  about: 'tap',
  called: (subject) => calledOf(subject),
  missing: (_, asking) => makeIt(asking),
  ask: async (subject, asking) => {
    const definition = subject.tap as TapDefinition;
    const { on } = definition;
    const { name, rule, given } = whereIs(subject, asking);
    const queue = await unlessMissing(async () => queueOf(name, given));
    const aim = { queueArn: queue?.arn, asking: given };
    const filler = await beside(
      'bus' in on ? 'events:ListTargetsByRule' : 'sns:ListSubscriptionsByTopic',
      () =>
        unlessMissing(async () => ('bus' in on ? ruleOf(rule, on.bus, aim) : subscriptionOf(on.topic, aim))),
    );
    const field = asking.project.correlation.field;
    const pattern = 'bus' in on ? busPatternOf(definition, field) : topicFilterOf(definition);
    const wanted = subject.deployed === undefined ? { pattern } : undefined;
    return { name: queueNameOf(name), called: calledOf(subject), on, queue, filler, wanted };
  },
  judge: (facts, _, asking) => {
    const { called, name, queue, filler } = facts;
    if (queue === undefined || filler === undefined)
      return [
        {
          level: 'problem',
          what: `the ${called} is not there (${name})`,
          why: 'Nothing of what is sent there can be seen: the run ends in an error before it acts.',
          todo: makeIt(asking),
        },
      ];
    return [
      ...judged(filler, `what fills the ${called}`, (one) => fillerFindings(facts, one, asking)),
      ...backlogFindings(facts),
    ];
  },
};

/** Its queue (a name or a URL), its rule, and by whose credentials they are looked at. */
function whereIs({ tap: definition, deployed }: Subject, asking: Asking) {
  if (deployed !== undefined && asking.stack !== undefined) {
    const { queueUrl, rule = '' } = deployed;
    return {
      name: queueUrl,
      rule: rule.split('/').at(-1) ?? rule,
      given: { ...asking, clients: asking.stack.clients },
    };
  }
  const { on } = definition as TapDefinition;
  const { project, as } = asking;
  const name = tapNameOf({ project: project.name, on, ...(as === undefined ? {} : { as }) });
  return { name, rule: name, given: asking };
}

function calledOf({ tap: definition }: Subject): string {
  const { on } = definition as TapDefinition;
  return 'bus' in on ? `tap on bus ${busNameOf(on.bus)}` : `tap on topic ${topicNameOf(on.topic)}`;
}

function makeIt({ environment, as, stack }: Asking): string {
  if (stack !== undefined) return `Deploy the stack ${stack.name} again.`;
  return `npx coalmine tap --env ${environment.name}${as === undefined ? '' : ` --as ${as}`}`;
}

function fillerFindings(facts: TapFacts, filler: Filler, asking: Asking): readonly Finding[] {
  const { called, on, queue, wanted } = facts;
  const rule = filler.arn.split('/').at(-1) ?? filler.arn;
  const again = makeIt(asking);
  if (!filler.isOn)
    return [
      {
        level: 'problem',
        what: 'bus' in on ? `the ${called} is switched off (rule ${rule})` : `the ${called} is not confirmed`,
        todo:
          'bus' in on ? `aws events enable-rule --name ${rule} --event-bus-name ${busNameOf(on.bus)}` : again,
      },
    ];
  if (!filler.isAimed)
    return [{ level: 'problem', what: `the ${called} does not lead to its queue`, todo: again }];
  return [
    ...(lets(queue?.policy, filler.arn)
      ? []
      : [
          {
            level: 'problem' as const,
            what: `the queue of the ${called} does not let in what it should receive`,
            why: `Its policy allows sqs:SendMessage to nobody from ${filler.arn}.`,
            todo: again,
          },
        ]),
    ...(wanted === undefined || isDeepStrictEqual(filler.pattern, wanted.pattern)
      ? []
      : [
          {
            level: 'doubt' as const,
            what: `the ${called} lets through other things than the project file says`,
            why: `It has ${JSON.stringify(filler.pattern ?? {})}, and should have ${JSON.stringify(wanted.pattern ?? {})}.`,
            todo: again,
          },
        ]),
  ];
}

function backlogFindings({ called, queue }: TapFacts): readonly Finding[] {
  const messages = queue?.messages ?? 0;
  if (messages <= MOST_MESSAGES) return [];
  return [
    {
      level: 'doubt',
      what: `the ${called} holds about ${messages} messages that nobody has read`,
      why: 'Runs read them all before what is their own; what is an hour old goes by itself.',
      todo: "Let the tap's 'pattern' pass less, or wait an hour.",
    },
  ];
}

/** Whether a queue's policy lets a rule or a topic send into it. */
function lets(policy: Json | undefined, arn: string): boolean {
  const { Statement = [] } = (policy ?? {}) as { readonly Statement?: Json };
  return [Statement].flat().some((statement) => {
    const text = JSON.stringify(statement);
    return (
      text.includes('"Effect":"Allow"') &&
      /"(sqs:SendMessage|sqs:\*|SQS:\*)"/.test(text) &&
      text.includes(arn)
    );
  });
}

async function queueOf(name: string, { clients, signal }: Asking) {
  const { SQSClient, GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const client = clients.clientOf(SQSClient, 'look');
  const QueueUrl = await queueUrlOf(name, client, signal);
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  const { Attributes: found = {} } = await client.send(command, { abortSignal: signal });
  const policy = found['Policy'];
  return {
    arn: found['QueueArn'] ?? '',
    messages: Number(found['ApproximateNumberOfMessages'] ?? 0),
    policy: policy === undefined || policy === '' ? undefined : (JSON.parse(policy) as Json),
  };
}

interface Aim {
  readonly queueArn: string | undefined;
  readonly asking: Asking;
}

async function ruleOf(name: string, bus: string, { queueArn, asking }: Aim): Promise<Filler> {
  const { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } = await import(
    '@aws-sdk/client-eventbridge'
  );
  const client = asking.clients.clientOf(EventBridgeClient, 'look');
  const options = { abortSignal: asking.signal };
  const rule = await client.send(new DescribeRuleCommand({ Name: name, EventBusName: bus }), options);
  const { Targets = [] } = await client.send(
    new ListTargetsByRuleCommand({ Rule: name, EventBusName: bus }),
    options,
  );
  return {
    arn: rule.Arn ?? '',
    isOn: rule.State === 'ENABLED',
    isAimed: Targets.some(({ Arn }) => Arn === queueArn),
    pattern: rule.EventPattern === undefined ? undefined : parseJson(rule.EventPattern),
  };
}

async function subscriptionOf(topic: string, { queueArn, asking }: Aim): Promise<Filler | undefined> {
  const { SNSClient, GetSubscriptionAttributesCommand } = await import('@aws-sdk/client-sns');
  const client = asking.clients.clientOf(SNSClient, 'look');
  const SubscriptionArn = await subscriptionTo(queueArn, topic, asking.clients);
  if (SubscriptionArn === undefined) return undefined;
  if (SubscriptionArn === 'PendingConfirmation')
    return { arn: topic, isOn: false, isAimed: true, pattern: undefined };
  const command = new GetSubscriptionAttributesCommand({ SubscriptionArn });
  const { Attributes = {} } = await client.send(command, { abortSignal: asking.signal });
  const { FilterPolicy } = Attributes;
  return {
    arn: topic,
    isOn: Attributes['PendingConfirmation'] !== 'true',
    isAimed: true,
    pattern: FilterPolicy === undefined || FilterPolicy === '' ? undefined : parseJson(FilterPolicy),
  };
}

async function subscriptionTo(
  queueArn: string | undefined,
  topic: string,
  clients: AwsClients,
): Promise<string | undefined> {
  const { paginateListSubscriptionsByTopic, SNSClient } = await import('@aws-sdk/client-sns');
  const client = clients.clientOf(SNSClient, 'look');
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
    { client },
    { TopicArn: topic },
  )) {
    const found = Subscriptions.find(({ Endpoint }) => Endpoint === queueArn);
    if (found?.SubscriptionArn !== undefined) return found.SubscriptionArn;
  }
  return undefined;
}

async function unlessMissing<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (faultSortOf(thrown) === 'missing') return undefined;
    throw thrown;
  }
}
