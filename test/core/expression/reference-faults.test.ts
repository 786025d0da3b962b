import { describe, expect, it } from '@jest/globals';
import { referenceFault, secretAndKey } from '../../../runner/core/expression/reference-faults.ts';

describe('references', () => {
  it.each([
    { scheme: 'env', name: 'SHOP_URL' },
    { scheme: 'ssm', name: '/shop/prod/token' },
    { scheme: 'ssm', name: 'token:3' },
    { scheme: 'secret', name: 'shop/db' },
    { scheme: 'secret', name: 'arn:aws:secretsmanager:eu-west-1:1:secret:shop-AbCdEf#a key' },
    { scheme: 'cf', name: 'shop-prod.ApiUrl' },
    { scheme: 'cf', name: 'arn:aws:cloudformation:eu-west-1:1:stack/shop/0a.ApiUrl' },
    { scheme: 'cf', name: 'shop-prod/OrdersTable' },
    { scheme: 'cf', name: 'shop-prod/Nested/OrdersTable' },
    { scheme: 'cf', name: 'shop-prod/Nested.ApiUrl' },
    { scheme: 'cf', name: 'arn:aws:cloudformation:eu-west-1:1:stack/shop/0a/OrdersTable' },
    { scheme: 'cf', name: 'shop-${env.name}-${env.region}/OrdersTable' },
    { scheme: 'cf', name: '${env:STACK}.ApiUrl' },
    { scheme: 'cf', name: '${ssm:/shop/stack}/OrdersTable' },
  ] as const)('take $scheme:$name', (reference) => {
    expect(referenceFault(reference)).toBeUndefined();
  });

  it.each([
    { scheme: 'env', name: 'AWS_SECRET_ACCESS_KEY', says: 'belongs to the runner itself' },
    { scheme: 'env', name: 'aws_session_token', says: 'belongs to the runner itself' },
    { scheme: 'ssm', name: '/shop/$x', says: 'does not name a parameter' },
    { scheme: 'secret', name: 'shop#', says: 'does not name a secret' },
    { scheme: 'secret', name: '#key', says: 'does not name a secret' },
    { scheme: 'cf', name: 'shop', says: 'names no output and no resource of a stack' },
    { scheme: 'cf', name: '.ApiUrl', says: 'names no output and no resource of a stack' },
    { scheme: 'env', name: 'SKU:-none', says: 'does not name a variable' },
    { scheme: 'cf', name: 'shop/', says: 'names no output and no resource of a stack' },
    { scheme: 'cf', name: 'shop//Table', says: 'names no output and no resource of a stack' },
    { scheme: 'cf', name: 'shop/Table.Arn.x', says: 'names no output and no resource of a stack' },
    { scheme: 'cf', name: 'arn:aws:cloudformation:eu-west-1:1:stack/shop/0a', says: 'names no output' },
    { scheme: 'cf', name: 'shop/${env.name}', says: 'names no output and no resource of a stack' },
    {
      scheme: 'cf',
      name: '${secret:shop}/Table',
      says: '${secret:shop} cannot stand in the name of a stack',
    },
    { scheme: 'cf', name: '${cf:a.B}/Table', says: '${cf:a.B} cannot stand in the name of a stack' },
    { scheme: 'cf', name: 'shop-${run.id}/Table', says: '${run.id} cannot stand in the name of a stack' },
    { scheme: 'ssm', name: '/shop/${env.name}', says: 'holds another reference' },
    { scheme: 'env', name: '${env.name}', says: 'holds another reference' },
    { scheme: 'cf', name: 'shop:Table', says: 'names no output and no resource of a stack' },
  ] as const)('refuse $scheme:$name', ({ says, ...reference }) => {
    expect(referenceFault(reference)?.message).toContain(says);
  });

  it.each([
    { name: 'a-${env.name}', stack: 'a-${env.name}' },
    { name: '${env:STACK}', stack: '${env:STACK}' },
    { name: 'shop/${env.name}', stack: 'shop' },
    {
      name: 'arn:aws:cloudformation:eu-west-1:1:stack/shop/0a',
      stack: 'arn:aws:cloudformation:eu-west-1:1:stack/shop/0a',
    },
    { name: '/Table', stack: 'shop' },
  ])('hint at an output and a resource of the stack in cf:$name', ({ name, stack }) => {
    expect(referenceFault({ scheme: 'cf', name })?.hint).toBe(
      `write \${cf:${stack}.ApiUrl} for an output, or \${cf:${stack}/OrdersTable} for a resource by its logical id`,
    );
  });

  it('are split where what holds the value ends', () => {
    expect(secretAndKey('shop/db')).toEqual({ secret: 'shop/db' });
    expect(secretAndKey('shop/db#a#b')).toEqual({ secret: 'shop/db', key: 'a#b' });
  });
});
