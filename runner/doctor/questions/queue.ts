import type { SQSClient } from '@aws-sdk/client-sqs';
import { isForCanaries, queueNameOf } from '../../core/aws/resources/queue.ts';
import { writeDuration } from '../../core/base/duration.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { ActStep, Step } from '../../core/model/canary.ts';
import { queueUrlOf } from '../../kinds/aws/queue-url.ts';
import type { StepInput } from '../../kinds/kind.ts';
import { KINDS } from '../../registry.ts';
import type { Finding } from '../question/finding.ts';
import { judged, optionalQuery } from '../question/optional-query.ts';
import type { Question, QuestionContext, Unasked, Use } from '../question/question.ts';

/** A queue that gives up messages to another. */
export interface Feeder {
  readonly name: string;
  readonly maxReceiveCount: number;
  readonly visibilitySeconds: number;
}

export interface QueueFacts {
  readonly name: string;
  readonly messages: number;
  /** Its own delay for each new message, in seconds. */
  readonly delaySeconds: number;
  /** Its own redrive policy. */
  readonly redrive?: { readonly to: string; readonly maxReceiveCount: number };
  /** For a watched queue: its sources, and the functions that read it. */
  readonly feeders: readonly Feeder[] | Unasked;
  readonly readers: readonly string[] | Unasked;
}

/** A watch gives up on more messages than this, and of one message group on so many (engine/taps/held-messages.ts). */
const MOST_MESSAGES = 100;
const TOO_MANY_OF_GROUP = 10;

/** Checks that the queue exists; for a watched one, that it has no other reader and dead letters arrive in time. */
export const queue: Question<QueueFacts> = {
  called: ({ name }) => `queue ${queueNameOf(name)}`,
  missing: () => "Check its name, and the environment's region and account.",
  ask: async ({ name, uses }, asking) => {
    const { SQSClient: Client } = await import('@aws-sdk/client-sqs');
    const client = asking.clients.clientOf(Client, 'observe', name);
    const url = await queueUrlOf(name, client, asking.signal);
    const attributes = await attributesOf(client, url, asking);
    const isWatched = uses.some(isReceiving);
    const redrive = redriveIn(attributes['RedrivePolicy']);
    return {
      name: queueNameOf(name),
      messages: Number(attributes['ApproximateNumberOfMessages'] ?? 0),
      delaySeconds: Number(attributes['DelaySeconds'] ?? 0),
      ...omitUndefined({ redrive }),
      feeders: isWatched ? await feedersOf(client, url, asking) : [],
      readers: isWatched ? await readersOf(String(attributes['QueueArn']), asking) : [],
    };
  },
  judge: (facts, use) => (isReceiving(use) ? watchFindings(facts, use) : []),
};

/** A check that receives from the queue; one that looks at its counts takes nothing. */
function isReceiving({ step }: Use): boolean {
  if (step === undefined || step.mode === 'act') return false;
  return KINDS.nouns[step.kind]?.receivesFrom?.(step.input as StepInput) !== undefined;
}

async function attributesOf(
  client: SQSClient,
  QueueUrl: string,
  { signal }: QuestionContext,
): Promise<Readonly<Record<string, string>>> {
  const { GetQueueAttributesCommand } = await import('@aws-sdk/client-sqs');
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  const { Attributes = {} } = await client.send(command, { abortSignal: signal });
  return Attributes;
}

function redriveIn(text: string | undefined): QueueFacts['redrive'] {
  if (text === undefined || text === '') return undefined;
  const { deadLetterTargetArn = '', maxReceiveCount = 1 } = JSON.parse(text) as {
    readonly deadLetterTargetArn?: string;
    readonly maxReceiveCount?: number | string;
  };
  return { to: queueNameOf(deadLetterTargetArn), maxReceiveCount: Number(maxReceiveCount) };
}

async function feedersOf(
  client: SQSClient,
  QueueUrl: string,
  asking: QuestionContext,
): Promise<QueueFacts['feeders']> {
  return optionalQuery('sqs:ListDeadLetterSourceQueues', async () => {
    const { ListDeadLetterSourceQueuesCommand } = await import('@aws-sdk/client-sqs');
    const command = new ListDeadLetterSourceQueuesCommand({ QueueUrl });
    const { queueUrls = [] } = await client.send(command, { abortSignal: asking.signal });
    return Promise.all(
      queueUrls.map(async (url): Promise<Feeder> => {
        const attributes = await attributesOf(client, url, asking);
        return {
          name: queueNameOf(url),
          maxReceiveCount: redriveIn(attributes['RedrivePolicy'])?.maxReceiveCount ?? 1,
          visibilitySeconds: Number(attributes['VisibilityTimeout'] ?? 30),
        };
      }),
    );
  });
}

async function readersOf(arn: string, { clients, signal }: QuestionContext): Promise<QueueFacts['readers']> {
  return optionalQuery('lambda:ListEventSourceMappings', async () => {
    const { LambdaClient, ListEventSourceMappingsCommand } = await import('@aws-sdk/client-lambda');
    const { EventSourceMappings = [] } = await clients
      .clientOf(LambdaClient, 'observe', arn)
      .send(new ListEventSourceMappingsCommand({ EventSourceArn: arn }), { abortSignal: signal });
    return EventSourceMappings.filter(({ State }) => State !== 'Disabled').map(
      ({ FunctionArn = '' }) => FunctionArn.split(':').at(-1) ?? FunctionArn,
    );
  });
}

