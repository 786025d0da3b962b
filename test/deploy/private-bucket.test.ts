import { describe, expect, it } from '@jest/globals';
import { objectsOf, overTlsOnly, tlsOnlyPolicy } from '../../runner/deploy/private-bucket.ts';

describe('the policy of a bucket', () => {
  it('refuses each request without TLS, for the bucket and for its objects', () => {
    const { Properties } = tlsOnlyPolicy('Pages');
    const arns = [{ 'Fn::GetAtt': ['Pages', 'Arn'] }, objectsOf('Pages')];

    expect(Properties).toMatchObject({
      Bucket: { Ref: 'Pages' },
      PolicyDocument: { Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: arns }] },
    });
    expect(objectsOf('Pages')).toEqual({ 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Pages', 'Arn'] }, '/*']] });
  });

  it.each(['s3', 'sqs', 'sns'] as const)('compares with a text, as IAM asks for it: %s', (service) => {
    expect(overTlsOnly(service, '*')['Condition']).toEqual({ Bool: { 'aws:SecureTransport': 'false' } });
  });
});
