import { describe, expect, it } from '@jest/globals';
import { editDistance } from '../../../runner/core/base/did-you-mean.ts';
import type { Json } from '../../../runner/core/base/json.ts';
import { OPERATORS, type Operand, operandFault } from '../../../runner/core/matching/operators.ts';
import { patternFaults } from '../../../runner/core/matching/regex-faults.ts';

describe('patternFaults', () => {
  it.each<{ pattern: Json; message: string; hint: string }>([
    { pattern: { n: { $gte: 200 } }, message: "'$gte' is not an operator", hint: "did you mean '$atLeast'?" },
    { pattern: { n: { $abve: 1 } }, message: "'$abve' is not an operator", hint: "did you mean '$above'?" },
    {
      pattern: { n: { $eq: 1 } },
      message: "'$eq' is not an operator",
      hint: 'write the value itself: n: 1',
    },
    {
      pattern: { $eq: 'x' },
      message: "'$eq' is not an operator",
      hint: 'write the value itself: name: x',
    },
    {
      pattern: { n: { $between: [1, 3] } },
      message: "'$between' is not an operator",
      hint: 'write $atLeast: 1 and $atMost: 3',
    },
    {
      pattern: { $oneOf: 'x' },
      message: '\'$oneOf\' takes a list with at least one value, and is "x"',
      hint: 'write a list: [x]',
    },
    {
      pattern: { $above: '1' },
      message: '\'$above\' takes a number or a duration, and is "1"',
      hint: 'write $above: 1',
    },
    {
      pattern: { n: { $zzzzzzzzzz: 1 } },
      message: "'$zzzzzzzzzz' is not an operator",
      hint: `write a field without the $; the operators are ${Object.keys(OPERATORS).join(' ')}`,
    },
    {
      pattern: { $above: 1, field: 2 },
      message: "the field 'field' is mixed with an operator",
      hint: 'operators and field names never share a map',
    },
    {
      pattern: { $above: 1, below: 2 },
      message: "the field 'below' is mixed with an operator",
      hint: 'write $below',
    },
    {
      pattern: { $above: 'x' },
      message: '\'$above\' takes a number or a duration, and is "x"',
      hint: 'write a number or a duration',
    },
    {
      pattern: { $after: '2026-01-01' },
      message: '\'$after\' takes a time with its zone: 2026-01-31T12:00:00Z, and is "2026-01-01"',
      hint: 'write a time with its zone: 2026-01-31T12:00:00Z',
    },
    {
      pattern: { $startsWith: 1 },
      message: "'$startsWith' takes text that is not empty, and is 1",
      hint: 'write text that is not empty',
    },
    {
      pattern: { $matches: 1 },
      message: "'$matches' takes an RE2 pattern, and is 1",
      hint: 'write an RE2 pattern',
    },
    {
      pattern: { $matches: '(' },
      message:
        '\'$matches\' has a pattern that cannot be used, "(": it is not an RE2 pattern (a bracket or a repeat is out of place)',
      hint: 'see https://github.com/google/re2/wiki/Syntax',
    },
    {
      pattern: { $matches: '(?=a)' },
      message:
        '\'$matches\' has a pattern that cannot be used, "(?=a)": look-ahead and look-behind are not in RE2, whose patterns cannot hang',
      hint: 'see https://github.com/google/re2/wiki/Syntax',
    },
    {
      pattern: { $matches: '(a)\\1' },
      message:
        '\'$matches\' has a pattern that cannot be used, "(a)\\\\1": back-references are not in RE2, whose patterns cannot hang',
      hint: 'see https://github.com/google/re2/wiki/Syntax',
    },
    {
      pattern: { $exists: 'yes' },
      message: '\'$exists\' takes true or false, and is "yes"',
      hint: 'write true or false',
    },
    {
      pattern: { $type: 'string' },
      message: '\'$type\' takes one of text, number, boolean, null, list, map, and is "string"',
      hint: 'write $type: text',
    },
    {
      pattern: { $oneOf: [] },
      message: "'$oneOf' takes a list with at least one value",
      hint: 'write a list with at least one value',
    },
    { pattern: { $exactly: 1 }, message: "'$exactly' takes a map, and is 1", hint: 'write a map' },
    {
      pattern: { $count: 'x' },
      message: '\'$count\' takes a whole number, or a map such as {$atLeast: 1}, and is "x"',
      hint: 'write a whole number, or a map such as {$atLeast: 1}',
    },
    {
      pattern: { $count: { $contains: 'x' } },
      message: "'$count' takes bounds that are numbers",
      hint: 'write {$atLeast: 1}, {$atMost: 3} or both',
    },
    {
      pattern: { $count: { $above: '3s' } },
      message: "'$count' takes bounds that are numbers",
      hint: 'write {$atLeast: 1}, {$atMost: 3} or both',
    },
    {
      pattern: { time: { $below: 800 } },
      message: "'time' is a duration, and 800 has no unit",
      hint: 'write 800ms (or s, m, h)',
    },
    {
      pattern: { time: 800 },
      message: "'time' is a duration, and 800 has no unit",
      hint: 'write 800ms (or s, m, h)',
    },
    {
      pattern: { timings: { connect: { $below: 8 } } },
      message: "'timings.connect' is a duration, and 8 has no unit",
      hint: 'write 8ms (or s, m, h)',
    },
    { pattern: [{ $nope: 1 }], message: "'$nope' is not an operator", hint: "did you mean '$not'?" },
  ])('$message', ({ pattern, message, hint }) => {
    const [fault] = patternFaults(pattern, ['time', 'timings']);

    expect(fault).toMatchObject({ message, hint });
  });

  it.each<Json>([
    { $above: 1 },
    { $above: '${n}' },
    { $count: { $atLeast: 1 } },
    { $count: 0 },
    { $count: { $count: 1 } }.$count,
    { $literal: { $nope: 1 } },
    { $not: { $oneOf: [1, { $matches: 'a+' }] } },
    { time: { $below: '800ms' }, other: 800 },
    [1, 'a', null],
    { $type: 'text' },
    { $type: null },
    { $before: '2026-01-31T12:00Z' },
  ])('lets %j through', (pattern) => {
    expect(patternFaults(pattern, ['time'])).toEqual([]);
  });

  it('leads to the place of the fault', () => {
    const [fault] = patternFaults({ body: { items: [{ $bad: 1 }] } });

    expect(fault?.at).toEqual(['body', 'items', 0, '$bad']);
  });

  it('keeps operators so far apart that a slip of one is never another', () => {
    const words = Object.keys(OPERATORS);

    for (const a of words)
      for (const b of words)
        if (a < b) expect({ a, b, near: editDistance(a, b) > 1 }).toEqual({ a, b, near: true });
  });
});

