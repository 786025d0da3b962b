import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { policyArn } from '../../../runner/core/aws/policy-arn.ts';
import { busNameOf } from '../../../runner/core/aws/resources/bus.ts';
import { functionNameOf } from '../../../runner/core/aws/resources/function.ts';
import { logGroupNameOf } from '../../../runner/core/aws/resources/log-group.ts';
import { queueNameOf } from '../../../runner/core/aws/resources/queue.ts';
import {
  exampleArn,
  isArnOf,
  nameInArn,
  type Resource,
} from '../../../runner/core/aws/resources/resource.ts';
import { execution, stateMachineNameOf } from '../../../runner/core/aws/resources/state-machine.ts';
import * as table from '../../../runner/core/aws/resources/table.ts';
import { topicNameOf } from '../../../runner/core/aws/resources/topic.ts';

const NAMED: readonly (readonly [string, Resource])[] = Object.entries(table);
const BY_ARN = NAMED.filter(([name]) => name !== 'bucket');

const inPlace = (arn: string): string =>
  arn
    .replace('<region>', 'eu-west-1')
    .replace('<account>', '111122223333')
    .replaceAll('${AWS::Partition}', 'aws')
    .replaceAll('${AWS::AccountId}', '111122223333')
    .replace('<name>', 'orders');

describe('a resource', () => {
  it.each(NAMED)('%s stands in the table under the key of steps that names it', (key, { name }) => {
    expect(key).toBe(name);
  });

  it('has one service to itself, so that the action of a policy names it', () => {
    const services = NAMED.map(([, { service }]) => service);

    expect(services).toEqual([...new Set(services)]);
  });

  it.each(BY_ARN)('%s takes its own example and the ARN of its policy for its ARNs', (_, resource) => {
    const example = inPlace(exampleArn(resource));
    const granted = inPlace(policyArn(`${resource.service}:Any`, 'orders', 'eu-west-1') ?? '');

    expect(isArnOf(resource, example)).toBe(true);
    expect(isArnOf(resource, granted)).toBe(true);
    expect(nameInArn(resource.service, resource.arn.type, example)).toBe('orders');
    expect(granted.replace(/:\*$/, '')).toBe(example);
  });

  it.each(BY_ARN)('%s takes neither the ARN of another resource nor a part of its own', (name, resource) => {
    const others = [...BY_ARN.filter(([other]) => other !== name).map(([, other]) => other), execution];
    const own = inPlace(exampleArn(resource));
    const wrong = [
      ...others.map((other) => inPlace(exampleArn(other))),
      own.replace('eu-west-1', ''),
      own.replace('111122223333', '1'),
      own.replace(/orders$/, ''),
      ` ${own}`,
      'orders',
    ];

    expect(wrong.filter((arn) => isArnOf(resource, arn))).toEqual([]);
  });

  it('stands in the table, unless a reference or a request names it', () => {
    const folder = join(import.meta.dirname, '../../../runner/core/aws/resources');
    const files = readdirSync(folder).map((file) => file.replace('.ts', ''));
    const others = ['api', 'parameter', 'resource', 'secret', 'stack', 'table'];

    expect(files.filter((file) => !others.includes(file)).length).toBe(NAMED.length);
  });

  it.each([
    {
      name: busNameOf('arn:aws:events:eu-west-1:1:event-bus/aws.partner/x/orders'),
      is: 'aws.partner/x/orders',
    },
    { name: busNameOf('arn:${AWS::Partition}:events:x'), is: 'arn:${AWS::Partition}:events:x' },
    { name: busNameOf('orders'), is: 'orders' },
    { name: busNameOf('arn:aws:sns:eu-west-1:1:ships'), is: 'arn:aws:sns:eu-west-1:1:ships' },
    { name: topicNameOf('arn:aws:sns:eu-west-1:1:ships'), is: 'ships' },
    { name: queueNameOf('arn:aws:sqs:eu-west-1:1:q'), is: 'q' },
    { name: queueNameOf('https://sqs.eu-west-1.amazonaws.com/1/q'), is: 'q' },
    { name: queueNameOf('q'), is: 'q' },
    { name: functionNameOf('arn:aws:lambda:eu-west-1:1:function:f:live'), is: 'f' },
    { name: functionNameOf('f:2'), is: 'f' },
    { name: logGroupNameOf('arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/f:*'), is: '/aws/lambda/f' },
    { name: stateMachineNameOf('arn:aws:states:eu-west-1:1:stateMachine:m'), is: 'm' },
    { name: stateMachineNameOf('arn:aws:states:eu-west-1:1:execution:m:run'), is: 'm' },
  ])('is called $is', ({ name, is }) => {
    expect(name).toBe(is);
  });
});

describe('the ARN of a policy', () => {
  it.each([
    { action: 'sqs:SendMessage', of: 'arn:aws:sqs:eu-west-1:1:q', is: 'arn:aws:sqs:eu-west-1:1:q' },
    {
      action: 'logs:FilterLogEvents',
      of: 'arn:aws:logs:eu-west-1:1:log-group:x',
      is: 'arn:aws:logs:eu-west-1:1:log-group:x:*',
    },
    {
      action: 'logs:FilterLogEvents',
      of: 'arn:aws:logs:eu-west-1:1:log-group:x:*',
      is: 'arn:aws:logs:eu-west-1:1:log-group:x:*',
    },
    {
      action: 'sqs:SendMessage',
      of: 'https://sqs.eusc-de-east-1.amazonaws.eu/111122223333/q',
      is: 'arn:${AWS::Partition}:sqs:eusc-de-east-1:111122223333:q',
    },
    {
      action: 'sqs:SendMessage',
      of: 'https://us-iso-east-1.queue.c2s.ic.gov/111122223333/q.fifo',
      is: 'arn:${AWS::Partition}:sqs:us-iso-east-1:111122223333:q.fifo',
    },
    {
      action: 'sqs:SendMessage',
      of: 'http://127.0.0.1:4566/000000000000/q',
      is: 'arn:${AWS::Partition}:sqs:eu-west-1:000000000000:q',
    },
    {
      action: 'execute-api:Invoke',
      of: 'https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod/orders',
      is: 'arn:${AWS::Partition}:execute-api:eu-central-1:${AWS::AccountId}:a1b2c3/*',
    },
    { action: 'execute-api:Invoke', of: 'https://api.example.com/orders', is: undefined },
    { action: 'execute-api:Invoke', of: 'https://*.execute-api.eu-west-1.amazonaws.com/', is: undefined },
    { action: 'sts:AssumeRole', of: 'watcher', is: 'watcher' },
    { action: '', of: 'x', is: 'x' },
  ])('of $action on $of is $is', ({ action, of, is }) => {
    expect(policyArn(action, of, 'eu-west-1')).toBe(is);
  });
});
