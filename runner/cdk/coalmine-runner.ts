import { type CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Connections, IConnectable } from 'aws-cdk-lib/aws-ec2';
import {
  type IGrantable,
  type IPrincipal,
  type IRole,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { Construct } from 'constructs';
import { includeRunner } from './include.ts';
import { workerNetwork } from './network.ts';
import type { CoalmineRunnerProps } from './props.ts';

/**
 * The stack of a project's canaries: schedule, functions, state, taps, alarms and dashboard. It is built when the construct is made.
 * @throws Error with every fault of the canaries, or of the properties.
 */
export class CoalmineRunner extends Construct implements IGrantable, IConnectable {
  /** State: slots, results, alerts. */
  readonly table: ITable;
  /** Topic for alarms, and for notices of canaries without a channel. */
  readonly alertTopic: ITopic;
  /** The function that runs canaries. */
  readonly workerFunction: IFunction;
  /** The role that canaries act as. */
  readonly workerRole: IRole;
  /** The worker, for grants by resources. Its boundary does not let it use more than its canaries need. */
  readonly grantPrincipal: IPrincipal;
  /** Name of the runner in its own metrics. */
  readonly runnerName: string;
  /** Every resource, by its logical name in the template: `template.getResource('StateTable')`. */
  readonly template: CfnInclude;

  readonly #connections: Connections | undefined;

  constructor(scope: Construct, id: string, props: CoalmineRunnerProps = {}) {
    super(scope, id);
    const network = workerNetwork(this, props);
    const { template, name } = includeRunner(this, props, network);
    const resource = (logicalName: string): CfnResource => template.getResource(logicalName);
    const arn = (logicalName: string): string => resource(logicalName).getAtt('Arn').toString();
    this.#connections = network?.connections;
    this.template = template;
    this.runnerName = name;
    this.table = Table.fromTableAttributes(this, 'Table', { tableArn: arn('StateTable') });
    this.alertTopic = props.alertTopic ?? Topic.fromTopicArn(this, 'AlertTopic', resource('AlertTopic').ref);
    this.workerRole = Role.fromRoleArn(this, 'WorkerRole', arn('WorkerRole'));
    this.grantPrincipal = this.workerRole;
    this.workerFunction = LambdaFunction.fromFunctionAttributes(this, 'WorkerFunction', {
      functionArn: arn('WorkerFunction'),
      role: this.workerRole,
      sameEnvironment: true,
    });
    resource('StateTable').applyRemovalPolicy(props.removalPolicy ?? RemovalPolicy.RETAIN);
    if (props.alertTopic !== undefined) letAlarmsPublish(props.alertTopic, Stack.of(this));
    if (props.encryptionKey !== undefined) letServicesUse(props.encryptionKey, Stack.of(this));
  }

  /**
   * The network connections of the worker.
   * @throws Error if the runner has no `vpc`.
   */
  get connections(): Connections {
    if (this.#connections === undefined)
      throw new Error(`${this.node.path} is in no VPC, so it has no security group. Give it a vpc.`);
    return this.#connections;
  }

  /**
   * The share of a canary's runs that passed, in percent. A run that could not check has no value.
   * @param options period, statistic and more. @default the average of five minutes
   */
  metricSuccessPercent(canary: string, options?: MetricOptions): Metric {
    return this.#metric('SuccessPercent', canary, options);
  }

  /** The time that runs of a canary take, in milliseconds. @default the average of five minutes */
  metricDuration(canary: string, options?: MetricOptions): Metric {
    return this.#metric('Duration', canary, options);
  }

  #metric(metricName: string, canary: string, options?: MetricOptions): Metric {
    return new Metric({
      namespace: 'Coalmine',
      metricName,
      dimensionsMap: { CanaryName: canary },
      period: Duration.minutes(5),
      statistic: 'Average',
      ...options,
    }).attachTo(this);
  }
}

/** A topic of another stack keeps its policy: its owner lets CloudWatch publish. */
function letAlarmsPublish(topic: ITopic, { account }: Stack): void {
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  );
}

/** The services that write into what the key encrypts (Amazon SNS, SQS and CloudWatch Logs developer guides, on KMS). */
function letServicesUse(key: IKey, { region, account }: Stack): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: ['cloudwatch', 'events', 'sns'].map(
        (name) => new ServicePrincipal(`${name}.amazonaws.com`),
      ),
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('logs.amazonaws.com')],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:*:logs:${region}:${account}:*` },
      },
    }),
  );
}
