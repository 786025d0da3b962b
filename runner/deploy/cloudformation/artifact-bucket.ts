import type { AwsClients } from '../../adapters/aws/clients.ts';
import { ObserverError } from '../../core/base/errors.ts';
import type { Section } from '../intrinsics.ts';
import { PRIVATE, tlsOnlyPolicy } from '../private-bucket.ts';
import { type Applying, applyStack } from './apply-stack.ts';

/** Name of the stack of the bucket for archives and templates: one for all stacks of Coalmine in an account and region. */
export const ARTIFACTS_STACK = 'coalmine-artifacts';

/** Its objects stay: CloudFormation takes a function's earlier archive from there if an update fails. */
const TEMPLATE: Section = {
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'Archives and templates of the stacks of Coalmine. Made by coalmine deploy.',
  Resources: {
    Bucket: {
      Type: 'AWS::S3::Bucket',
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        ...PRIVATE,
      },
    },
    BucketPolicy: tlsOnlyPolicy('Bucket'),
  },
  Outputs: { Bucket: { Value: { Ref: 'Bucket' } } },
};

/** The name of the bucket for artifacts; its stack is made if it does not exist. */
export async function artifactBucket(applying: Applying): Promise<string> {
  const { api, print } = applying;
  const known = (await api.describe(ARTIFACTS_STACK))?.outputs['Bucket'];
  if (known !== undefined) return known;
  print(`Making a bucket for archives, by the stack ${ARTIFACTS_STACK}:`);
  const template = { body: JSON.stringify(TEMPLATE) };
  const refusal = (): string =>
    `The stack ${ARTIFACTS_STACK} has no output 'Bucket', so it is not one of Coalmine. Nothing was changed. Name a bucket of yours with --bucket.`;
  await applyStack({ stack: ARTIFACTS_STACK, template, parameters: [], kept: ['Bucket'], refusal }, applying);
  const made = (await api.describe(ARTIFACTS_STACK))?.outputs['Bucket'];
  if (made === undefined) throw new ObserverError(`The stack ${ARTIFACTS_STACK} has no output 'Bucket'.`);
  return made;
}

/** The account of the caller. */
export async function accountOf(clients: AwsClients): Promise<string> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const { Account = '' } = await clients
    .clientOf(STSClient, 'observe')
    .send(new GetCallerIdentityCommand({}));
  return Account;
}

/** A bucket of this account; a bucket of that name in another account is refused. */
export interface ArtifactStore {
  put(key: string, bytes: Uint8Array): Promise<void>;
}

export async function artifactStore(
  clients: AwsClients,
  { bucket, account }: { readonly bucket: string; readonly account: string },
): Promise<ArtifactStore> {
  const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = clients.clientOf(S3Client, 'observe');
  return {
    put: async (Key, Body) => {
      const input = { Bucket: bucket, Key, Body, ExpectedBucketOwner: account };
      await client.send(new PutObjectCommand(input));
    },
  };
}
