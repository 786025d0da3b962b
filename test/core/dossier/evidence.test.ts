import { describe, expect, it } from '@jest/globals';
import { evidenceWithin } from '../../../runner/core/dossier/evidence.ts';
import type { StepResult } from '../../../runner/core/model/run-result.ts';
import { runIdOf, stepResultOf } from '../../support/run/builders.ts';

const ROOM = 6_000; // bytes

function stepWith(data: string, name = 'Step'): StepResult {
  return stepResultOf({ name, evidence: [{ kind: 'item', id: 'e', takenAtMs: 1, data }] });
}

function evidenceOf(...steps: readonly StepResult[]): readonly string[] {
  return evidenceWithin(runIdOf(2), steps, ROOM);
}

describe('the evidence of a dossier', () => {
  it('has no last line if all of it is there', () => {
    expect(evidenceOf(stepWith('short'), stepResultOf({}))).toEqual([
      '## Evidence of `Step`\n\n```text\n"short"\n```',
    ]);
  });

  it.each<{ readonly title: string; readonly steps: readonly StepResult[]; readonly last: string }>([
    {
      title: 'a step is cut',
      steps: [stepWith('short'), stepWith('a'.repeat(9_000))],
      last: 'Evidence is cut for 1 step.',
    },
    {
      title: 'steps are left out',
      steps: Array.from({ length: 5 }, () => stepWith('a'.repeat(2_450))),
      last: 'Evidence is cut for 1 step and is left out for 2 steps.',
    },
    {
      title: 'steps are left out, and none is cut',
      steps: [2_450, 2_450, 300, 2_450].map((length) => stepWith('a'.repeat(length))),
      last: 'Evidence is left out for 1 step.',
    },
    {
      title: 'the fence makes it too long',
      steps: [stepWith('\u200b'.repeat(800)), stepWith('`'.repeat(900))],
      last: 'Evidence is cut for 1 step.',
    },
  ])('ends with a count if $title', ({ steps, last }) => {
    expect(evidenceOf(...steps).at(-1)).toBe(`${last} All of it: \`coalmine show 000000000000 --json\``);
    expect(Buffer.byteLength(evidenceOf(...steps).join('\n\n'))).toBeLessThanOrEqual(ROOM);
  });
});
