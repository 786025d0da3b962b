import { describe, expect, it } from '@jest/globals';
import { Lexer } from 'yaml';
import type { Canary } from '../../runner/core/model/canary.ts';
import { load } from '../../runner/load/index.ts';
import {
  LONGEST_SCALAR,
  MOST_BYTES,
  MOST_DEPTH,
  MOST_STEPS,
  MOST_TOKENS,
} from '../../runner/load/yaml/limits.ts';
import { KINDS } from '../../runner/registry.ts';
import { filesOf, loadText } from './support.ts';

const HEAD = 'canary: a\nowner: b\n';
const STEPS = 'steps:\n  - http: GET https://x\n';
const TOLD = 'alert: { to: [team] }\n';
const CLEANUP = 'cleanup:\n  - http: GET https://x/${run.id}\n';

function messagesOf(text: string): readonly string[] {
  return loadText(text).diagnostics.map(({ message }) => message);
}

function loadedWith(project: string, text: string) {
  const files = { 'coalmine.config.yaml': `project: p\n${project}`, 'a.canary.yaml': text };
  const { canaries, diagnostics } = load(filesOf(files), KINDS);
  return { canary: canaries[0]?.canary, said: diagnostics.map(({ message }) => message) };
}

describe('a cleanup step', () => {
  const messages = (step: string, vars = ''): readonly string[] =>
    messagesOf(
      `${HEAD}${vars}steps:\n  - http: POST https://x\n    save: { id: response.body.id }\ncleanup:\n  - ${step}\n`,
    );

  it.each([
    ['http: DELETE https://x/${run.shortId}', ''],
    ['http: DELETE https://x/${id}', ''],
    ['deleteItem: orders\n    key: { id: "${made}" }', 'vars: { made: { $uuid: {} } }\n'],
  ])('may name what is its run’s own: %s', (step, vars) => {
    expect(messages(step, vars)).toEqual([]);
  });

  it.each([
    ['http: DELETE https://x/1', ''],
    ['http: DELETE https://x/1\n    headers: { x-id: "${id}" }', ''],
    ['deleteObject: inbox\n    key: ${sku}', 'vars: { sku: CANARY }\n'],
  ])('is warned of where every run calls it the same: %s', (step, vars) => {
    const [message, ...others] = messages(step, vars);

    expect(message).toContain('it is not done for a run that was killed');
    expect(others).toEqual([]);
  });
});

describe('the time of a run', () => {
  const canaryEvery = (every: string, more = ''): Canary | undefined =>
    loadText(`${HEAD}schedule: { every: ${every} }\n${TOLD}${more}${STEPS}`).canaries[0]?.canary;

  it.each([
    { every: '10s', timeoutMs: 10_000 },
    { every: '15s', timeoutMs: 10_000 },
    { every: '20s', timeoutMs: 10_000 },
    { every: '30s', timeoutMs: 20_000 },
    { every: '1m', timeoutMs: 50_000 },
    { every: '129s', timeoutMs: 119_000 },
    { every: '1h', timeoutMs: 120_000 },
  ])('is $timeoutMs ms by default for a canary that runs each $every', ({ every, timeoutMs }) => {
    expect(canaryEvery(every)?.timeoutMs).toBe(timeoutMs);
  });

  it('is what the project says by default, as far as the schedule leaves it', () => {
    const defaults =
      'channels: { team: { slack: https://hooks.example.com/x } }\ndefaults: { timeout: 40s }\n';
    const timeoutOf = (schedule: string): number | undefined =>
      loadedWith(defaults, `${HEAD}${schedule}${TOLD}${STEPS}`).canary?.timeoutMs;

    expect(timeoutOf('')).toBe(40_000);
    expect(timeoutOf('schedule: { every: 1m }\n')).toBe(40_000);
    expect(timeoutOf('schedule: { every: 30s }\n')).toBe(20_000);
  });

  it.each([
    { title: 'without a cleanup, all of the gap', schedule: 'every: 10s', more: '', fits: true },
    {
      title: 'without a cleanup, more than the gap',
      schedule: 'every: 10s',
      more: 'timeout: 11s\n',
      fits: false,
    },
    {
      title: 'with a cleanup, the gap less its ten seconds',
      schedule: 'every: 20s',
      more: CLEANUP,
      fits: true,
    },
    { title: 'with a cleanup, more than that', schedule: 'every: 19s', more: CLEANUP, fits: false },
    {
      title: 'with overlap: queue, as long as it likes',
      schedule: 'every: 10s, overlap: queue',
      more: CLEANUP,
      fits: true,
    },
  ])('may take, $title: $fits', ({ schedule, more, fits }) => {
    const messages = messagesOf(`${HEAD}schedule: { ${schedule} }\n${TOLD}${STEPS}${more}`);

    expect(messages.filter((one) => one.includes('longer than'))).toHaveLength(fits ? 0 : 1);
    expect(messages).toHaveLength(fits ? 0 : 1);
  });

  it.each([
    { title: 'every: 10s', text: `schedule: { every: 10s }\n${TOLD}`, good: true },
    { title: 'every: 9.9s', text: `schedule: { every: 9.9s }\n${TOLD}`, good: false },
    { title: 'timeout: 14m', text: 'timeout: 14m\n', good: true },
    { title: 'timeout: 14.1m', text: 'timeout: 14.1m\n', good: false },
    { title: 'timeout: 0s', text: 'timeout: 0s\n', good: false },
    { title: 'jitter just below the gap', text: `schedule: { every: 1m, jitter: 59s }\n${TOLD}`, good: true },
    { title: 'jitter of the gap', text: `schedule: { every: 1m, jitter: 60s }\n${TOLD}`, good: false },
  ])('takes $title: $good', ({ text, good }) => {
    expect(messagesOf(`${HEAD}${text}${STEPS}`)).toHaveLength(good ? 0 : 1);
  });
});

