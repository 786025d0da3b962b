import type { RunId } from '../../../runner/core/base/run-id.ts';
import type {
  ActStep,
  Canary,
  ExpectStep,
  GoneStep,
  NeverStep,
  Step,
} from '../../../runner/core/model/canary.ts';
import type { RunResult, StepResult } from '../../../runner/core/model/run-result.ts';

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

/** A step that fails if a thing comes. */
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

/** A step that waits until a thing is gone. */
export function goneStep(name: string, more: Partial<GoneStep> = {}): GoneStep {
  return {
    mode: 'gone',
    id: name,
    name,
    kind: 'thing',
    input: {},
    save: {},
    withinMs: 20_000,
    forMs: 5_000,
    correlate: true,
    at: AT,
    ...more,
  };
}

/** A canary of some steps; a test gives the values that matter, the rest has defaults. */
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

/** The outcome of a run, of no steps unless some are given. */
export function resultOf(more: Partial<RunResult> = {}): RunResult {
  return {
    runId: runIdOf(1),
    canary: 'test-canary',
    verdict: 'passed',
    reason: '',
    environment: 'default',
    owner: 'team-test',
    tags: [],
    slotAtMs: 1_700_000_000_000,
    startedAtMs: 1_700_000_000_250,
    durationMs: 1_234,
    steps: [],
    cleanup: [],
    trail: [],
    source: 'test.canary.yaml',
    interrupted: false,
    ...more,
  };
}

export function stepResultOf(more: Partial<StepResult> = {}): StepResult {
  return {
    stepId: 'a-step',
    name: 'A step',
    kind: 'thing',
    mode: 'expect',
    verdict: 'passed',
    reason: '',
    startedAtMs: 1_700_000_000_250,
    durationMs: 1_000,
    attempts: 1,
    checks: [],
    evidence: [],
    hop: 'the thing',
    saved: {},
    nearby: [],
    quotes: [],
    at: AT,
    ...more,
  };
}

/** A run id that contains a number. */
export function runIdOf(number: number): RunId {
  return number.toString(16).padStart(32, '0') as RunId;
}
