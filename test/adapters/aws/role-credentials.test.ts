import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../../infra/local-aws/index.ts';
import { type AwsClients, awsClients } from '../../../runner/adapters/aws/clients.ts';
import { classifyAwsError } from '../../../runner/adapters/aws/errors.ts';
import { type AwsProxy, startProxy } from '../../support/network/proxy.ts';

const ROLE = 'arn:aws:iam::210987654321:role/coalmine-watched';

let aws: LocalAws;
let proxy: AwsProxy;
let clients: AwsClients;

beforeAll(async () => {
  aws = await startLocalAws();
  proxy = await startProxy(aws.url);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'runners-own', AWS_SECRET_ACCESS_KEY: 'local' });
});
beforeEach(() => {
  proxy.taken.length = 0;
  proxy.refusal = undefined;
  clients = awsClients({ region: aws.region, endpoint: proxy.url, role: ROLE });
});
afterAll(async () => {
  await proxy.close();
  await aws.close();
});

function keyOf(operation: string): readonly string[] {
  return proxy
    .calls(operation)
    .map(({ headers }) => /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? 'none');
}

describe('clients of an environment with a role', () => {
  it('assume it once with the runner’s own credentials, and do everything else as that role', async () => {
    const ssm = clients.clientOf(SSMClient, 'act');
    await Promise.all([
      ssm.send(new PutParameterCommand({ Name: '/a', Value: 'b', Type: 'String', Overwrite: true })),
      clients.clientOf(SQSClient, 'observe').send(new ListQueuesCommand({})),
    ]);
    await ssm.send(new GetParameterCommand({ Name: '/a' }));

    expect(keyOf('AssumeRole')).toEqual(['runners-own']);
    expect([...keyOf('PutParameter'), ...keyOf('ListQueues'), ...keyOf('GetParameter')]).toEqual([
      'ASIALOCAL',
      'ASIALOCAL',
      'ASIALOCAL',
    ]);
    expect(new URLSearchParams(proxy.calls('AssumeRole')[0]?.body).get('RoleArn')).toBe(ROLE);
    expect(proxy.calls('GetParameter')[0]?.headers['x-amz-security-token']).toBe(ROLE);
  });

  it('say that the role may not be assumed, and try again the next time', async () => {
    const ssm = clients.clientOf(SSMClient, 'act');
    proxy.refusal = { status: 403, code: 'AccessDenied' };

    const refused: unknown = await ssm
      .send(new GetParameterCommand({ Name: '/a' }))
      .catch((fault: unknown) => fault);
    proxy.refusal = undefined;
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/a' }));

    expect(classifyAwsError(refused)).toMatchObject({
      blame: 'observer',
      message: expect.stringContaining('as AWS puts it'),
    });
    expect(proxy.calls('GetParameter').length).toBe(1);
    expect(Parameter?.Value).toBe('b');
  });
});