describe('an operand', () => {
  it.each<{ takes: Operand; operand: Json; fault: string | undefined }>([
    { takes: 'text', operand: '', fault: 'takes text that is not empty' },
    { takes: 'text', operand: ' ', fault: undefined },
    { takes: 'list', operand: [], fault: 'takes a list with at least one value' },
    { takes: 'list', operand: [1], fault: undefined },
    { takes: 'type', operand: null, fault: undefined },
    { takes: 'type', operand: 'null', fault: undefined },
    { takes: 'type', operand: 'object', fault: 'takes one of text, number, boolean, null, list, map' },
    { takes: 'count', operand: 0, fault: undefined },
    { takes: 'count', operand: -1, fault: 'takes a whole number, or a map such as {$atLeast: 1}' },
    { takes: 'count', operand: 1.5, fault: 'takes a whole number, or a map such as {$atLeast: 1}' },
    {
      takes: 'time',
      operand: '2026-02-31T25:00:00Z',
      fault: 'takes a time with its zone: 2026-01-31T12:00:00Z',
    },
    { takes: 'time', operand: '2026-01-31T12:00Z', fault: undefined },
    {
      takes: 'time',
      operand: '2026-01-31T12:00:00',
      fault: 'takes a time with its zone: 2026-01-31T12:00:00Z',
    },
    { takes: 'bound', operand: '1s', fault: undefined },
    { takes: 'bound', operand: 'soon', fault: 'takes a number or a duration' },
  ])('of $takes may be $operand: $fault', ({ takes, operand, fault }) => {
    expect(operandFault(takes, operand)).toBe(fault);
  });
});
