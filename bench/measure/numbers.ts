/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** The number below which that share of them lies. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] as number;
}

/** Does some works in turn, round by round, so that a change of the machine's load meets all of them. */
export async function inTurn<Name extends string, T>(
  rounds: number,
  works: Readonly<Record<Name, (round: number) => Promise<T>>>,
): Promise<Readonly<Record<Name, readonly T[]>>> {
  const names = Object.keys(works) as Name[];
  const found = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<Name, T[]>;
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) found[name].push(await works[name](round));
  return found;
}

/** The ratio of two series, round by round. */
export function ratios(ours: readonly number[], floor: readonly number[]): readonly number[] {
  return ours.map((one, round) => one / (floor[round] as number));
}
