import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClients } from '../../../runner/adapters/aws/clients.ts';
import { siteBucket } from '../../../runner/adapters/runtime/site-bucket.ts';
import { mapWithConcurrency } from '../../../runner/core/base/with-concurrency.ts';
import { localClients } from '../../support/aws/local-clients.ts';
import { type RecordingProxy, startRecordingProxy } from '../../support/aws/recording-proxy.ts';

const Bucket = 'pages';

describe('a bucket of pages', () => {
  const local = localClients();
  let proxy: RecordingProxy;
  beforeAll(async () => {
    proxy = await startRecordingProxy(local.aws.url);
    await local.clientOf(S3Client).send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => proxy.close());

  const open = () => {
    const clients = awsClients({ region: local.aws.region, endpoint: proxy.url });
    return siteBucket({ clients, bucket: Bucket });
  };
  const askedFor = (action: string): number => proxy.asked.filter((one) => one.action === action).length;

  it('has each page with its type, and is not to be kept by browsers', async () => {
    const bucket = open();
    await bucket.write({ path: 'index.html', text: '<p>ä</p>' });
    await bucket.write({ path: 'badge.svg', text: '<svg/>' });
    const s3 = local.clientOf(S3Client);
    const get = async (Key: string) => {
      const { Body, ContentType, CacheControl } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return { text: await Body?.transformToString(), ContentType, CacheControl };
    };

    expect(await get('index.html')).toEqual({
      text: '<p>ä</p>',
      ContentType: 'text/html; charset=utf-8',
      CacheControl: 'no-cache',
    });
    expect(await get('badge.svg')).toMatchObject({ ContentType: 'image/svg+xml' });
  });

  it('is written only with what changed since it was opened', async () => {
    const bucket = open();
    const before = askedFor('s3:PutObject');
    for (const text of ['a', 'a', 'b', 'b', 'a']) await bucket.write({ path: 'index.html', text });

    expect(askedFor('s3:PutObject') - before).toBe(3);
  });

  it('lists the pages of runs once, however many they are, and reads none', async () => {
    const s3 = local.clientOf(S3Client);
    const keys = Array.from({ length: 1_001 }, (_, index) => `runs/${index}.html`);
    await mapWithConcurrency(20, ['canaries/a.html', ...keys], async (Key) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })),
    );
    const bucket = open();
    expect(bucket.has('runs/0.html')).toBe(false);
    await bucket.learnRuns();
    await bucket.learnRuns();

    expect(keys.filter((key) => !bucket.has(key))).toEqual([]);
    expect(bucket.has('canaries/a.html')).toBe(false);
    expect(askedFor('s3:ListBucket')).toBe(2);
    expect(askedFor('s3:GetObject')).toBe(0);
  });

  it('lists again if the list was refused, and knows what it wrote meanwhile', async () => {
    const bucket = open();
    proxy.denied.add('s3:ListBucket');
    await expect(bucket.learnRuns()).rejects.toThrow();
    proxy.denied.clear();
    await bucket.write({ path: 'runs/7.html', text: 'new' });
    await bucket.learnRuns();
    const before = askedFor('s3:PutObject');
    await bucket.write({ path: 'runs/7.html', text: 'new' });

    expect(askedFor('s3:PutObject')).toBe(before);
    const { Contents = [] } = await local
      .clientOf(S3Client)
      .send(new ListObjectsV2Command({ Bucket, Prefix: 'runs/7.html' }));
    expect(Contents).toHaveLength(1);
  });
});
