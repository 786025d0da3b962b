import { describe, expect, it } from '@jest/globals';
import {
  DefinitionError,
  ObserverError,
  TargetError,
  thrownMessage,
} from '../../../runner/core/base/errors.ts';
import { deepFreeze, unreachable } from '../../../runner/core/base/freeze.ts';
import {
  correlationIdOf,
  newRunId,
  newSpanId,
  parseRunId,
  type RunId,
  runIdsEnd,
  runIdsIn,
  traceparentOf,
  xrayHeaderOf,
  xrayIdOf,
} from '../../../runner/core/base/run-id.ts';
import { isGood, worst } from '../../../runner/core/base/verdict.ts';
import {
  groupsOf,
  maxActMs,
  maxRunMs,
  maxStepsMs,
  setupGroupsOf,
} from '../../../runner/core/cleanup/time-budget.ts';
import { compilePattern } from '../../../runner/core/matching/regex.ts';
import { NO_PROJECT } from '../../../runner/core/model/project.ts';
import { attributesOf, headersOf, withIds } from '../../../runner/core/taps/propagation.ts';
import { fillTaps } from '../../../runner/core/taps/tap-addresses.ts';
import { actStep, expectStep, neverStep } from '../../support/run/builders.ts';

const RUN = '6743a1c0f2b94e0c8d1e5a7b9c3d2f10' as RunId;
const SPAN = '00f067aa0ba902b7';
const random = { bytes: (count: number) => new Uint8Array(count).fill(0xab) };

describe('trace', () => {
  it('forms a run id from the second of its start and chance', () => {
    expect(newRunId(1_732_485_568_123, random)).toBe(`6743a1c0${'ab'.repeat(12)}`);
    expect(newRunId(1_000, random)).toHaveLength(32);
    expect(newSpanId(random)).toBe('abababababababab');
  });

  it('knows a text above the ids of all runs that started up to a moment, and of no later second', () => {
    expect(runIdsEnd(1_732_485_568_123) > newRunId(1_732_485_568_999, random)).toBe(true);
    expect(runIdsEnd(1_732_485_568_123) < newRunId(1_732_485_569_000, random)).toBe(true);
    expect(runIdsEnd(-5_000)).toBe('00000000');
  });

  it('spells it for every carrier', () => {
    expect(correlationIdOf(RUN)).toBe(`canary-${RUN}`);
    expect(xrayIdOf(RUN)).toBe('1-6743a1c0-f2b94e0c8d1e5a7b9c3d2f10');
    expect(traceparentOf(RUN, SPAN)).toBe(`00-${RUN}-${SPAN}-01`);
    expect(xrayHeaderOf(RUN, SPAN)).toBe(`Root=1-6743a1c0-f2b94e0c8d1e5a7b9c3d2f10;Parent=${SPAN};Sampled=1`);
  });

  it.each([
    { text: `canary-${RUN}`, ids: [RUN] },
    { text: `Root=${xrayIdOf(RUN)};Sampled=1`, ids: [RUN] },
    { text: `00-${RUN}-${SPAN}-01`, ids: [RUN] },
    { text: `${RUN} ${RUN}`, ids: [RUN] },
    { text: `${RUN}a`, ids: [] },
    { text: 'nothing', ids: [] },
  ])('finds $ids in $text', ({ text, ids }) => {
    expect(runIdsIn(text)).toEqual(ids);
  });

  it('knows a run id when it sees one', () => {
    expect(parseRunId(RUN)).toBe(RUN);
    expect(parseRunId(RUN.toUpperCase())).toBeUndefined();
  });
});

