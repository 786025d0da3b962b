import { Token } from 'aws-cdk-lib';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import type { Section, Value } from '../deploy/intrinsics.ts';
import { brokenRequirement } from '../deploy/template/parameter-rules.ts';
import type { WorkerNetwork } from './network.ts';
import type { CoalmineRunnerProps } from './props.ts';

/** A built stack, as data. */
export interface StackTemplate {
  readonly Parameters: Readonly<Record<string, Section>>;
  readonly Globals: Section;
  readonly Conditions: Readonly<Record<string, Value>>;
  readonly Resources: Readonly<Record<string, Section>>;
  readonly Rules?: Readonly<Record<string, Section>>;
}

/** Values of the template's parameters, and all faults of the properties that they come from. */
export interface ParameterValues {
  readonly values: Readonly<Record<string, Value>>;
  readonly faults: readonly string[];
  /** Variables that no canary reads. */
  readonly unread: readonly string[];
}

/** Parameters that CloudFormation fills from Parameter Store by itself stay parameters, unless a value is given. */
export function parameterValues(
  template: StackTemplate,
  props: CoalmineRunnerProps,
  network?: WorkerNetwork,
): ParameterValues {
  const { Parameters } = template;
  const readBy = variablesOf(template);
  const { variables = {}, parameters = {} } = props;
  const given: Record<string, Value> = { ...ownParameters(props, network), ...parameters };
  for (const [name, parameter] of Object.entries(readBy)) {
    const value = variables[name];
    if (value !== undefined && value !== '') given[parameter] = value;
  }
  const variableOf = Object.fromEntries(Object.entries(readBy).map(([name, parameter]) => [parameter, name]));
  const unknown = Object.keys(parameters).filter((name) => Parameters[name] === undefined);
  const settled = Object.entries(Parameters)
    .filter(([name, { Type }]) => given[name] !== undefined || Type === 'String' || Type === 'Number')
    .map(([name, section]) => ({ name, section, value: given[name] ?? section['Default'] }));
  return {
    values: omitUndefined(Object.fromEntries(settled.map(({ name, value }) => [name, value]))) as Readonly<
      Record<string, Value>
    >,
    faults: [
      ...unknown.map((name) => `parameters: the template has no parameter ${name}.`),
      ...settled.flatMap(({ name, section, value }) => {
        const place =
          variableOf[name] === undefined ? placeOf(name, parameters) : `variables: { ${variableOf[name]} }`;
        if (value === undefined) return `${place} is missing. ${String(section['Description'])}`;
        const fault = faultIn(section, value);
        return fault === undefined ? [] : `${place} ${fault}`;
      }),
    ],
    unread: Object.keys(variables).filter((name) => readBy[name] === undefined),
  };
}

/** Properties by the parameter that each fills. */
const PROPERTY_OF = {
  Buses: 'buses',
  Topics: 'topics',
  AlertEmail: 'alertEmail',
  CanariesAtOnce: 'canariesAtOnce',
  MostWorkers: 'mostWorkers',
  StepMetrics: 'stepMetrics',
  LogRetentionDays: 'logRetention',
  SitePages: 'sitePages',
  HeartbeatUrl: 'heartbeatUrl',
  AllowShrink: 'allowShrink',
  PermissionsBoundary: 'permissionsBoundary',
  KmsKeyArn: 'encryptionKey',
  SecretsKeyArn: 'secretsKey',
  SubnetIds: 'vpcSubnets',
  SecurityGroupIds: 'securityGroups',
} as const satisfies Readonly<Record<string, keyof CoalmineRunnerProps>>;

function ownParameters(
  props: CoalmineRunnerProps,
  network: WorkerNetwork | undefined,
): Record<string, Value> {
  const { buses, topics, stepMetrics, allowShrink, sitePages } = props;
  const values: Readonly<Record<keyof typeof PROPERTY_OF, Value | undefined>> = {
    Buses: buses?.map(({ eventBusName }) => eventBusName).join(','),
    Topics: topics?.map(({ topicArn }) => topicArn).join(','),
    AlertEmail: props.alertEmail,
    CanariesAtOnce: props.canariesAtOnce,
    MostWorkers: props.mostWorkers,
    StepMetrics: stepMetrics === undefined ? undefined : stepMetrics ? 'on' : 'off',
    LogRetentionDays: props.logRetention,
    HeartbeatUrl: props.heartbeatUrl,
    AllowShrink: yesOrNo(allowShrink),
    SitePages: yesOrNo(sitePages),
    PermissionsBoundary: props.permissionsBoundary?.managedPolicyArn,
    KmsKeyArn: props.encryptionKey?.keyArn,
    SecretsKeyArn: props.secretsKey?.keyArn,
    SubnetIds: network?.subnetIds.join(','),
    SecurityGroupIds: network?.securityGroups.map(({ securityGroupId }) => securityGroupId).join(','),
  };
  return omitUndefined(values) as Record<string, Value>;
}

function yesOrNo(value: boolean | undefined): Value | undefined {
  return value === undefined ? undefined : value ? 'yes' : 'no';
}

/** Variables of the functions that are filled from a parameter, with that parameter. */
function variablesOf({ Parameters, Resources }: StackTemplate): Readonly<Record<string, string>> {
  const { Environment } = (Resources['WorkerFunction'] as { readonly Properties: Section }).Properties as {
    readonly Environment: { readonly Variables: Section };
  };
  return Object.fromEntries(
    Object.entries(Environment.Variables).flatMap(([name, value]) => {
      const parameter = typeof value === 'object' && 'Ref' in value ? String(value.Ref) : '';
      return parameter.startsWith('Env') && Parameters[parameter] !== undefined ? [[name, parameter]] : [];
    }),
  );
}

function placeOf(parameter: string, parameters: object): string {
  const property = PROPERTY_OF[parameter as keyof typeof PROPERTY_OF];
  return property === undefined || Object.hasOwn(parameters, parameter)
    ? `parameters: { ${parameter} }`
    : property;
}

/** The fault of a value by the rules of its parameter; a token is not checked. */
function faultIn(section: Section, value: Value): string | undefined {
  if (Token.isUnresolved(value)) return undefined;
  const wanted = brokenRequirement(section, String(value));
  if (wanted === undefined) return undefined;
  return `${section['NoEcho'] === true ? '' : `is '${String(value)}'. It `}must be ${wanted}.`;
}
