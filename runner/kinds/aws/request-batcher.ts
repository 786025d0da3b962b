/** A request to a source that many share. */
export interface BatchableRequest {
  /** Aborted when the answer is no longer needed. */
  readonly signal: AbortSignal;
}

/** A request with its pending answer. */
export interface PendingRequest<Asked extends BatchableRequest, Answer> {
  readonly question: Asked;
  answer(answer: Answer): void;
  refuse(fault: unknown): void;
}

/** The requests for the next call to one source, and the way to cancel that call. */
export interface RequestBatcher<Asked extends BatchableRequest, Answer> {
  waiting: PendingRequest<Asked, Answer>[];
  planned: (() => void) | undefined;
}

/**
 * Adds a request, schedules the next call, and waits for the answer. Aborted requests are left out; without any request the call is
 * cancelled.
 * @throws the error of the call, or the reason of the request's signal.
 */
export async function enqueue<Asked extends BatchableRequest, Answer>(
  gathering: RequestBatcher<Asked, Answer>,
  question: Asked,
  plan: () => void,
): Promise<Answer> {
  const { signal } = question;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const one: PendingRequest<Asked, Answer> = { question, answer: resolve, refuse: reject };
  gathering.waiting.push(one);
  plan();
  const leave = (): void => {
    gathering.waiting = gathering.waiting.filter((other) => other !== one);
    reject(signal.reason);
    if (gathering.waiting.length > 0) return;
    gathering.planned?.();
    gathering.planned = undefined;
  };
  signal.addEventListener('abort', leave, { once: true });
  return promise.finally(() => signal.removeEventListener('abort', leave));
}
