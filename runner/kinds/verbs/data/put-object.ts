import { Type } from 'typebox';
import { omitUndefined } from '../../../core/base/omit-undefined.ts';
import { correlationIdOf } from '../../../core/base/run-id.ts';
import { bucketFault, keyFault } from '../../aws/bucket-errors.ts';
import { bodyText } from '../../aws/message-attributes.ts';
import { receiptOf } from '../../aws/receipt.ts';
import type { Verb } from '../../kind.ts';
import { anyJson, closed, text } from '../../schema.ts';

const input = closed({
  bucket: text('Name of the S3 bucket'),
  key: text('Key of the object'),
  body: anyJson('Its content: text as it is, anything else as JSON'),
  contentType: Type.Optional(text('Its content type; text/plain or application/json when left out')),
});

export const putObject = {
  name: 'putObject',
  summary: 'puts an object into an S3 bucket',
  primaryInput: 'bucket',
  input,
  view: {
    etag: { description: "the object's ETag" },
    versionId: { description: 'its version, where the bucket keeps versions; otherwise missing' },
  },
  blameOnTimeout: 'api',
  ownIds: () => [],
  makes: ({ bucket, key }) => ({ kind: 'object', input: { bucket, key } }),
  permissions: ({ bucket, key }) => [{ action: 's3:PutObject', resource: bucket, below: key }],
  hop: ({ bucket, key }) => `bucket ${bucket} · ${key}`,
  example: `putObject: invoices-incoming
key: canary/inv_1.json
body:
  invoiceId: inv_1
`,
  faults: ({ bucket, key }, of) => [...bucketFault(bucket), ...keyFault(key, of)],
  act: async ({ bucket, key, body, contentType }, context) => {
    const { S3Client, PutObjectCommand } = await import('@aws-sdk/client-s3');
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: bodyText(body),
      ContentType: contentType ?? (typeof body === 'string' ? 'text/plain' : 'application/json'),
      ...(context.correlate ? { Metadata: { 'correlation-id': correlationIdOf(context.runId) } } : {}),
    });
    const { ETag, VersionId } = await context
      .clientOf(S3Client)
      .send(command, { abortSignal: context.signal });
    const etag = receiptOf(ETag, `The object was put into bucket ${bucket}`);
    const data = { etag, ...omitUndefined({ versionId: VersionId }) };
    return { kind: 'putObject', id: `${bucket}/${key}`, takenAtMs: context.clock.nowMs(), data };
  },
} satisfies Verb<typeof input>;
