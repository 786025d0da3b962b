import type { Question } from '../question.ts';

/** Is the bucket there, and may what is in it be listed? */
export const bucket: Question<undefined> = {
  about: 'bucket',
  called: ({ name }) => `bucket ${name}`,
  missing: () => 'Check its name.',
  ask: async ({ name }, { clients, signal }) => {
    const { S3Client, HeadBucketCommand } = await import('@aws-sdk/client-s3');
    const client = clients.clientOf(S3Client, 'look');
    await client.send(new HeadBucketCommand({ Bucket: name }), { abortSignal: signal });
    return undefined;
  },
  judge: () => [],
};
