import { isDeepStrictEqual } from 'node:util';
import { unlessMissing } from '../../adapters/aws/errors.ts';
import {
  type FilledQueue,
  type Filler,
  letsIn,
  readFiller,
  readQueue,
} from '../../adapters/taps/tap-filler.ts';
import { tapNameOf } from '../../adapters/taps/tap-name.ts';
import { patternOf, stackPatternOf } from '../../adapters/taps/tap-pattern.ts';
import { addressOf, feedNameOf } from '../../core/aws/feed.ts';
import { isQueueUrl } from '../../core/aws/location.ts';
import { busNameOf } from '../../core/aws/resources/bus.ts';
import { queueNameOf } from '../../core/aws/resources/queue.ts';
import type { Json } from '../../core/base/json.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { TapDefinition } from '../../core/model/project.ts';
import { queueUrlOf } from '../../kinds/aws/queue-url.ts';
import type { Finding } from '../question/finding.ts';
import { judged, optionalQuery } from '../question/optional-query.ts';
import type { Question, QuestionContext, Subject, Unasked } from '../question/question.ts';

export interface TapFacts {
  readonly name: string;
  readonly called: string;
  readonly on: TapDefinition['on'];
  /** Messages in its queue, and the queue's policy; undefined without a queue. */
  readonly queue: { readonly messages: number; readonly policy: Json | undefined } | undefined;
  readonly filler: Filler | Unasked | undefined;
  /** The pattern that it must have, by the project file; undefined if all must come through. */
  readonly wanted: Json | undefined;
}

/** More messages than this were unread for a while: runs read what comes. */
const MOST_MESSAGES = 1_000;

/** Checks that the tap is in place: a queue, and an enabled rule or subscription that fills it, with the right pattern. */
export const tap: Question<TapFacts> = {
  called: (subject) => calledOf(subject),
  missing: (_, asking) => makeIt(asking),
  ask: async (subject, asking) => {
    const definition = subject.tap as TapDefinition;
    const { on } = definition;
    const { name, rule, given } = whereIs(subject, asking);
    const queue = await unlessMissing(async () => queueOf(name, on, given));
    const queueArn = queue?.arn ?? '';
    const filler = await optionalQuery(
      'bus' in on ? 'events:ListTargetsByRule' : 'sns:ListSubscriptionsByTopic',
      () => readFiller({ on, filler: 'bus' in on ? rule : undefined, queueArn }, given),
    );
    const { project } = asking;
    const wanted =
      subject.deployed === undefined
        ? patternOf(definition, project.correlation.field)
        : stackPatternOf('bus' in on ? 'bus' : 'topic', project);
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

/** Its queue (a name or a URL), its rule, and the credentials for reading them. */
function whereIs({ tap: definition, deployed }: Subject, asking: QuestionContext) {
  if (deployed !== undefined && asking.stack !== undefined) {
    const { queueUrl, filler } = deployed;
    return {
      name: queueUrl,
      rule: filler.split('/').at(-1) ?? filler,
      given: { ...asking, clients: asking.stack.clients },
    };
  }
  const { on } = definition as TapDefinition;
  const { project, as } = asking;
  const name = tapNameOf({ project: project.name, on, ...omitUndefined({ as }) });
  return { name, rule: name, given: asking };
}

function calledOf({ tap: definition }: Subject): string {
  return `tap on ${feedNameOf((definition as TapDefinition).on)}`;
}

function makeIt({ environment, as, stack }: QuestionContext): string {
  if (stack !== undefined) return `Deploy the stack ${stack.name} again.`;
  return `npx coalmine tap --env ${environment.name}${as === undefined ? '' : ` --as ${as}`}`;
}

function fillerFindings(facts: TapFacts, filler: Filler, asking: QuestionContext): readonly Finding[] {
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
    ...(letsIn(queue?.policy, filler.arn)
      ? []
      : [
          {
            level: 'problem' as const,
            what: `the queue of the ${called} does not let in what it should receive`,
            why: `Its policy does not allow sqs:SendMessage from ${filler.arn}.`,
            todo: again,
          },
        ]),
    ...(isDeepStrictEqual(filler.pattern, wanted)
      ? []
      : [
          {
            level: 'doubt' as const,
            what: `the ${called} lets through other things than the project file says`,
            why: `It has ${JSON.stringify(filler.pattern ?? {})}, and should have ${JSON.stringify(wanted ?? {})}.`,
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
      what: `the ${called} holds about ${messages} messages that have not been read`,
      why: 'Runs read them all before what is their own; what is an hour old goes by itself.',
      todo: "Let the tap's 'pattern' pass less, or wait an hour.",
    },
  ];
}

/** A personal tap is in the region of its source; that of a stack is given by its URL. */
async function queueOf(name: string, on: TapDefinition['on'], asking: QuestionContext): Promise<FilledQueue> {
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const at = isQueueUrl(name) ? name : addressOf(on);
  const client = asking.clients.clientOf(SQSClient, 'observe', at);
  return readQueue(await queueUrlOf(name, client, asking.signal), { ...asking, at });
}
