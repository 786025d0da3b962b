import { describe, expect, it } from '@jest/globals';
import { hidingValues } from '../../runner/doctor/hidden-values.ts';
import { fine } from '../../runner/doctor/question/finding.ts';

const VALUES: Readonly<Record<string, string>> = {
  TABLE: 'orders-of-prod',
  STAGE: 'prod',
  SHORT: 'abc',
  TOPIC: 'arn:aws:sns:eu-west-1:111122223333:ships',
  ODD: 'a.b(c)*+[d]',
  EMPTY: '',
};

/** Hides the values of all variables; `secret` is left to the redactor. */
async function hiding() {
  const { references, hide } = hidingValues({
    read: async ({ name }) => ({ value: VALUES[name] ?? 'hidden-elsewhere', secret: name === 'secret' }),
  });
  for (const name of [...Object.keys(VALUES), 'secret']) await references.read({ scheme: 'env', name });
  return (text: string) => hide(fine(text)).what;
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
    { title: 'leaves a secret to the redactor', text: 'hidden-elsewhere', says: 'hidden-elsewhere' },
  ])('$title', async ({ text, says }) => {
    expect((await hiding())(text)).toBe(says);
  });

  it('is changed in each of its texts, and in nothing else', async () => {
    const { references, hide } = hidingValues({ read: async () => ({ value: 'orders', secret: false }) });
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
