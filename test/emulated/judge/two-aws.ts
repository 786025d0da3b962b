import { startLocalAws } from '../../../infra/local-aws/index.ts';
import { type AwsClients, awsClients } from '../../../runner/adapters/aws/clients.ts';
import type { TestAws } from '../../support/aws/test-aws.ts';
import { startMiniStack } from '../setup/mini-stack.ts';

/** An AWS to try things on, with clients of it. */
export interface Aws extends TestAws {
  readonly clients: AwsClients;
  clientOf<Client>(constructor: new (config: never) => Client): Client;
}

/** Both of them, by the names that their differences are listed under. */
export const BOTH: readonly { readonly name: string; start(): Promise<Aws> }[] = [
  { name: 'local AWS', start: async () => withClients(await startLocalAws()) },
  { name: 'MiniStack', start: async () => withClients(await startMiniStack()) },
];

function withClients(aws: TestAws): Aws {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  const clients = awsClients({ endpoint: aws.url, region: aws.region });
  return {
    ...aws,
    clients,
    clientOf: (constructor) => clients.clientOf(constructor, 'act'),
    close: async () => {
      clients.close();
      await aws.close();
    },
  };
}
