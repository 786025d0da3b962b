import { describe, expect, it } from '@jest/globals';
import { stackOf } from '../../../infra/stack/index.ts';
import type { StackTemplate } from '../../../runner/cdk/values.ts';
import type { Section, Value } from '../../../runner/deploy/intrinsics.ts';
import { foldTemplate } from '../../../runner/deploy/template/fold.ts';
import { withoutSam } from '../../../runner/deploy/template/without-sam.ts';
import { fleetFrom } from '../../support/aws/local-stack.ts';
import { sampleSize } from '../../support/effort.ts';
import { deployed, FILES, synthesised, TOPIC_ARN } from '../support.ts';

/** CDK's own check of a template takes six seconds, and warns at most. */
const IS_VALIDATED = sampleSize({ small: 0, full: 1 }) > 0;

/** The stack that `coalmine build` makes, with the same values, and without SAM. */
function templateOf(
  runnerName: string,
  given: Readonly<Record<string, Value>> = {},
): Readonly<Record<string, Section>> {
  const stack = stackOf(fleetFrom(FILES), () => '.') as unknown as StackTemplate;
  const defaults = Object.entries(stack.Parameters).flatMap(([name, { Type, Default }]) =>
    Type === 'String' || Type === 'Number' ? [[name, Default as Value] as const] : [],
  );
  const values = { ...Object.fromEntries(defaults), EnvShipsTopic: TOPIC_ARN, ...given };
  const refs = { ...values, 'AWS::StackName': runnerName };
  const equals = (left: string, right: string) => left === right;
  return foldTemplate({ ...stack, Resources: withoutSam(stack, () => ({})) }, { refs, equals }).Resources;
}

/** Joins within joins as one; the code of functions lies in the assets of each app. */
function comparable(resources: Readonly<Record<string, Section>>): object {
  return Object.fromEntries(
    Object.entries(resources).map(([name, { Type, Properties, DeletionPolicy, Condition }]) => {
      const { Code: _code, ...properties } = flat(Properties as Value) as Section;
      return [name, { Type, DeletionPolicy, Condition, properties }];
    }),
  );
}

function flat(value: Value): Value {
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(flat);
  const map = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, flat(one)]));
  const [delimiter, pieces] = (map['Fn::Join'] ?? []) as readonly [string?, (readonly Value[])?];
  if (delimiter !== '' || pieces === undefined) return map;
  const inner = pieces.flatMap((piece) => (joinOf(piece) ?? [piece]) as Value[]);
  const merged = inner.reduce<Value[]>((done, piece) => {
    const before = done.at(-1);
    if (typeof before === 'string' && typeof piece === 'string')
      return [...done.slice(0, -1), before + piece];
    return [...done, piece];
  }, []);
  return { 'Fn::Join': ['', merged] };
}

function joinOf(piece: Value): readonly Value[] | undefined {
  if (typeof piece !== 'object' || !('Fn::Join' in piece)) return undefined;
  const [delimiter, pieces] = piece['Fn::Join'] as readonly [string, readonly Value[]];
  return delimiter === '' ? pieces : undefined;
}

describe('the stack of the construct', () => {
  const shown = deployed({}, {}, { builtinCloudFormationValidation: IS_VALIDATED });
  const expected = templateOf(shown.runner.runnerName);
  const template = synthesised(shown);

  it('has the resources of the template, with the same properties', () => {
    expect(Object.keys(expected).length).toBeGreaterThan(45);
    expect(comparable(template.Resources)).toEqual(comparable(expected));
  });

  it('has the same bucket for the pages of the state', () => {
    const paged = deployed({ sitePages: true });

    expect(comparable(synthesised(paged).Resources)).toEqual(
      comparable(templateOf(paged.runner.runnerName, { SitePages: 'yes' })),
    );
  });

  it('has no parameter but those that CloudFormation fills from Parameter Store', () => {
    expect(
      Object.values(template.Parameters).map(({ Type, Default }) => `${String(Type)} ${String(Default)}`),
    ).toEqual(['AWS::SSM::Parameter::Value<String> /shop/bus', expect.stringContaining('/cdk-bootstrap/')]);
  });

  it('has the condition of the one value that CloudFormation alone knows, and no transform', () => {
    expect(Object.values(template.Conditions ?? {})).toEqual([
      { 'Fn::Equals': [{ 'Fn::Select': [0, { 'Fn::Split': [':', { Ref: expect.any(String) }] }] }, 'arn'] },
    ]);
    expect(Object.keys(template)).not.toContain('Transform');
  });
});
