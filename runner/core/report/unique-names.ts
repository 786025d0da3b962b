/**
 * Names for series and cases that differ by name alone: a name that occurs again becomes `name (2)`, then `name (3)`. Names that
 * occur once stay as they are.
 */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names);
  const counts = new Map<string, number>();
  return names.map((name) => {
    let count = (counts.get(name) ?? 0) + 1;
    while (count > 1 && taken.has(numbered(name, count))) count += 1;
    counts.set(name, count);
    const unique = numbered(name, count);
    taken.add(unique);
    return unique;
  });
}

function numbered(name: string, count: number): string {
  return count === 1 ? name : `${name} (${count})`;
}

/** Steps of one run, each with a name of its own. */
export function withUniqueNames<Step extends { readonly name: string }>(
  steps: readonly Step[],
): readonly Step[] {
  const names = uniqueNames(steps.map(({ name }) => name));
  return steps.map((step, index) => ({ ...step, name: names[index] as string }));
}
