import type { RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** Properties of a {@link CoalmineRunner}. All are optional; a value that is left out has the default of the template. */
export interface CoalmineRunnerProps {
  /** Canary files or folders, relative to the working directory of the app. @default './canaries' */
  readonly canaries?: string | readonly string[];
  /** Name of the environment in the project file. @default the only one in which a canary has a schedule */
  readonly environment?: string;
  /** Name of the runner in its own metrics and of its dashboard: letters, digits, `-` and `_`. @default the stack's, and the path in it */
  readonly runnerName?: string;

  /** Event buses of this account and region that canaries expect events on: five at most. @default the project's taps, or else `default` */
  readonly buses?: readonly IEventBus[];
  /** Standard topics that canaries expect messages on: five at most. @default none */
  readonly topics?: readonly ITopic[];
  /** Values of the variables that canaries read by `${env:NAME}`, by name. They are not secret: use `${secret:…}` or `${ssm:…}` for those. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Values of other parameters of the template, by name: `Ssm…`, `Cf…`, `Secret…`, `On…`. The error of a missing one names it. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Lets a deployment take away half of the canaries or more. @default false */
  readonly allowShrink?: boolean;

  /** Topic for alarms, and for notices of canaries without a channel. @default a topic of the runner's own */
  readonly alertTopic?: ITopic;
  /** Address that is subscribed to the topic. AWS asks it to confirm. @default none */
  readonly alertEmail?: string;
  /** URL, from `https://` on, that is called after each complete tick. It stands in the template. @default none */
  readonly heartbeatUrl?: string;

  /** Number of canaries that one worker runs at a time: 1 to 100. @default 10 */
  readonly canariesAtOnce?: number;
  /** Limit of workers that run at a time: 2 to 1000, taken from the account's concurrency. @default 10 */
  readonly mostWorkers?: number;
  /** Metrics for each step too. @default false */
  readonly stepMetrics?: boolean;
  /** Pages of the state in a private bucket, which is kept when the runner is removed. @default false */
  readonly sitePages?: boolean;
  /** Time for which logs are kept: two years at most. @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;

  /** Permissions boundary of every role. @default one of the runner's own, for the worker */
  readonly permissionsBoundary?: IManagedPolicy;
  /** Key for the table, the queues, the topic and the logs. A key of the same app lets the services use it. @default AWS-managed encryption */
  readonly encryptionKey?: IKey;
  /** Key of the parameters and secrets that canaries and channels read. @default the AWS-managed one */
  readonly secretsKey?: IKey;

  /** Network of the worker, for canaries that call private addresses. Its subnets need a way to the public APIs of AWS. @default none */
  readonly vpc?: IVpc;
  /** Subnets of the worker. @default the private subnets of `vpc` */
  readonly vpcSubnets?: SubnetSelection;
  /** Security groups of the worker. @default a new one that allows all outbound traffic */
  readonly securityGroups?: readonly ISecurityGroup[];

  /** Fate of the state table when the runner is removed. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy;
}
