import { stringify } from 'yaml';
import { alarmResources } from './alarms.ts';
import { functionResources, GLOBALS } from './functions.ts';
import { att, ref, type Section } from './intrinsics.ts';
import { CONDITIONS, INTERFACE, PARAMETERS } from './parameters.ts';
import { type Needed, roles } from './roles.ts';
import { stateResources } from './state.ts';
import { tapResources } from './taps.ts';

/** What a stack is made for: a project's canaries, by what they need. */
export interface StackFor {
  /** Where the project's events carry the correlation id. */
  readonly field: string;
  /** What the steps of the canaries need. */
  readonly canaries: readonly Needed[];
  /** What the channels need beside the stack's own topic. */
  readonly channels: readonly Needed[];
  /** Parameters for what only the account knows, by name. */
  readonly parameters: Readonly<Record<string, Section>>;
}

/** The stack as CloudFormation sees it. */
export function stackOf({ field, canaries, channels, parameters }: StackFor): Section {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Transform: 'AWS::Serverless-2016-10-31',
    Description:
      'Coalmine: end-to-end canaries for event-driven systems. Each minute a tick finds the canaries that are due, workers run them, a witness hears events and messages through taps, and people are told when it matters.',
    Metadata: { 'AWS::CloudFormation::Interface': INTERFACE },
    Parameters: { ...PARAMETERS, ...parameters },
    Conditions: CONDITIONS,
    Globals: GLOBALS,
    Resources: {
      ...functionResources(),
      ...stateResources(),
      ...tapResources(field),
      ...roles(canaries, channels),
      ...alarmResources(),
    },
    Outputs: {
      AlertTopicArn: {
        Description: 'Where canaries send notices when a channel names it.',
        Value: ref('AlertTopic'),
      },
      StateTable: { Description: 'For coalmine history, show and mute: --table.', Value: ref('StateTable') },
      WorkerRoleArn: {
        Description: 'What canaries act as; other accounts may let it assume roles of theirs.',
        Value: att('WorkerRole'),
      },
    },
  };
}

/** CloudFormation reads YAML 1.1, for which OFF is false unless it is quoted. */
const YAML = { version: '1.1', lineWidth: 120, aliasDuplicateObjects: false } as const;

/** The stack as `template.yaml`. */
export function templateOf(stack: StackFor): string {
  const header =
    '# Made from infra/stack by `npm run generate`, with what the canaries below canaries/ need. Not to be edited by hand.\n';
  return `${header}${stringify(stackOf(stack), YAML)}`;
}
