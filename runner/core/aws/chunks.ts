/** Cuts a list into batches of at most `most` entries, in their order: AWS limits its batches. */
export function chunksOf<Entry>(list: readonly Entry[], most: number): readonly (readonly Entry[])[] {
  return Array.from({ length: Math.ceil(list.length / most) }, (_, n) =>
    list.slice(n * most, (n + 1) * most),
  );
}
