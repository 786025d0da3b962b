import { bucketFault, keyFault } from '../../aws/bucket-errors.ts';
import type { Verb } from '../../kind.ts';
import { closed, text } from '../../schema.ts';

const input = closed({
  bucket: text('Name of the S3 bucket'),
  key: text('Key of the object'),
});

/** Deletes one object; one that is not there is no fault, as S3 has it. */
export const deleteObject = {
  name: 'deleteObject',
  summary: 'deletes an object from an S3 bucket',
  primaryInput: 'bucket',
  input,
  view: {},
  blameOnTimeout: 'api',
  permissions: ({ bucket, key }) => [{ action: 's3:DeleteObject', resource: bucket, below: key }],
  hop: ({ bucket, key }) => `bucket ${bucket} · ${key}`,
  example: `deleteObject: invoices-incoming
key: canary/inv_1.json
`,
  faults: ({ bucket, key }, of) => [...bucketFault(bucket), ...keyFault(key, of)],
  act: async ({ bucket, key }, context) => {
    const { S3Client, DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: key });
    await context.clientOf(S3Client).send(command, { abortSignal: context.signal });
    return { kind: 'deleteObject', id: `${bucket}/${key}`, takenAtMs: context.clock.nowMs(), data: {} };
  },
} satisfies Verb<typeof input>;
