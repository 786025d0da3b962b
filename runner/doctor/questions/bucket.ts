import type { Question } from '../question/question.ts';

export interface BucketFacts {
  readonly name: string;
  readonly isElsewhere: boolean;
}

/** Checks that the bucket exists, in the environment's region, and that its content may be listed. */
export const bucket: Question<BucketFacts> = {
  called: ({ name }) => `bucket ${name}`,
  missing: () => 'Check its name.',
  ask: async ({ name }, { clients, signal }) => {
    const { S3Client, HeadBucketCommand } = await import('@aws-sdk/client-s3');
    const client = clients.clientOf(S3Client, 'observe');
    try {
      await client.send(new HeadBucketCommand({ Bucket: name }), { abortSignal: signal });
      return { name, isElsewhere: false };
    } catch (thrown) {
      const { $metadata } = thrown as { readonly $metadata?: { readonly httpStatusCode?: number } };
      if ($metadata?.httpStatusCode === REDIRECT) return { name, isElsewhere: true };
      throw thrown;
    }
  },
  judge: ({ name, isElsewhere }) =>
    isElsewhere
      ? [
          {
            level: 'problem',
            what: `bucket ${name} lies in another region`,
            why: "S3 only says so, and does not do what it is asked in the environment's region.",
            todo: "Give the environment the bucket's region, or name another bucket.",
          },
        ]
      : [],
};

const REDIRECT = 301;
