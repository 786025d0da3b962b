import { expect, it } from '@jest/globals';
import { MASK, secretsOf } from '../../../runner/core/redaction/redact.ts';
import { hopOf, type Run } from '../../../runner/engine/context/run-context.ts';
import type { Noun } from '../../../runner/kinds/kind.ts';

it("searches no more of a step's input for secrets than its words may show", () => {
  const { redactor } = secretsOf(['correct-horse']);
  const seen: number[] = [];
  const counting = {
    ...redactor,
    deep: <T>(value: T) => (seen.push(JSON.stringify(value).length), redactor.deep(value)),
  };
  const noun: Pick<Noun, 'hop'> = { hop: ({ queue }) => `queue ${String(queue)}` };

  const hop = hopOf(
    { body: 'x'.repeat(1_000_000), queue: 'correct-horse' },
    noun as Noun,
    { engine: { redactor: counting } } as unknown as Run,
  );

  expect(hop).toBe(`queue ${MASK}`);
  expect(seen).toEqual([expect.any(Number)]);
  expect(seen[0]).toBeLessThan(5_000);
});
