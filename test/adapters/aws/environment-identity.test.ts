import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { awsClients } from '../../../runner/adapters/aws/clients.ts';
import { identityIn } from '../../../runner/adapters/aws/environment-identity.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' };
const CREDENTIALS = { accessKeyId: 'id', secretAccessKey: 'key' };

describe('the identity in variables that a program gives', () => {
  it.each([
    { title: 'nothing', env: {}, identity: {} },
    { title: 'half of the keys', env: { AWS_ACCESS_KEY_ID: 'id' }, identity: {} },
    { title: 'keys', env: KEYS, identity: { credentials: CREDENTIALS } },
    {
      title: 'temporary keys',
      env: { ...KEYS, AWS_SESSION_TOKEN: 'token' },
      identity: { credentials: { ...CREDENTIALS, sessionToken: 'token' } },
    },
    {
      title: 'a profile, which wins',
      env: { ...KEYS, AWS_PROFILE: 'staging' },
      identity: { profile: 'staging' },
    },
  ])('is read from $title', ({ env, identity }) => {
    expect(identityIn(env)).toEqual(identity);
  });

  it('is left to the SDK for the environment of the process', () => {
    expect(identityIn(process.env)).toEqual({});
  });

  it('reaches the clients', async () => {
    const clients = awsClients({ region: 'eu-west-1', env: KEYS });
    const { config } = clients.clientOf(SQSClient, 'observe');

    expect(await config.credentials()).toMatchObject(CREDENTIALS);
    clients.close();
  });
});
