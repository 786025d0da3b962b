/** The part of an SDK command's middleware through which an answer's headers are seen. */
interface Stack {
  add(
    middleware: (next: (sent: unknown) => Promise<Answer>) => (sent: unknown) => Promise<Answer>,
    options: { readonly step: 'deserialize'; readonly name: string },
  ): void;
}

interface Answer {
  readonly response: { readonly headers?: Readonly<Record<string, string>> };
}

/** The moment that the answer to a command is dated, in epoch milliseconds, once it is there; undefined if it is not dated. */
export function answerDate(command: { readonly middlewareStack: object }): () => number | undefined {
  let atMs: number | undefined;
  (command.middlewareStack as Stack).add(
    (next) => async (sent) => {
      const answer = await next(sent);
      const date = Date.parse(answer.response.headers?.['date'] ?? '');
      atMs = Number.isNaN(date) ? undefined : date;
      return answer;
    },
    { step: 'deserialize', name: 'coalmineAnswerDate' },
  );
  return () => atMs;
}
