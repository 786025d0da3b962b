import { att, ref, type Section, type Value } from './intrinsics.ts';

/** Properties of every bucket of ours but its encryption: owned by the account alone, and closed to the public. */
export const PRIVATE: Section = {
  OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  },
};

/** All objects of a bucket of the template. */
export function objectsOf(bucket: string): Value {
  return { 'Fn::Join': ['', [att(bucket), '/*']] };
}

/** The policy of a bucket of the template, which refuses requests without TLS. */
export function tlsOnlyPolicy(bucket: string): Section {
  return {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: ref(bucket),
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [overTlsOnly('s3', [att(bucket), objectsOf(bucket)])],
      },
    },
  };
}

/** Refuses requests without TLS, of services and other accounts too. SNS has no `sns:*` in the policy of a topic. */
export function overTlsOnly(service: 's3' | 'sqs' | 'sns', resource: Value): Section {
  return {
    Sid: 'OverTlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: service === 'sns' ? 'sns:Publish' : `${service}:*`,
    Resource: resource,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}
