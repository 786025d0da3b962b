import type { Clock } from '../../core/base/clock.ts';

/** What somebody asks of a source that many share. */
export interface BatchableRequest {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** One who waits for an answer. */
export interface PendingRequest<Asked extends BatchableRequest, Answer> {
  readonly question: Asked;
  answer(answer: Answer): void;
  refuse(fault: unknown): void;
}

/** Those who wait for the next call to one source, and how it is taken back where one is planned. */
export interface RequestBatcher<Asked extends BatchableRequest, Answer> {
  waiting: PendingRequest<Asked, Answer>[];
  planned: (() => void) | undefined;
}

/**
 * Joins those who wait, lets the next call be planned, and waits for the answer. Who no longer waits is not asked for; where
 * nobody is left, the call is taken back.
 * @throws whatever the call was refused with, or the reason of the question's signal.
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

/** Waits until a moment of a clock. */
export async function until(atMs: number, clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.at(atMs, resolve);
  await promise;
}
