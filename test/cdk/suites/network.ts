import { describe, expect, it } from '@jest/globals';
import type { Stack } from 'aws-cdk-lib';
import { type IVpc, Port, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Section } from '../../../runner/deploy/intrinsics.ts';
import { deployed, propertiesOf, synthesised } from '../support.ts';

function vpcIn(stack: Stack, id = 'Vpc'): IVpc {
  return new Vpc(stack, id, { maxAzs: 2, natGateways: 1 }) as IVpc; // CDK's own types do not fit exactOptionalPropertyTypes
}

describe('the network of a runner', () => {
  it('is the private subnets of a VPC, under a security group of its own', () => {
    const shown = deployed((stack) => ({ vpc: vpcIn(stack) }));
    const { Resources } = synthesised(shown);

    expect((Resources['WorkerFunction'] as Section)['Properties']).toHaveProperty('VpcConfig', {
      SubnetIds: [1, 2].map((number) => ({ Ref: expect.stringContaining(`PrivateSubnet${number}`) })),
      SecurityGroupIds: [{ 'Fn::GetAtt': [expect.stringContaining('SecurityGroup'), 'GroupId'] }],
    });
    expect(JSON.stringify(Resources['WorkerRole'])).toContain('ec2:CreateNetworkInterface');
    expect(Resources['TickFunction']?.['Properties']).not.toHaveProperty('VpcConfig');
  });

  it('is the given subnets and groups, which let the worker reach other constructs', () => {
    const shown = deployed((stack) => {
      const vpc = vpcIn(stack);
      const group = SecurityGroup.fromSecurityGroupId(stack, 'Given', 'sg-0a1b2c3d');
      return { vpc, vpcSubnets: { subnets: vpc.privateSubnets.slice(0, 1) }, securityGroups: [group] };
    });
    const service = new SecurityGroup(shown.stack, 'Service', { vpc: vpcIn(shown.stack, 'Other') });
    service.connections.allowFrom(shown.runner, Port.tcp(443));

    expect(propertiesOf(shown, 'WorkerFunction')).toMatchObject({
      VpcConfig: { SubnetIds: [{ Ref: expect.any(String) }], SecurityGroupIds: ['sg-0a1b2c3d'] },
    });
    expect(JSON.stringify(synthesised(shown).Resources)).toContain('"SourceSecurityGroupId":"sg-0a1b2c3d"');
  });

  it('is none without a VPC, and then there is nothing to connect', () => {
    const shown = deployed();

    expect(propertiesOf(shown, 'WorkerFunction')).not.toHaveProperty('VpcConfig');
    expect(JSON.stringify(synthesised(shown).Resources)).not.toContain('ec2:');
    expect(() => shown.runner.connections).toThrow('Shop/Canaries is in no VPC');
  });

  it('is refused if it is public, or if a part of it is missing', () => {
    expect(() =>
      deployed((stack) => ({ vpc: vpcIn(stack), vpcSubnets: { subnetType: SubnetType.PUBLIC } })),
    ).toThrow('Shop/Canaries has public subnets');
    expect(() => deployed({ vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED } })).toThrow(
      'Shop/Canaries has vpcSubnets, and no vpc. Give vpc too.',
    );
  });
});
