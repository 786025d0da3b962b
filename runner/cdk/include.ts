import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotations, Names, Stack, Token } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import type { Construct } from 'constructs';
import type { Section, Value } from '../deploy/intrinsics.ts';
import { foldTemplate, type TemplateSections } from '../deploy/template/fold.ts';
import { withoutSam } from '../deploy/template/without-sam.ts';
import { buildCanaries } from './build.ts';
import type { WorkerNetwork } from './network.ts';
import type { CoalmineRunnerProps } from './props.ts';
import { tokenParts } from './token-parts.ts';
import { type ParameterValues, parameterValues } from './values.ts';

/** Resources of the template in a construct, and the name of the runner. */
export interface IncludedRunner {
  readonly template: CfnInclude;
  readonly name: string;
}

/**
 * Builds the canaries, and includes the template in a construct: with its parameters filled, without SAM.
 * @throws Error with every fault of the files, or of the properties.
 */
export function includeRunner(
  scope: Construct,
  props: CoalmineRunnerProps,
  network?: WorkerNetwork,
): IncludedRunner {
  const name = props.runnerName ?? Names.uniqueResourceName(scope, { separator: '-', maxLength: 100 });
  const { folder, template, warnings } = buildCanaries(props);
  if (warnings !== '') Annotations.of(scope).addWarningV2('coalmine:build', warnings);
  const Resources = withoutSam(template, (code, logicalName) => {
    const { s3BucketName, s3ObjectKey } = new Asset(scope, `${logicalName}Code`, {
      path: join(folder, code),
    });
    return { S3Bucket: s3BucketName, S3Key: s3ObjectKey };
  });
  const folded = foldTemplate(
    { ...template, Resources },
    {
      refs: { ...refsOf(scope, parameterValues(template, props, network), props), 'AWS::StackName': name },
      split: tokenParts(props.topics ?? []),
      equals: areEqual,
    },
  );
  return { template: include(scope, { ...folded, Rules: openRules(scope, folded) }), name };
}

/** Includes a template, which CDK reads from a file only. */
function include(scope: Construct, template: TemplateSections): CfnInclude {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-cdk-'));
  try {
    const templateFile = join(folder, 'template.json');
    writeFileSync(templateFile, JSON.stringify(template));
    return new CfnInclude(scope, 'Resource', { templateFile, preserveLogicalIds: false });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function refsOf(
  scope: Construct,
  { values, faults, unread }: ParameterValues,
  { alertTopic }: CoalmineRunnerProps,
): Readonly<Record<string, Value>> {
  if (faults.length > 0)
    throw new Error(`The properties of ${scope.node.path} are faulty.\n${faults.join('\n')}`);
  for (const variable of unread)
    Annotations.of(scope).addWarningV2(
      `coalmine:unread-variable-${variable}`,
      `No canary reads \${env:${variable}}. Remove it from 'variables', or correct its name.`,
    );
  const { region, account } = Stack.of(scope);
  const topic = alertTopic?.topicArn;
  return {
    ...values,
    'AWS::Region': region,
    'AWS::AccountId': account,
    ...(topic === undefined ? {} : { AlertTopic: topic, AlertTopicPolicy: topic }),
  };
}

/** A token is never empty. Two different ones may be equal for CloudFormation. */
function areEqual(left: string, right: string): boolean | undefined {
  if (left === right) return true;
  if (left === '' || right === '') return false;
  return Token.isUnresolved(left) || Token.isUnresolved(right) ? undefined : false;
}

/** The rules that CloudFormation alone can check. One that is broken already is an error of the construct. */
function openRules(
  scope: Construct,
  { Rules }: Required<TemplateSections>,
): Readonly<Record<string, Section>> {
  const rules = Object.entries(Rules).map(([name, rule]) => {
    const assertions = rule['Assertions'] as readonly Section[];
    for (const { Assert, AssertDescription } of assertions)
      if (Assert === false) Annotations.of(scope).addError(String(AssertDescription));
    return [
      name,
      { ...rule, Assertions: assertions.filter(({ Assert }) => typeof Assert !== 'boolean') },
    ] as const;
  });
  return Object.fromEntries(rules.filter(([, { Assertions }]) => Assertions.length > 0));
}
