import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { Section, Value } from '../../runner/deploy/intrinsics.ts';
import type { KnownValues } from '../../runner/deploy/template/evaluate.ts';
import { foldTemplate, type TemplateSections } from '../../runner/deploy/template/fold.ts';
import { withoutSam } from '../../runner/deploy/template/without-sam.ts';

const TEMPLATE = parse(
  readFileSync(join(import.meta.dirname, '../../template.yaml'), 'utf8'),
) as Required<TemplateSections> & { readonly Globals: Section };

const NOTHING = { Ref: 'AWS::NoValue' };

/** A property of a resource, folded. */
function folded(
  value: Value,
  refs: KnownValues['refs'] = {},
  { conditions = {}, ...more }: Partial<KnownValues> & { conditions?: Record<string, Value> } = {},
): Value | undefined {
  const Resources = { One: { Type: 'A', Properties: { value } } };
  const { One } = foldTemplate({ Conditions: conditions, Resources }, { refs, ...more }).Resources;
  const { value: is } = (One as { readonly Properties: Section }).Properties;
  return is;
}

describe('a value with known parts', () => {
  const conditions: Record<string, Value> = {
    Yes: { 'Fn::Equals': [{ Ref: 'A' }, 'a'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    Open: { 'Fn::Equals': [{ Ref: 'B' }, 'a'] },
  };
  it.each<{ value: Value; is: Value | undefined; when: string }>([
    { when: 'a parameter is known', value: { Ref: 'A' }, is: 'a' },
    { when: 'a parameter is unknown', value: { Ref: 'B' }, is: { Ref: 'B' } },
    { when: 'a condition holds', value: { 'Fn::If': ['Yes', 1, 2] }, is: 1 },
    { when: 'a condition does not hold', value: { 'Fn::If': ['No', 1, { Ref: 'A' }] }, is: 'a' },
    {
      when: 'a condition is open',
      value: { 'Fn::If': ['Open', { Ref: 'A' }, 2] },
      is: { 'Fn::If': ['Open', 'a', 2] },
    },
    { when: 'nothing is left of it', value: { 'Fn::If': ['No', 1, NOTHING] }, is: undefined },
    { when: 'nothing is left of a member', value: [1, { 'Fn::If': ['No', 1, NOTHING] }, 3], is: [1, 3] },
    {
      when: 'a negation is open',
      value: { 'Fn::Not': [{ Condition: 'Open' }] },
      is: { 'Fn::Not': [{ Condition: 'Open' }] },
    },
    {
      when: 'both of two hold',
      value: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'Yes' }] },
      is: true,
    },
    {
      when: 'one of two does not hold',
      value: { 'Fn::And': [{ Condition: 'Open' }, { Condition: 'No' }] },
      is: false,
    },
    {
      when: 'one of two is open',
      value: { 'Fn::And': [{ Condition: 'Open' }, { Condition: 'Yes' }] },
      is: { Condition: 'Open' },
    },
    {
      when: 'both are open',
      value: { 'Fn::Or': [{ Condition: 'Open' }, { Condition: 'Open' }] },
      is: { 'Fn::Or': [{ Condition: 'Open' }, { Condition: 'Open' }] },
    },
    { when: 'either holds', value: { 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] }, is: true },
    { when: 'a list is split', value: { 'Fn::Select': [1, { 'Fn::Split': [',', 'x,y'] }] }, is: 'y' },
    {
      when: 'an unknown list is split',
      value: { 'Fn::Select': [1, { 'Fn::Split': [',', { Ref: 'B' }] }] },
      is: { 'Fn::Select': [1, { 'Fn::Split': [',', { Ref: 'B' }] }] },
    },
    { when: 'all pieces are known', value: { 'Fn::Join': ['-', [{ Ref: 'A' }, 1]] }, is: 'a-1' },
    {
      when: 'a piece is unknown',
      value: { 'Fn::Join': ['-', [{ Ref: 'A' }, { Ref: 'B' }]] },
      is: { 'Fn::Join': ['-', ['a', { Ref: 'B' }]] },
    },
    {
      when: 'the list of pieces is unknown',
      value: { 'Fn::Join': [':b:', { 'Fn::Split': [':a:', { Ref: 'B' }] }] },
      is: { 'Fn::Join': [':b:', { 'Fn::Split': [':a:', { Ref: 'B' }] }] },
    },
    { when: 'a text is one unknown thing', value: { 'Fn::Sub': '${B}' }, is: { Ref: 'B' } },
    { when: 'a text names known things only', value: { 'Fn::Sub': 'x ${A} ${!A}' }, is: 'x a ${A}' },
    {
      when: 'a text names unknown things',
      value: { 'Fn::Sub': '${A}${A}: ${B} ${Table.Arn}${B}' },
      is: { 'Fn::Join': ['', ['aa: ', { Ref: 'B' }, ' ', { 'Fn::GetAtt': ['Table', 'Arn'] }, { Ref: 'B' }]] },
    },
    {
      when: 'a function is of another kind',
      value: { 'Fn::ImportValue': { Ref: 'A' } },
      is: { 'Fn::ImportValue': 'a' },
    },
    { when: 'a map has several keys', value: { Ref: 'A', more: { Ref: 'A' } }, is: { Ref: 'A', more: 'a' } },
  ])('is $is when $when', ({ value, is }) => {
    expect(folded(value, { A: 'a' }, { conditions })).toEqual(is);
  });

  it('stays as it is if CloudFormation alone can split or compare it', () => {
    const unknown = { split: () => undefined, equals: () => undefined };

    expect(folded({ 'Fn::Split': [':', 'token'] }, {}, unknown)).toEqual({ 'Fn::Split': [':', 'token'] });
    expect(folded({ 'Fn::Equals': ['token', 'x'] }, {}, unknown)).toEqual({ 'Fn::Equals': ['token', 'x'] });
  });
});

