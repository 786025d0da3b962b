import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { att, ref, type Section } from '../intrinsics.ts';

type Resources = Readonly<Record<string, Section>>;

/** Gives the `Code` of a function by its `CodeUri` and its logical name. */
type CodeOf = (uri: string, name: string) => Section;

/** The resources of a template with functions of SAM as plain ones, named as SAM names them. So they need no transform. */
export function withoutSam(
  { Globals, Resources }: { readonly Globals: Section; readonly Resources: Resources },
  codeOf: CodeOf,
): Resources {
  const plain = Object.entries(Resources).flatMap(([name, resource]) => {
    if (resource['Type'] !== 'AWS::Serverless::Function') return [[name, resource] as const];
    const own = resource['Properties'] as Section;
    return functionResources(name, { ...(Globals['Function'] as Section), ...own }, codeOf);
  });
  return Object.fromEntries(plain);
}

function functionResources(
  name: string,
  properties: Section,
  codeOf: CodeOf,
): readonly (readonly [string, Section])[] {
  const { CodeUri, DeadLetterQueue, EventInvokeConfig, Events = {}, ...rest } = properties;
  const { TargetArn = '' } = DeadLetterQueue as Section;
  const Code = codeOf(String(CodeUri), name);
  const triggers = Object.entries(Events as Resources).map(([event, { Type, Properties }]) => {
    const trigger = TRIGGERS[String(Type)];
    if (trigger === undefined)
      throw new Error(`${name} has an event of type ${String(Type)}, which is not known here.`);
    return [`${name}${event}`, trigger(name, Properties as Section)] as const;
  });
  return [
    [name, { Type: 'AWS::Lambda::Function', Properties: { ...rest, Code, DeadLetterConfig: { TargetArn } } }],
    [
      `${name}EventInvokeConfig`,
      {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: ref(name), Qualifier: '$LATEST', ...(EventInvokeConfig as Section) },
      },
    ],
    ...triggers,
  ];
}

const TRIGGERS: Readonly<Record<string, (name: string, properties: Section) => Section>> = {
  SQS: (name, { Queue = '', ...mapping }) => ({
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: Queue, FunctionName: ref(name), ...mapping },
  }),
  ScheduleV2: (
    name,
    { Description, ScheduleExpression, FlexibleTimeWindow, OmitName: _omitted, ...target },
  ) => ({
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      ...omitUndefined({ Description, ScheduleExpression, FlexibleTimeWindow }),
      Target: { Arn: att(name), ...target },
    },
  }),
};
