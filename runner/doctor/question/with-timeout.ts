/** The result of some work, or the signal's reason: some waits for credentials accept no signal. */
export async function withTimeout<Answer>(signal: AbortSignal, work: () => Promise<Answer>): Promise<Answer> {
  const { promise, reject } = Promise.withResolvers<never>();
  const give = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', give, { once: true });
  return Promise.race([work(), promise]).finally(() => signal.removeEventListener('abort', give));
}
