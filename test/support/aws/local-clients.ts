import { afterAll, beforeAll } from '@jest/globals';
import { type LocalAws, startLocalAws } from '../../../infra/local-aws/index.ts';
import { type AwsClients, awsClients } from '../../../runner/adapters/aws/clients.ts';

/** A local AWS for the tests of a file, and clients of it; both are there from the first test on. */
export interface LocalClients {
  aws: LocalAws;
  clients: AwsClients;
  clientOf<Client>(constructor: new (config: never) => Client): Client;
}

/** Starts it before the tests, and ends it after them. */
export function localClients(): LocalClients {
  const local = {
    clientOf: (constructor) => local.clients.clientOf(constructor, 'act'),
  } as LocalClients;
  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
    local.aws = await startLocalAws();
    local.clients = awsClients({ region: local.aws.region, endpoint: local.aws.url });
  });
  afterAll(async () => {
    local.clients.close();
    await local.aws.close();
  });
  return local;
}
