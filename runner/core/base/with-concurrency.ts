/** Works on many things, so many at a time, and gives what came of them in their order. */
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
