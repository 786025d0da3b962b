import { createHash } from 'node:crypto';
import type { AwsClients } from '../aws/clients.ts';

export interface SiteBucketOf {
  readonly clients: AwsClients;
  readonly bucket: string;
}

/** Pages in a bucket. It reads no page, and knows by their digests those that it wrote. */
export interface SiteBucket {
  /** Lists the pages of runs, once. */
  learnRuns(): Promise<void>;
  has(path: string): boolean;
  write(file: { readonly path: string; readonly text: string }): Promise<void>;
}

/** The only pages that are never written again, so that a new process must know of them. */
const RUNS = 'runs/';

export function siteBucket({ clients, bucket: Bucket }: SiteBucketOf): SiteBucket {
  const digests = new Map<string, string>();
  let isLearnt = false;
  const client = async () => {
    const { S3Client } = await import('@aws-sdk/client-s3');
    return clients.clientOf(S3Client, 'observe');
  };
  return {
    learnRuns: async () => {
      if (isLearnt) return;
      const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
      let token: string | undefined;
      do {
        const command = new ListObjectsV2Command({ Bucket, Prefix: RUNS, ContinuationToken: token });
        const { Contents = [], NextContinuationToken } = await (await client()).send(command);
        for (const { Key = '' } of Contents) if (!digests.has(Key)) digests.set(Key, '');
        token = NextContinuationToken;
      } while (token !== undefined);
      isLearnt = true;
    },
    has: (path) => digests.has(path),
    write: async ({ path, text }) => {
      const digest = createHash('sha256').update(text).digest('base64');
      if (digests.get(path) === digest) return;
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      await (await client()).send(
        new PutObjectCommand({
          Bucket,
          Key: path,
          Body: text,
          ContentType: path.endsWith('.svg') ? 'image/svg+xml' : 'text/html; charset=utf-8',
          CacheControl: path.startsWith(RUNS) ? 'max-age=86400' : 'no-cache',
        }),
      );
      digests.set(path, digest);
    },
  };
}
