import type { AnswerRule, InboxAnswer } from './ports.ts';

/** The answer where no step says one. */
export const DEFAULT_ANSWER: InboxAnswer = { status: 200, headers: {}, body: '' };

/** The answer of the rule that says most about a request: its path, then its method. The first of two that say as much. */
export function answerFor(
  rules: readonly AnswerRule[],
  request: { readonly method: string; readonly path: string },
): InboxAnswer {
  const fitting = rules.filter(
    ({ method, path }) =>
      (method === undefined || method === request.method) && (path === undefined || path === request.path),
  );
  return fitting.toSorted((one, other) => weightOf(other) - weightOf(one))[0]?.answer ?? DEFAULT_ANSWER;
}

function weightOf({ method, path }: AnswerRule): number {
  return (path === undefined ? 0 : 2) + (method === undefined ? 0 : 1);
}
