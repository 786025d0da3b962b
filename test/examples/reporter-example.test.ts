import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { resultOf, runIdOf, stepResultOf } from '../support/run/builders.ts';
import { reportOf } from '../support/run/reporting.ts';
import { slowest } from './slowest.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the example of docs/internals/adding-a-reporter.md', () => {
  it('is the file that is tested here', () => {
    const page = readFileSync(join(ROOT, 'docs/internals/adding-a-reporter.md'), 'utf8');

    expect(/```ts\n(.*?)```/s.exec(page)?.[1]).toBe(
      readFileSync(join(import.meta.dirname, 'slowest.ts'), 'utf8'),
    );
  });

  it('writes a line for each run, without a character that drives a terminal', async () => {
    const steps = [
      stepResultOf({ name: 'quick', durationMs: 5 }),
      stepResultOf({ name: 'slow\u001b[2J', durationMs: 70 }),
    ];

    const text = await reportOf(slowest, [
      resultOf({ canary: 'orders', steps }),
      resultOf({ runId: runIdOf(2), canary: 'empty', verdict: 'error' }),
    ]);

    expect(text).toBe('orders passed: 70 ms in slow\ufffd[2J\nempty error: no step\n');
  });
});
