/** Maps things with a limit of concurrent calls; outcomes keep the order of the things. */
export async function mapWithConcurrency<Thing, Outcome>(
  concurrency: number,
  things: readonly Thing[],
  work: (thing: Thing) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = things.entries();
  const worker = async (): Promise<void> => {
    for (const [index, thing] of waiting) outcomes[index] = await work(thing);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, things.length) }, worker));
  return outcomes;
}