describe('a template with known values', () => {
  const template: TemplateSections = {
    Parameters: { Known: { Type: 'String' }, Open: { Type: 'String' } },
    Conditions: {
      HasKnown: { 'Fn::Equals': [{ Ref: 'Known' }, 'yes'] },
      HasOpen: { 'Fn::Equals': [{ Ref: 'Open' }, 'yes'] },
    },
    Rules: { Together: { Assertions: [{ Assert: { 'Fn::Equals': [{ Ref: 'Known' }, 'yes'] } }] } },
    Resources: {
      Topic: { Type: 'T' },
      OfKnown: { Type: 'K', Condition: 'HasKnown', Properties: { topic: { Ref: 'Topic' } } },
      OfOpen: { Type: 'O', Condition: 'HasOpen' },
    },
  };

  it('loses the parameters and conditions that are settled, and their resources if they do not hold', () => {
    expect(foldTemplate(template, { refs: { Known: 'no' } })).toEqual({
      Parameters: { Open: { Type: 'String' } },
      Conditions: { HasOpen: { 'Fn::Equals': [{ Ref: 'Open' }, 'yes'] } },
      Rules: { Together: { Assertions: [{ Assert: false }] } },
      Resources: { Topic: { Type: 'T' }, OfOpen: { Type: 'O', Condition: 'HasOpen' } },
    });
  });

  it('loses a resource that lies elsewhere, and names that one in its place', () => {
    const { Resources } = foldTemplate(template, { refs: { Known: 'yes', Topic: 'arn:aws:sns:::mine' } });

    expect(Resources).toEqual({
      OfKnown: { Type: 'K', Properties: { topic: 'arn:aws:sns:::mine' } },
      OfOpen: { Type: 'O', Condition: 'HasOpen' },
    });
  });

  it('needs no other section than its resources', () => {
    const empty = { Parameters: {}, Rules: {}, Conditions: {}, Resources: {} };

    expect(foldTemplate({ Resources: {} }, { refs: {} })).toEqual(empty);
  });

  it('has no condition left if it is the template of this repository, and all parameters are known', () => {
    const refs = Object.fromEntries(
      Object.entries(TEMPLATE.Parameters).map(([name, { Default = '' }]) => [name, Default]),
    );
    const { Parameters, Conditions, Resources } = foldTemplate(TEMPLATE, {
      refs: { ...refs, 'AWS::Region': 'eu-west-1' },
    });

    expect([Parameters, Conditions]).toEqual([{}, {}]);
    expect(JSON.stringify(Resources)).not.toMatch(/Fn::(If|Equals|Not|Sub)|AWS::NoValue/);
    expect(Object.keys(Resources)).toContain('BusTap1Rule');
    expect(Object.keys(Resources)).not.toContain('BusTap2Rule');
  });
});

describe('a template without SAM', () => {
  const plain = withoutSam(TEMPLATE, (uri, name) => ({ S3Bucket: 'code', S3Key: `${name} ${uri}` }));
  const propertiesOf = (name: string): Section => plain[name]?.['Properties'] as Section;

  it('has plain functions with the properties of all, and their code', () => {
    expect(plain['WorkerFunction']?.['Type']).toBe('AWS::Lambda::Function');
    expect(propertiesOf('WorkerFunction')).toMatchObject({
      Runtime: 'nodejs24.x',
      Code: { S3Bucket: 'code', S3Key: 'WorkerFunction .' },
      DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['TickDlq', 'Arn'] } },
      ReservedConcurrentExecutions: { Ref: 'MostWorkers' },
    });
    expect(JSON.stringify(plain)).not.toMatch(/AWS::Serverless|CodeUri|"Events"|"DeadLetterQueue"/);
  });

  it('has the triggers of functions as resources, named as SAM names them', () => {
    expect(propertiesOf('TickFunctionTick')).toMatchObject({
      ScheduleExpression: 'cron(* * * * ? *)',
      Target: { Arn: { 'Fn::GetAtt': ['TickFunction', 'Arn'] }, RetryPolicy: { MaximumRetryAttempts: 1 } },
    });
    expect(propertiesOf('WorkerFunctionRuns')).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['RunQueue', 'Arn'] },
      FunctionName: { Ref: 'WorkerFunction' },
    });
    expect(propertiesOf('TickFunctionEventInvokeConfig')).toEqual({
      FunctionName: { Ref: 'TickFunction' },
      Qualifier: '$LATEST',
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    });
  });

  it('is refused if a function has an event that is not known', () => {
    const Resources = {
      Odd: {
        Type: 'AWS::Serverless::Function',
        Properties: {
          CodeUri: '.',
          DeadLetterQueue: {},
          EventInvokeConfig: {},
          Events: { Put: { Type: 'S3' } },
        },
      },
    };

    expect(() => withoutSam({ Globals: { Function: {} }, Resources }, () => ({}))).toThrow(
      'Odd has an event of type S3, which is not known here.',
    );
  });
});
