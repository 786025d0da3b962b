const LEVELS = ['small', 'full', 'long'] as const;
type Effort = (typeof LEVELS)[number];

/** Size of the samples that the tests draw: `EFFORT=small` by default, `full` in `.ci/run`, `long` for a night (CONTRIBUTING.md). */
const EFFORT = effortOf(process.env['EFFORT'] ?? 'small');

/** The size of a sample. The branches of core and engine are covered at `small`, too. `long` is a hundred times `full` by default. */
export function sampleSize(sizes: {
  readonly small: number;
  readonly full: number;
  readonly long?: number;
}): number {
  return EFFORT === 'long' ? (sizes.long ?? 100 * sizes.full) : sizes[EFFORT];
}

/** Every n-th case of a list at `small`, starting with the first; all of them otherwise. */
export function sampleOf<T>(cases: readonly T[], every: number): readonly T[] {
  return EFFORT === 'small' ? cases.filter((_, index) => index % every === 0) : cases;
}

function effortOf(text: string): Effort {
  const effort = LEVELS.find((one) => one === text);
  if (effort === undefined) throw new Error(`EFFORT is '${text}'. Set it to one of: ${LEVELS.join(', ')}.`);
  return effort;
}
