import { Connections, type ISecurityGroup, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { CoalmineRunnerProps } from './props.ts';

/** The place of the worker in a VPC. */
export interface WorkerNetwork {
  readonly subnetIds: readonly string[];
  readonly securityGroups: readonly ISecurityGroup[];
  readonly connections: Connections;
}

/**
 * Finds the subnets of the worker, and its security groups.
 * @throws Error if a property lacks `vpc`, or if a subnet is public: Lambda gives a function no public address.
 */
export function workerNetwork(
  scope: Construct,
  { vpc, vpcSubnets, securityGroups }: CoalmineRunnerProps,
): WorkerNetwork | undefined {
  if (vpc === undefined) {
    for (const [name, value] of Object.entries({ vpcSubnets, securityGroups }))
      if (value !== undefined) throw new Error(`${scope.node.path} has ${name}, and no vpc. Give vpc too.`);
    return undefined;
  }
  const { subnetIds, hasPublic } = vpc.selectSubnets(vpcSubnets);
  if (hasPublic)
    throw new Error(
      `${scope.node.path} has public subnets, from which a function cannot call AWS. Select private subnets by vpcSubnets.`,
    );
  const groups = securityGroups ?? [
    new SecurityGroup(scope, 'SecurityGroup', { vpc, description: 'The worker of Coalmine' }),
  ];
  return {
    subnetIds,
    securityGroups: groups,
    connections: new Connections({ securityGroups: [...groups] }),
  };
}