describe('the channels of a canary', () => {
  const SCHEDULED = `${HEAD}schedule: { every: 5m }\n`;

  it('may be what the project says by default', () => {
    const channels = 'channels: { team: { slack: https://hooks.example.com/x } }\n';
    const defaults = 'defaults: { alert: { to: [team] } }\n';

    expect(loadedWith(`${channels}${defaults}`, `${SCHEDULED}${STEPS}`).said).toEqual([]);
    expect(loadedWith(`${channels}${defaults}`, `${SCHEDULED}alert: { after: 3 }\n${STEPS}`).said).toEqual(
      [],
    );
    expect(loadedWith(channels, `${SCHEDULED}${STEPS}`).said).toEqual([
      'a scheduled canary without a channel: only the default channel is notified',
    ]);
    expect(loadedWith(`${channels}${defaults}`, `${SCHEDULED}alert: { to: [] }\n${STEPS}`).said).toEqual([
      'a scheduled canary without a channel: only the default channel is notified',
    ]);
  });

  it('is no channel if there is no project file', () => {
    const { diagnostics } = load(filesOf({ 'a.canary.yaml': `${HEAD}${TOLD}${STEPS}` }), KINDS);

    expect(diagnostics.map(({ message }) => message)).toEqual(["there is no channel 'team'"]);
  });

  it.each([
    { after: '1', good: true },
    { after: '99', good: true },
    { after: '"3 of 5"', good: true },
    { after: '3 of 3', good: true },
    { after: '99 of 99', good: true },
    { after: '0', good: false },
    { after: '-1', good: false },
    { after: '100', good: false },
    { after: '1.5', good: false },
    { after: '"2"', good: false },
    { after: '5 of 3', good: false },
    { after: '0 of 3', good: false },
    { after: '3 of 100', good: false },
    { after: '3of5', good: false },
    { after: '3 out of 5', good: false },
    { after: '[3, 5]', good: false },
    { after: '"${n}"', good: false },
  ])('after: $after is taken: $good', ({ after, good }) => {
    expect(messagesOf(`${HEAD}alert: { after: ${after} }\n${STEPS}`)).toHaveLength(good ? 0 : 1);
  });

  it.each([
    'confirm: 20',
    'confirm: soon',
    'remind: 1',
    'remind: 0s',
    'recover: 0',
    'recover: 101',
    'severity: high',
  ])('refuses %s', (line) => {
    expect(messagesOf(`${HEAD}alert: { ${line} }\n${STEPS}`)).toHaveLength(1);
  });
});

