import { KEPT_MS } from '../../runner/core/store/slot-transitions.ts';
import { allow, att, ref, type Section, type Value, when } from '../../runner/deploy/intrinsics.ts';
import { objectsOf, PRIVATE, tlsOnlyPolicy } from '../../runner/deploy/private-bucket.ts';
import { skipped } from './skipped.ts';

const DAY_MS = 24 * 3_600_000;

/** The reason for which rules on buckets of data are not for this one. */
const REMADE =
  'Pages are made from the state again and again: versions, locks, events and an access log would be of no use.';

/** The bucket of the pages of the state, if `SitePages` asks for it: private, encrypted, over TLS only. */
export function siteResources(): Readonly<Record<string, Section>> {
  return {
    SiteBucket: {
      Type: 'AWS::S3::Bucket',
      Condition: 'HasSite',
      // A bucket with objects cannot be deleted.
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Metadata: skipped({
        CKV_AWS_18: REMADE,
        CKV_AWS_21: REMADE,
      }),
      Properties: {
        BucketEncryption: { ServerSideEncryptionConfiguration: [encryption()] },
        ...PRIVATE,
        // The page of a run lives as long as its result in the table. The others are written again in time.
        LifecycleConfiguration: {
          Rules: [{ Id: 'old-pages', Status: 'Enabled', ExpirationInDays: KEPT_MS / DAY_MS }],
        },
      },
    },
    SiteBucketPolicy: { Condition: 'HasSite', ...tlsOnlyPolicy('SiteBucket') },
  };
}

const OBJECTS = objectsOf('SiteBucket');

/** The tick writes pages, and lists those of runs. It reads none. */
export const ON_SITE: readonly Value[] = [
  allow('s3:PutObject', OBJECTS),
  allow('s3:ListBucket', att('SiteBucket'), { StringEquals: { 's3:prefix': 'runs/' } }),
].map((statement) => when('HasSite', statement));

/** Names the bucket to the tick; or nothing. */
export const SITE_BUCKET: Value = { 'Fn::If': ['HasSite', ref('SiteBucket'), ''] };

function encryption(): Section {
  return {
    BucketKeyEnabled: when('HasKey', true),
    ServerSideEncryptionByDefault: {
      'Fn::If': [
        'HasKey',
        { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: ref('KmsKeyArn') },
        { SSEAlgorithm: 'AES256' },
      ],
    },
  };
}