function watchFindings(facts: QueueFacts, use: Use): readonly Finding[] {
  const { name, feeders, readers } = facts;
  return [
    ...judged(readers, `whether a function reads queue ${name}`, (some) => readerFindings(name, some)),
    ...judged(feeders, `what dead-letters into queue ${name}`, (some) => [
      ...(some.length === 0 && !isForCanaries(name) ? [unreadableFinding(name)] : []),
      ...some.flatMap((feeder) => windowFinding(name, feeder, use)),
    ]),
    ...backlogFindings(facts),
    ...redriveFindings(facts),
    ...delayFindings(facts, use),
  ];
}

function readerFindings(name: string, readers: readonly string[]): readonly Finding[] {
  if (readers.length === 0) return [];
  return [
    {
      level: 'problem',
      what: `queue ${name} is read by ${readers.join(' and ')}`,
      why: 'A canary that reads it too takes messages from it, and it takes messages from the canary.',
      todo: "Look at its counts (expect: queue), at what the reader leaves behind, or at a dead-letter queue or one of the canary's own.",
    },
  ];
}

function unreadableFinding(name: string): Finding {
  return {
    level: 'doubt',
    what: `queue ${name} is no queue's dead-letter queue, and its name does not say that it is for canaries`,
    why: 'Another reader of it misses messages while a canary holds them.',
    todo: "Watch a dead-letter queue, or one with 'dlq', 'dead' or 'canary' in its name that no other process reads.",
  };
}

function windowFinding(name: string, feeder: Feeder, { step }: Use): readonly Finding[] {
  if (step === undefined || step.mode === 'act') return [];
  const { key, windowMs } = windowOf(step);
  const { maxReceiveCount, visibilitySeconds } = feeder;
  const neededMs = maxReceiveCount * visibilitySeconds * 1_000;
  if (neededMs <= windowMs) return [];
  const so = step.mode === 'never' ? 'the window proves nothing of it' : 'the check ends too soon';
  return [
    {
      level: 'doubt',
      what: `a message of queue ${feeder.name} reaches queue ${name} only after about ${writeDuration(neededMs)}, and ${key} is ${writeDuration(windowMs)}`,
      why: `It is tried ${maxReceiveCount} times (maxReceiveCount), ${visibilitySeconds} s apart (VisibilityTimeout): ${so}.`,
      todo: `Write '${key}: ${writeDuration(neededMs + 5_000)}' or more, or let ${feeder.name} give up sooner.`,
    },
  ];
}

/** The window of a check, and its key in the file. */
function windowOf(step: Exclude<Step, ActStep>): { readonly key: string; readonly windowMs: number } {
  return step.mode === 'never'
    ? { key: 'for', windowMs: step.forMs }
    : { key: 'within', windowMs: step.withinMs };
}

function delayFindings({ name, delaySeconds }: QueueFacts, { step }: Use): readonly Finding[] {
  if (step === undefined || step.mode === 'act') return [];
  const { key, windowMs } = windowOf(step);
  if (windowMs >= delaySeconds * 1_000) return [];
  return [
    {
      level: 'problem',
      what: `queue ${name} delays by ${delaySeconds}s, and ${key} is ${writeDuration(windowMs)}`,
      why: 'A message that is sent in that time cannot be seen before the check ends, so the check is an error.',
      todo: `Write '${key}: ${writeDuration(delaySeconds * 1_000 + 5_000)}' or more, or take the delay off the queue.`,
    },
  ];
}

function backlogFindings({ name, messages }: QueueFacts): readonly Finding[] {
  if (messages <= MOST_MESSAGES) return isFifo(name) ? groupFindings(name, messages) : [];
  return [
    {
      level: 'problem',
      what: `queue ${name} holds about ${messages} messages`,
      why: `A watch reads all that is there and gives them back, and gives up at more than ${MOST_MESSAGES}: an error.`,
      todo: 'Look into them, then move them back (a redrive) or purge the queue.',
    },
  ];
}

function groupFindings(name: string, messages: number): readonly Finding[] {
  if (messages < TOO_MANY_OF_GROUP) return [];
  return [
    {
      level: 'doubt',
      what: `queue ${name} holds about ${messages} messages`,
      why: `If ${TOO_MANY_OF_GROUP} or more of them are of one message group, a watch cannot see all of that group: an error.`,
      todo: 'Look into them, then move them back (a redrive) or purge the queue.',
    },
  ];
}

function redriveFindings({ name, redrive }: QueueFacts): readonly Finding[] {
  if (redrive === undefined) return [];
  const { to, maxReceiveCount } = redrive;
  return [
    {
      level: isFifo(name) ? 'problem' : 'doubt',
      what: `queue ${name} gives messages up to ${to} after ${maxReceiveCount} receives`,
      why: isFifo(name)
        ? 'A watch receives all that lies in a FIFO queue each second, and would move it on: it is refused.'
        : 'Each run that looks into it counts as a receive, so canaries move its messages on.',
      todo: `Watch ${to}, or take the redrive policy off ${name}.`,
    },
  ];
}

function isFifo(name: string): boolean {
  return name.endsWith('.fifo');
}