describe('taps that only a run can compare', () => {
  const canary = (bus: string): string =>
    `${HEAD}steps:\n  - expect: event\n    bus: ${bus}\n    within: 5s\n`;

  it.each([
    {
      title: 'the check names a value from outside',
      project: 'taps: [{ bus: orders }]\n',
      bus: '${env:BUS}',
    },
    { title: 'a tap does', project: 'taps: [{ bus: "${env:BUS}" }]\n', bus: 'orders' },
    { title: 'both do, the same', project: 'taps: [{ bus: "${env:BUS}" }]\n', bus: '${env:BUS}' },
    {
      title: 'a var of the environment does',
      project: 'environments: { prod: { vars: { bus: "${cf:shop.Bus}" } } }\ntaps: [{ bus: orders }]\n',
      bus: '${bus}',
    },
  ])('are left to it: $title', ({ project, bus }) => {
    expect(loadedWith(project, canary(bus)).said).toEqual([]);
  });

  it.each([
    {
      title: 'a var of each environment',
      project:
        'environments: { staging: { vars: { bus: orders-s } }, prod: { vars: { bus: orders-p } } }\ntaps: [{ bus: orders-s }, { bus: orders-p }]\n',
      bus: '${bus}',
    },
    {
      title: 'the same var in both',
      project:
        'environments: { staging: { vars: { bus: s } }, prod: { vars: { bus: p } } }\ntaps: [{ bus: "x-${bus}" }]\n',
      bus: 'x-${bus}',
    },
    {
      title: 'a part of a var, and an ARN',
      project:
        'environments: { prod: { vars: { bus: { name: orders, number: 7 } } } }\ntaps: [{ bus: "arn:aws:events:eu-west-1:123456789012:event-bus/orders-7" }]\n',
      bus: '${bus.name}-${bus.number}',
    },
    {
      title: "the environment's name and region",
      project: 'environments: { prod: { region: eu-west-1 } }\ntaps: [{ bus: orders-prod-eu-west-1 }]\n',
      bus: 'orders-${env.name}-${env.region}',
    },
  ])('are found at load where both are known: $title', ({ project, bus }) => {
    expect(loadedWith(project, canary(bus)).said).toEqual([]);
    expect(loadedWith(project.replace(/taps: .*/, 'taps: [{ bus: other }]'), canary(bus)).said).not.toEqual(
      [],
    );
  });

  it('are not asked of environments that only leaves out', () => {
    const project =
      'environments: { staging: { vars: { bus: s } }, prod: { vars: { bus: p } } }\ntaps: [{ bus: p }]\n';

    expect(loadedWith(project, `${HEAD}only: [prod]\n${canary('${bus}').slice(HEAD.length)}`).said).toEqual(
      [],
    );
    expect(loadedWith(project, canary('${bus}')).said).toEqual([
      "no tap listens to the bus 's' in the environment 'staging'",
    ]);
  });
});

describe('the region of an environment', () => {
  const messages = (region: string) =>
    loadedWith(`environments: { e: { region: ${region} } }\n`, `${HEAD}${STEPS}`).said;

  it.each(['eu-west-1', 'us-gov-west-1', 'cn-north-1', 'us-isob-east-1', 'eu-isoe-west-1', 'eusc-de-east-1'])(
    'is one of any partition: %s',
    (region) => {
      expect(messages(region)).toEqual([]);
    },
  );

  it.each(['eu-west', 'Frankfurt', 'eu_west_1', 'europe-west-1'])(
    'is an error if there is none of that form: %s',
    (region) => {
      expect(messages(region)).toEqual([`'${region}' is not an AWS region`]);
    },
  );
});

describe('limits', () => {
  const rules = (text: string): readonly string[] => loadText(text).diagnostics.map(({ rule }) => rule);
  const body = (value: string): string => `${HEAD}steps:\n  - http: POST https://x\n    body: ${value}\n`;
  const padded = (bytes: number): string => {
    const base = `${HEAD}${STEPS}`;
    return `${base}${'#'.repeat(bytes - base.length)}`;
  };
  const steps = (count: number): string =>
    `${HEAD}timeout: 14m\nsteps:\n${'  - http: GET https://x\n    timeout: 1s\n'.repeat(count)}`;
  // A canary's map, its steps, a step and its body stand above the brackets.
  const nested = (levels: number): string => body(`${'['.repeat(levels - 3)}1${']'.repeat(levels - 3)}`);
  const blocks = (levels: number): string => {
    const lines = Array.from({ length: levels - 3 }, (_, n) => `${' '.repeat(6 + n)}b:\n`);
    return `${body('').trimEnd()}\n${lines.join('')}${' '.repeat(6 + levels)}x\n`;
  };
  const tokensIn = (text: string): number => [...new Lexer().lex(text)].length;
  const tokens = (count: number): string => {
    const base = `${HEAD}${STEPS}`;
    return `${base}${'\n'.repeat(count - tokensIn(base))}`;
  };

  it.each([
    { title: 'bytes', most: MOST_BYTES, text: padded, rule: 'size' },
    {
      title: 'bytes of a value',
      most: LONGEST_SCALAR,
      text: (n: number) => body('x'.repeat(n)),
      rule: 'size',
    },
    {
      title: 'bytes of a value in two-byte letters',
      most: LONGEST_SCALAR / 2,
      text: (n: number) => body('é'.repeat(n)),
      rule: 'size',
    },
    {
      title: 'bytes of a key',
      most: LONGEST_SCALAR,
      text: (n: number) => body(`\n      ? ${'x'.repeat(n)}\n      : 1`),
      rule: 'size',
    },
    { title: 'tokens', most: MOST_TOKENS, text: tokens, rule: 'size' },
    { title: 'steps', most: MOST_STEPS, text: steps, rule: 'size' },
    { title: 'levels in brackets', most: MOST_DEPTH, text: nested, rule: 'depth' },
    { title: 'levels in blocks', most: MOST_DEPTH, text: blocks, rule: 'depth' },
  ])('hold for $title at one less, at it and at one more', ({ most, text, rule }) => {
    expect(rules(text(most - 1))).toEqual([]);
    expect(rules(text(most))).toEqual([]);
    expect(rules(text(most + 1))).toEqual([rule]);
  });
});
