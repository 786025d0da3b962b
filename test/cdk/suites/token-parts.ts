import { describe, expect, it } from '@jest/globals';
import { App, Aws, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { tokenParts } from '../../../runner/cdk/token-parts.ts';
import { nestedStackIds, resourceAt } from '../../../runner/core/expression/stack-value.ts';

const STACK = new Stack(new App(), 'Shop', { env: { account: '111122223333', region: 'eu-west-1' } });
const TOPIC = new Topic(STACK, 'Topic');
const BUS = new EventBus(STACK, 'Bus');
const QUEUE = new Queue(STACK, 'Queue');

describe('the parts of a text with tokens', () => {
  const split = tokenParts([TOPIC]);

  it.each([
    { of: 'the ARN of a construct', text: BUS.eventBusArn, first: 'arn' },
    { of: 'the name of a construct', text: BUS.eventBusName, first: '' },
    { of: 'a Ref that is an ARN', text: new Topic(STACK, 'Other').topicArn, first: 'arn' },
    { of: 'an ARN with tokens in it', text: `arn:${Aws.PARTITION}:sns:x:y:z`, first: 'arn' },
    { of: 'a name with tokens in it', text: `${BUS.eventBusName}-copy`, first: '' },
    { of: 'no token', text: 'plain', first: 'plain' },
  ])('begin with what $of begins with', ({ text, first }) => {
    expect(split(text, ':')?.[0]).toBe(first);
  });

  it('are the region and the account of a topic', () => {
    expect(split(`${TOPIC.topicArn}:::`, ':')?.slice(3, 5)).toEqual(['eu-west-1', '111122223333']);
  });

  it('are the members of a list', () => {
    expect(split(`${BUS.eventBusName},b`, ',')).toEqual([BUS.eventBusName, 'b']);
  });

  it('are known to CloudFormation alone by any other delimiter', () => {
    expect(split(BUS.eventBusArn, '/')).toBeUndefined();
  });

  it('are refused if nothing says whether it is a name or an ARN, or if it is a URL', () => {
    expect(() => split(Fn.importValue('bus'), ':')).toThrow('may be a name or an ARN');
    expect(() => split(QUEUE.queueUrl, ':')).toThrow(
      'Shop/Queue/Resource gives the URL of a queue. Give queue.queueArn or queue.queueName.',
    );
  });
});

describe('a resource that a path of constructs names', () => {
  const stack = new Stack(new App(), 'Orders');
  const shop = new Construct(stack, 'Shop');
  const made = [
    new Queue(new Construct(shop, 'Shop'), 'Shop-Queue'),
    new CfnQueue(shop, 'Bare'),
    new CfnQueue(shop, 'Default'),
    new Queue(stack, 'My-Queue'),
    new NestedStack(shop, 'Inner'),
  ];
  const { Resources } = Template.fromStack(stack).toJSON() as { readonly Resources: object };
  const resources = Object.entries(Resources).map(
    ([logicalId, { Type }]: [string, { readonly Type: string }]) => ({
      logicalId,
      type: Type,
      physicalId: undefined,
    }),
  );

  it.each([[['Shop', 'Shop', 'Shop-Queue']], [['Shop', 'Bare']], [['Shop']], [['My-Queue']]])(
    'is the one that CDK made: %j',
    (path) => {
      expect(resourceAt(path, resources)?.type).toBe('AWS::SQS::Queue');
    },
  );

  it('is the nested stack that CDK made', () => {
    const [nested] = resources.filter(({ type }) => type === 'AWS::CloudFormation::Stack');

    expect(nestedStackIds(['Shop', 'Inner'])).toContain(nested?.logicalId);
    expect(new Set(resources.map(({ logicalId }) => logicalId)).size).toBe(made.length);
  });
});
