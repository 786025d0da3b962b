import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  contradicts,
  formatLocation,
  isQueueHost,
  locate,
  locationOf,
} from '../../../runner/core/aws/location.ts';

describe('where a resource lies', () => {
  it.each([
    ['orders', {}],
    ['', {}],
    [
      'arn:aws:sqs:eu-central-1:123456789012:q',
      { partition: 'aws', region: 'eu-central-1', account: '123456789012' },
    ],
    ['arn:aws-cn:sns:cn-north-1:1:t', { partition: 'aws-cn', region: 'cn-north-1', account: '1' }],
    [
      'arn:aws-eusc:sqs:eusc-de-east-1:1:q',
      { partition: 'aws-eusc', region: 'eusc-de-east-1', account: '1' },
    ],
    ['arn:aws:iam::123456789012:role/r', { partition: 'aws', account: '123456789012' }],
    ['arn:aws:s3:::bucket', { partition: 'aws' }],
    ['arn:aws:sqs:${env.region}:1:q', { partition: 'aws', account: '1' }],
    ['arn:aws:sqs:${ssm:/region}:1:q', { partition: 'aws' }],
    ['arn:', {}],
    [
      'https://sqs.us-east-2.amazonaws.com/123456789012/q',
      { partition: 'aws', region: 'us-east-2', account: '123456789012' },
    ],
    [
      'https://sqs-fips.us-gov-west-1.amazonaws.com/123456789012/q',
      { partition: 'aws', region: 'us-gov-west-1', account: '123456789012' },
    ],
    [
      'https://eu-west-1.queue.amazonaws.com/123456789012/q',
      { partition: 'aws', region: 'eu-west-1', account: '123456789012' },
    ],
    [
      'https://queue.amazonaws.com/123456789012/q',
      { partition: 'aws', region: 'us-east-1', account: '123456789012' },
    ],
    [
      'https://sqs.cn-north-1.amazonaws.com.cn/123456789012/q',
      { partition: 'aws-cn', region: 'cn-north-1', account: '123456789012' },
    ],
    [
      'https://sqs.eusc-de-east-1.amazonaws.eu/123456789012/q',
      { partition: 'aws-eusc', region: 'eusc-de-east-1', account: '123456789012' },
    ],
    [
      'https://sqs.us-iso-east-1.c2s.ic.gov/123456789012/q',
      { partition: 'aws-iso', region: 'us-iso-east-1', account: '123456789012' },
    ],
    [
      'https://sqs.eu-west-1.api.aws/123456789012/q',
      { partition: 'aws', region: 'eu-west-1', account: '123456789012' },
    ],
    [
      'https://vpce-0a-1b.sqs.eu-west-1.vpce.amazonaws.com/123456789012/q',
      { partition: 'aws', region: 'eu-west-1', account: '123456789012' },
    ],
    ['http://127.0.0.1:4566/000000000000/q', { account: '000000000000' }],
    ['http://localhost:4566/queue/q', {}],
    ['https://', {}],
  ])('%s is read as %j', (address, location) => {
    expect(locationOf(address)).toEqual(location);
  });

  it('is never guessed from a name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_.-]{1,80}$/), (name) => {
        expect(locationOf(name)).toEqual({});
      }),
    );
  });

  it.each([
    [{}, { region: 'a' }, false],
    [{ region: 'a' }, { region: 'a', account: '1' }, false],
    [{ region: 'a' }, { region: 'b' }, true],
    [{ region: 'a', account: '1' }, { region: 'a', account: '2' }, true],
  ])('of %j and of %j contradict each other: %s', (one, other, isSo) => {
    expect(contradicts(one, other)).toBe(isSo);
    expect(contradicts(other, one)).toBe(isSo);
  });

  it('is home for a bus by its name, and unknown for a topic by its name', () => {
    const home = { region: 'eu-west-1', account: '1' };

    expect(locate({ bus: 'orders' }, home)).toEqual(home);
    expect(locate({ topic: 'ships' }, home)).toEqual({});
    expect(locate({ bus: 'arn:aws:events:x:2:event-bus/orders' }, home)).toEqual({
      partition: 'aws',
      region: 'x',
      account: '2',
    });
  });

  it('is put into words', () => {
    expect(formatLocation({ region: 'eu-west-1', account: '1' })).toBe('eu-west-1, account 1');
    expect(formatLocation({ account: '1' })).toBe('account 1');
    expect(formatLocation({ region: 'eu-west-1' })).toBe('eu-west-1');
  });
});

describe('the host of a queue’s URL', () => {
  it.each([
    ['https://sqs.eu-west-1.amazonaws.com/1/q', true],
    ['http://sqs.eu-west-1.amazonaws.com/1/q', false],
    ['https://sqs.eu-west-1.amazonaws.com.evil.example/1/q', false],
    ['https://sqs.eu-west-1.evil.example/1/q', false],
    ['https://evil.example/1/q', false],
    ['https://s3.eu-west-1.amazonaws.com/1/q', false],
    ['https://evil.amazonaws.com/1/q', false],
    ['http://169.254.169.254/1/q', false],
    ['http://127.0.0.1:4566/1/q', true],
    ['http://localhost:4566/1/q', true],
    ['http://sqs.us-east-1.localhost.localstack.cloud:4566/1/q', true],
    ['http://localstack:4566/1/q', true],
    ['http://10.0.0.5:4566/1/q', true],
    ['http://172.20.0.5:4566/1/q', true],
    ['https://', false],
  ])('%s may be asked: %s', (url, isSo) => {
    expect(isQueueHost(url)).toBe(isSo);
  });
});
