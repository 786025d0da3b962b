import { describe, expect, it } from '@jest/globals';
import { PARAMETERS, RULES } from '../../infra/stack/parameters.ts';
import { parameterValues } from '../../runner/deploy/cloudformation/parameter-values.ts';
import { brokenRequirement, type TemplateParameter } from '../../runner/deploy/template/parameter-rules.ts';

describe('the requirement of a parameter', () => {
  it.each<{ parameter: TemplateParameter; good: string | number; bad: string | number; wanted: string }>([
    { parameter: { AllowedValues: [7, 14] }, good: '7', bad: '8', wanted: 'one of 7, 14' },
    { parameter: { AllowedValues: ['7', '14'] }, good: 7, bad: 8, wanted: 'one of 7, 14' },
    {
      parameter: { Type: 'Number', MinValue: 1, MaxValue: 100 },
      good: '100',
      bad: '101',
      wanted: 'a number from 1 to 100',
    },
    {
      parameter: { Type: 'Number', MinValue: 1, MaxValue: 100 },
      good: 1,
      bad: 'many',
      wanted: 'a number from 1 to 100',
    },
    { parameter: { Type: 'Number' }, good: '-1.5', bad: '', wanted: 'a number' },
    { parameter: { AllowedPattern: 'a|b' }, good: 'b', bad: 'ab', wanted: 'a text of the form a|b' },
    {
      parameter: { AllowedPattern: 'a', ConstraintDescription: 'an a' },
      good: 'a',
      bad: 'b',
      wanted: 'an a',
    },
  ])('$wanted is met by $good, and not by $bad', ({ parameter, good, bad, wanted }) => {
    expect(brokenRequirement(parameter, good)).toBeUndefined();
    expect(brokenRequirement(parameter, bad)).toBe(wanted);
  });
});

describe('the rule on the network', () => {
  const faultsOf = (given: readonly string[], deployed: readonly string[] = []) =>
    parameterValues({ parameters: PARAMETERS, rules: RULES, given, deployed, variables: {}, env: {} }).faults;
  const subnets = 'SubnetIds=subnet-0a1b2c3d';
  const groups = 'SecurityGroupIds=sg-0a1b2c3d';

  it('is broken by one half of it, before anything is sent', () => {
    expect(faultsOf([subnets])).toEqual(['Give both SubnetIds and SecurityGroupIds, or neither.']);
  });

  it.each([
    { title: 'both halves', given: [subnets, groups], deployed: [] },
    { title: 'none', given: [], deployed: [] },
    { title: 'one half, if the stack may have the other', given: [subnets], deployed: ['SecurityGroupIds'] },
  ])('is kept by $title', ({ given, deployed }) => {
    expect(faultsOf(given, deployed)).toEqual([]);
  });
});
