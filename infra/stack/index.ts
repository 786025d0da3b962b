import { stringify } from 'yaml';
import { feedNameOf } from '../../runner/core/aws/feed.ts';
import { busNameOf } from '../../runner/core/aws/resources/bus.ts';
import { isTemplate } from '../../runner/core/expression/template.ts';
import type { Project } from '../../runner/core/model/project.ts';
import { functionsOf } from '../../runner/deploy/functions.ts';
import { att, isGiven, ref, type Section, sub, type Value } from '../../runner/deploy/intrinsics.ts';
import { type FleetNeeds, needsOf } from '../../runner/deploy/needs.ts';
import { stackPlaceOf } from '../../runner/deploy/stack-place.ts';
import type { Fleet } from '../../runner/engine/fleet-context.ts';
import { dashboardBody } from '../dashboard/body.ts';
import { alarmResources } from './alarms.ts';
import { type CodeOf, DASHBOARD_NAME, functionResources, globals } from './functions.ts';
import { inboxUrl, onInboxes } from './inbox.ts';
import { CONDITIONS, INTERFACE, MOST_TAPS, PARAMETERS, RULES, SECRETS_KEY } from './parameters.ts';
import { inboxRole, roles } from './roles.ts';
import { siteResources } from './site.ts';
import { parameterConditions, parameterSections } from './stack-parameters.ts';
import { stateResources } from './state.ts';
import { tapResources, topicConditions } from './taps.ts';

/** The stack of a fleet, as CloudFormation sees it; `codeOf` is left out in a clone, where `sam build` makes the functions. */
export function stackOf(fleet: Fleet, codeOf?: CodeOf): Section {
  const { project } = fleet;
  const needs = needsOf(fleet);
  const functions = functionsOf(fleet);
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Transform: 'AWS::Serverless-2016-10-31',
    Description:
      'Coalmine: end-to-end canaries for event-driven systems. Each minute a tick finds the canaries that are due, and workers run them. A tap reader reads events and messages through taps. Channels are notified of incidents.',
    Metadata: { 'AWS::CloudFormation::Interface': INTERFACE },
    Parameters: parametersOf(project, needs),
    Rules: { ...RULES, ...placeRules(fleet) },
    Conditions: conditionsOf(needs),
    Globals: globals(codeOf),
    Resources: {
      ...functionResources(needs.variables, { codeOf, functions }),
      ...(functions.includes('inbox') ? { ...inboxUrl(), InboxRole: inboxRole(onInboxes(fleet)) } : {}),
      ...stateResources(),
      ...siteResources(),
      ...tapResources(project),
      ...roles({
        ...needs,
        canaries: [...needs.canaries, ...needs.changes],
      }),
      ...alarmResources(functions),
      Dashboard: dashboard(Object.keys(alarmResources(functions))),
    },
    Outputs: outputsOf(fleet),
  };
}

function parametersOf({ taps }: Project, { parameters, readsSecrets }: FleetNeeds): Section {
  const buses = taps.flatMap(({ on }) => ('bus' in on && !isTemplate(on.bus) ? busNameOf(on.bus) : []));
  const given = buses.length === 0 ? {} : { Default: buses.slice(0, MOST_TAPS).join(',') };
  return {
    ...PARAMETERS,
    Buses: { ...PARAMETERS['Buses'], ...given },
    ...(readsSecrets ? SECRETS_KEY : {}),
    ...parameterSections(parameters),
  };
}

/** CloudFormation refuses a stack in another account or region than that of the buses that canaries wait for. */
function placeRules(fleet: Fleet): Readonly<Record<string, Section>> {
  const { region, account } = stackPlaceOf(fleet).place;
  const assertions = [
    { required: region, word: 'region', own: 'AWS::Region' },
    { required: account, word: 'account', own: 'AWS::AccountId' },
  ].flatMap(({ required, word, own }): readonly Value[] =>
    required === undefined
      ? []
      : [
          {
            Assert: { 'Fn::Equals': [ref(own), required.value] },
            AssertDescription: `Deploy this stack in ${word} ${required.value}: its canaries wait for ${feedNameOf(required.for)} there, and a stack reads buses of its own account and region only.`,
          },
        ],
  );
  return assertions.length === 0 ? {} : { HearsItsBuses: { Assertions: assertions } };
}

function conditionsOf({ parameters, readsSecrets }: FleetNeeds): Readonly<Record<string, Value>> {
  return {
    ...CONDITIONS,
    ...topicConditions(),
    ...(readsSecrets ? { HasSecretsKey: isGiven('SecretsKeyArn') } : {}),
    ...parameterConditions(parameters),
  };
}

/** Dashboards are one list for all regions of an account: the name distinguishes two stacks, wherever they are. */
function dashboard(alarms: readonly string[]): Section {
  return {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: { DashboardName: DASHBOARD_NAME, DashboardBody: sub(dashboardBody(alarms)) },
  };
}

function outputsOf({ project, environment }: Fleet): Section {
  return {
    ...OUTPUTS,
    Project: { Description: 'The project whose canaries this stack runs.', Value: project.name },
    Environment: {
      Description: 'The environment of the project in which they run.',
      Value: environment.name,
    },
  };
}

const OUTPUTS: Section = {
  AlertTopicArn: {
    Description: 'Where canaries send notices when a channel names it.',
    Value: ref('AlertTopic'),
  },
  StateTable: { Description: 'Where Coalmine keeps its state.', Value: ref('StateTable') },
  SiteBucket: {
    Condition: 'HasSite',
    Description: 'Where the tick writes the pages of the state.',
    Value: ref('SiteBucket'),
  },
  WorkerRoleArn: {
    Description: 'The role that canaries act as; other accounts may let it assume roles of theirs.',
    Value: att('WorkerRole'),
  },
};

/** CloudFormation reads YAML 1.1, for which OFF is false unless it is quoted. */
const YAML = { version: '1.1', lineWidth: 120, aliasDuplicateObjects: false } as const;

/** A stack as the text of a template, below a comment. */
export function templateText(stack: Section, header: string): string {
  return `${header}${stringify(stack, YAML)}`;
}

/** The template of a clone, `template.yaml`. */
export function templateOf(fleet: Fleet): string {
  const header =
    '# Made by `npm run generate` from infra/stack, with what the canaries below canaries/ need. Not to be edited by hand.\n';
  return templateText(stackOf(fleet), header);
}
