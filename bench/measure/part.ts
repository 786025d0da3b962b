/** A way to run a part: for figures, in a short time, or only to see that it works. */
export type Scale = 'full' | 'quick' | 'tiny';

/** The cause of a goal's miss, and the best median that was reached. One that is worse by a quarter fails the bench. */
export interface KnownMiss {
  readonly cause: string;
  readonly best: number;
}

/** A figure of a part, with its goal. */
export interface Figure {
  readonly name: string;
  /** `×` for a ratio to a floor that was measured in turn. */
  readonly unit: '×' | 'ms' | 's' | 'kB' | 'MB' | 'GB' | '';
  /** The goal: the median is at most this. Absent: the figure has no goal. */
  readonly atMost?: number;
  /** The goal: each round gives exactly this. */
  readonly exactly?: number;
  /** A known miss. A goal that is missed without one fails the bench. */
  readonly missed?: KnownMiss;
  /** True if it may be left out, for want of a tool. */
  readonly optional?: boolean;
}

/** The rounds of each figure, by the figure's key. */
export type Measured<Key extends string = string> = Readonly<Record<Key, readonly number[]>>;

/** A part of the bench: figures that are measured together. */
export interface Part<Key extends string = string> {
  /** The argument of `npm run bench` that chooses it. */
  readonly name: string;
  readonly about: string;
  /** Why it cannot be measured on this machine; undefined if it can. */
  readonly unavailable?: string | undefined;
  /** True if it is measured only when it is asked for. */
  readonly optional?: boolean;
  readonly figures: Readonly<Record<Key, Figure>>;
  measure(scale: Scale): Promise<Measured<Key>>;
}

interface SizedPart<Size, Key extends string> extends Omit<Part<Key>, 'measure'> {
  readonly sizes: Readonly<Record<Scale, Size>>;
  measure(size: Size): Promise<Measured<Key>>;
}

/** A part with a size for each scale. */
export function partOf<Size, Key extends string>({
  sizes,
  measure,
  ...part
}: SizedPart<Size, Key>): Part<Key> {
  return { ...part, measure: async (scale) => measure(sizes[scale]) };
}
