import type { ActStep, Canary, ExpectStep, NeverStep, Step } from '../../runner/core/canary.ts';

const AT = { file: 'test.canary.yaml', line: 1, column: 1 };

/** A step that acts, with the test verb `send`. */
export function actStep(name: string, more: Partial<ActStep> = {}): ActStep {
  return {
    mode: 'act',
    id: name,
    name,
    kind: 'send',
    input: {},
    save: {},
    timeoutMs: 10_000,
    correlate: true,
    at: AT,
    ...more,
  };
}

/** A step that expects, with the test noun `thing`. */
export function expectStep(name: string, more: Partial<ExpectStep> = {}): ExpectStep {
  return {
    mode: 'expect',
    id: name,
    name,
    kind: 'thing',
    input: {},
    save: {},
    withinMs: 30_000,
    forMs: 0,
    correlate: true,
    at: AT,
    ...more,
  };
}

/** A step that watches for what should never come. */
export function neverStep(name: string, more: Partial<NeverStep> = {}): NeverStep {
  return {
    mode: 'never',
    id: name,
    name,
    kind: 'thing',
    input: {},
    save: {},
    forMs: 10_000,
    correlate: true,
    at: AT,
    ...more,
  };
}

/** A canary of some steps; what matters to a test is given, the rest stands at its default. */
export function canaryOf(more: Partial<Canary>, ...steps: readonly Step[]): Canary {
  return {
    name: 'test-canary',
    owner: 'team-test',
    tags: [],
    timeoutMs: 120_000,
    alert: { after: { failures: 2, of: 2 }, recover: 1, remindMs: 3_600_000, severity: 'warning', to: [] },
    vars: {},
    steps,
    cleanup: [],
    source: 'test.canary.yaml',
    ...more,
  };
}
