import { describe, expect, it } from '@jest/globals';
import type { References } from '../../runner/core/expression/reference.ts';
import { NO_SECRETS, redactorOf } from '../../runner/core/redaction/redact.ts';
import { hidingValues } from '../../runner/doctor/hidden-values.ts';
import { fine } from '../../runner/doctor/question/finding.ts';

const VALUES: Readonly<Record<string, string>> = {
  TABLE: 'orders-of-prod',
  STAGE: 'prod',
  SHORT: 'abc',
  TOPIC: 'arn:aws:sns:eu-west-1:111122223333:ships',
  ODD: 'a.b(c)*+[d]',
  EMPTY: '',
  LOGS: 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/pay:*',
  FUNCTION: 'arn:aws:lambda:eu-west-1:111122223333:function:charge:green',
  ALIASED: 'refund:blue',
  INDEX: 'arn:aws:dynamodb:eu-west-1:111122223333:table/carts/index/by-owner',
  QUEUE: 'https://sqs.eu-west-1.amazonaws.com/111122223333/parcels',
  SITE: 'https://shop.example:8443/cart?x=1',
  API: 'https://k3j9x2.execute-api.eu-west-1.amazonaws.com/live',
  ODD_URL: 'https://[',
  WORD: 'table',
  WITH_SECRET: 'https://files.example/top-secret-word/x',
};

/** Hides the values of all variables; `secret` is left to the redactor. */
async function hiding() {
  const redactor = redactorOf(['top-secret-word', 'key-orders-of-prod-1']);
  const read: References['read'] = async ({ name }) => ({
    value: VALUES[name] ?? 'hidden-elsewhere',
    secret: name === 'secret',
  });
  const { references, hide } = hidingValues({ read }, redactor);
  for (const name of [...Object.keys(VALUES), 'secret']) await references.read({ scheme: 'env', name });
  return (text: string) => hide(redactor.deep(fine(text))).what;
}

describe('a finding', () => {
  it.each([
    {
      title: 'names the reference of a value',
      text: 'table orders-of-prod is',
      says: 'table ${env:TABLE} is',
    },
    { title: 'names that of a part', text: 'queue in-prod-x', says: 'queue in-${env:STAGE}-x' },
    {
      title: 'keeps a word that holds a shorter value',
      text: 'product reproduced',
      says: 'product reproduced',
    },
    { title: 'keeps a value of fewer than four characters', text: 'table abc', says: 'table abc' },
    {
      title: 'names that of an ARN and of its last part',
      text: 'arn:aws:sns:eu-west-1:111122223333:ships, topic ships, in 111122223333',
      says: '${env:TOPIC}, topic ${env:TOPIC}, in 111122223333',
    },
    { title: 'names that of a value with signs', text: '<a.b(c)*+[d]>', says: '<${env:ODD}>' },
    {
      title: 'names that of a log group by its ARN',
      text: 'log group /aws/lambda/pay, lambda:Invoke',
      says: 'log group ${env:LOGS}, lambda:Invoke',
    },
    {
      title: 'names that of a function and its alias',
      text: 'charge:green, charge, green; refund:blue, refund, blue',
      says: '${env:FUNCTION}, ${env:FUNCTION}, ${env:FUNCTION}; ${env:ALIASED}, ${env:ALIASED}, ${env:ALIASED}',
    },
    {
      title: 'names that of a table and its index',
      text: 'table carts has no index by-owner',
      says: 'table ${env:INDEX} has no index ${env:INDEX}',
    },
    {
      title: 'names that of a host and of the end of a URL',
      text: 'shop.example:8443, shop.example, cart, queue parcels, arn:aws:execute-api:eu-west-1::k3j9x2/*',
      says: '${env:SITE}, ${env:SITE}, ${env:SITE}, queue ${env:QUEUE}, arn:aws:execute-api:eu-west-1::${env:API}/*',
    },
    {
      title: 'keeps a word of its own that is a value too, except as a name',
      text: 'table table is not there; table-like',
      says: 'table ${env:WORD} is not there; table-like',
    },
    { title: 'masks a secret that holds a value', text: 'queue key-orders-of-prod-1', says: 'queue ***' },
    {
      title: 'names that of a value that holds a secret',
      text: 'https://files.example/top-secret-word/x',
      says: '${env:WITH_SECRET}',
    },
    { title: 'leaves a secret to the redactor', text: 'hidden-elsewhere', says: 'hidden-elsewhere' },
  ])('$title', async ({ text, says }) => {
    expect((await hiding())(text)).toBe(says);
  });

  it('is changed in each of its texts, and in nothing else', async () => {
    const { references, hide } = hidingValues(
      { read: async () => ({ value: 'orders', secret: false }) },
      NO_SECRETS,
    );
    const finding = {
      level: 'problem',
      what: 'orders',
      why: 'orders',
      todo: 'orders',
      canary: 'orders',
    } as const;
    expect(hide(finding)).toEqual(finding);

    await references.read({ scheme: 'cf', name: 'stack.Table' });

    const shown = '${cf:stack.Table}';
    expect(hide(finding)).toEqual({ ...finding, what: shown, why: shown, todo: shown });
  });
});