describe('verdicts', () => {
  it('come to the worst, and to an error where there is none', () => {
    expect(worst(['passed', 'skipped', 'degraded'])).toBe('degraded');
    expect(worst(['error', 'failed'])).toBe('failed');
    expect(worst(['skipped'])).toBe('skipped');
    expect(worst([])).toBe('error');
    expect(['passed', 'degraded', 'failed', 'error', 'skipped'].map((one) => isGood(one as never))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('errors', () => {
  it('carry their blame, their name and their cause', () => {
    const cause = new Error('why');

    expect(new DefinitionError('x', { cause })).toMatchObject({
      blame: 'definition',
      name: 'DefinitionError',
      cause,
    });
    expect(new TargetError('x')).toMatchObject({ blame: 'target', retryable: false });
    expect(new TargetError('x', { retryable: true }).retryable).toBe(true);
    expect(new ObserverError('x')).toMatchObject({ blame: 'observer', permanent: false });
    expect(new ObserverError('x', { permanent: true }).permanent).toBe(true);
  });

  it.each([
    { thrown: new Error('why'), message: 'why' },
    { thrown: 'text', message: 'text' },
    { thrown: undefined, message: 'undefined' },
  ])('give $message for $thrown', ({ thrown, message }) => {
    expect(thrownMessage(thrown)).toBe(message);
  });

  it('freeze all the way down, and say what a switch forgot', () => {
    const frozen = deepFreeze({ a: [{ b: 1 }], c: null });

    expect(Object.isFrozen(frozen.a[0])).toBe(true);
    expect(deepFreeze(frozen)).toBe(frozen);
    expect(() => unreachable('x' as never)).toThrow('unreachable: "x"');
  });
});

describe('what an act takes along', () => {
  const ids = { runId: RUN, spanId: SPAN, canary: 'c' };
  const fields = { header: 'X-Correlation-Id', field: 'metadata.correlationId' };

  it('is four headers, three attributes, and three fields of a payload', () => {
    expect(Object.keys(headersOf(ids, fields))).toEqual([
      'traceparent',
      'x-amzn-trace-id',
      'x-correlation-id',
      'x-canary',
    ]);
    expect(attributesOf(ids)).toMatchObject({ correlationId: `canary-${RUN}`, canary: 'true' });
    expect(withIds({ a: 1, metadata: { b: 2 } }, ids, fields)).toEqual({
      a: 1,
      metadata: { b: 2, correlationId: `canary-${RUN}`, traceparent: traceparentOf(RUN, SPAN), canary: true },
    });
    expect(withIds({}, ids, { ...fields, field: 'id' })).toMatchObject({ id: `canary-${RUN}` });
    expect(withIds({}, ids, fields)).toMatchObject({ metadata: { canary: true } });
  });

  it('cannot be put where something else stands', () => {
    expect(() => withIds({ metadata: 'text' }, ids, fields)).toThrow("'metadata' is not a map");
  });
});

describe('longestRunMs', () => {
  it.each([
    { steps: [], ms: 0 },
    { steps: [actStep('a', { timeoutMs: 3_000 })], ms: 3_000 },
    { steps: [actStep('a', { timeoutMs: 3_000, retry: { times: 2, waitMs: 500 } })], ms: 10_000 },
    { steps: [expectStep('b', { withinMs: 5_000, forMs: 2_000 })], ms: 7_000 },
    {
      steps: [actStep('a'), expectStep('b', { withinMs: 5_000 }), expectStep('c', { withinMs: 9_000 })],
      ms: 19_000,
    },
    {
      steps: [
        expectStep('b', { withinMs: 5_000, save: { id: 'thing.id' } }),
        expectStep('c', { withinMs: 9_000, input: { k: '${id}' } }),
      ],
      ms: 14_000,
    },
    { steps: [expectStep('b', { withinMs: 5_000 }), neverStep('n', { forMs: 1_000 })], ms: 5_000 },
    {
      steps: [
        expectStep('b', { save: { x: 'thing' }, has: '${y}', withinMs: 1_000 }),
        expectStep('c', { save: { y: 'thing' }, has: '${x}', withinMs: 1_000 }),
      ],
      ms: 2_000,
    },
  ])('is $ms ms', ({ steps, ms }) => {
    expect(maxRunMs(steps)).toBe(ms);
  });

  it.each([
    { when: 'the last act has shorter checks', within: 2_000, ms: 10_000 + 2_000 + 10_000 + 4_000 },
    { when: 'the last act has longer checks', within: 9_000, ms: 10_000 + 9_000 + 10_000 + 9_000 },
  ])('has the time of checks under throughout after the last act: $when', ({ within, ms }) => {
    const checked = { withinMs: within };
    const steps = [
      actStep('a'),
      expectStep('b', checked),
      actStep('c'),
      expectStep('d', checked),
      neverStep('e', { forMs: 4_000, phase: 'throughout' }),
    ];

    expect(maxRunMs(steps)).toBe(ms);
  });

  it('has the time of the setup before all others', () => {
    const setup = { phase: 'setup' } as const;
    const steps = [
      expectStep('ready', { ...setup, withinMs: 3_000 }),
      actStep('fill', setup),
      expectStep('filled', { ...setup, withinMs: 7_000 }),
      actStep('a'),
      neverStep('e', { forMs: 4_000, phase: 'throughout' }),
    ];

    expect(maxRunMs(steps)).toBe(3_000 + 10_000 + 7_000 + 10_000 + 4_000);
    expect(maxStepsMs(steps)).toBe(10_000 + 4_000);
    expect(setupGroupsOf(steps).map(({ act, checks }) => [act?.id, checks.map(({ id }) => id)])).toEqual([
      [undefined, ['ready']],
      ['fill', ['filled']],
    ]);
  });

  it('follows names through vars', () => {
    const steps = [
      expectStep('b', { withinMs: 5_000, save: { id: 'thing.id' } }),
      expectStep('c', { withinMs: 9_000, input: { k: '${alias}' } }),
    ];

    expect(maxRunMs(steps, { alias: '${id}' })).toBe(14_000);
  });

  it('groups checks under the act above them', () => {
    expect(
      groupsOf([expectStep('a'), actStep('b'), expectStep('c'), expectStep('d')]).map(({ act, checks }) => [
        act?.name,
        checks.length,
      ]),
    ).toEqual([
      [undefined, 1],
      ['b', 2],
    ]);
    expect(maxActMs(actStep('a'))).toBe(10_000);
  });
});

describe('fillTaps', () => {
  it('fills references and names of the environment', async () => {
    const tap = (on: { bus: string } | { topic: string }) => ({ on, ids: [], probe: false });
    const project = {
      ...NO_PROJECT,
      taps: [tap({ bus: '${env:BUS}' }), tap({ topic: '${arn}' }), tap({ bus: 'orders-${env.name}' })],
    };
    const references = {
      read: async ({ name }: { name: string }) => ({ value: `read-${name}`, secret: false }),
    };

    const filled = await fillTaps(project, { name: 'x', vars: { arn: 'arn:${env:TOPIC}' } }, references);

    expect(filled.map(({ on }) => on)).toEqual([
      { bus: 'read-BUS' },
      { topic: 'arn:read-TOPIC' },
      { bus: 'orders-x' },
    ]);
  });
});

describe('patterns', () => {
  const EVIL = [
    '(a+)+$',
    '(a|a)*$',
    '(a|aa)+$',
    '(.*a){12}$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(x+x+)+y',
    '([a-zA-Z]+)*$',
    '(\\w+\\s?)*$',
    '^(\\d+)*$',
    '(a*)*b',
  ];
  const RUNS = ['a', 'x', 'ab', '1 '];

  it('finish on every evil pattern and long text', () => {
    for (const pattern of EVIL)
      for (const run of RUNS)
        expect(typeof compilePattern(pattern).test(`${run.repeat(50_000 / run.length)}!`)).toBe('boolean');
  });

  it('are kept for reuse, and not for ever', () => {
    expect(compilePattern('a')).toBe(compilePattern('a'));
    const first = compilePattern('kept');
    for (let n = 0; n < 600; n += 1) compilePattern(`p${n}`);
    expect(compilePattern('kept')).not.toBe(first);
  });
});
