/** An update of something that a canary depends on. */
export interface Change {
  /** Epoch milliseconds; absent if only a comparison with the last pass shows it. */
  readonly atMs?: number;
  /** The thing, for display: `function store-order`. */
  readonly resource: string;
  /** The change, as the end of a sentence that begins with the resource: `was updated`. */
  readonly what: string;
}

/** A change at a moment that is known. */
export type DatedChange = Change & { readonly atMs: number };

/** A period whose changes are read, and the signal that ends the reading. */
export interface ChangesAsk {
  /** Epoch milliseconds. */
  readonly fromMs: number;
  /** Epoch milliseconds. */
  readonly toMs: number;
  readonly signal: AbortSignal;
}

/** Changes of one resource in a period; later ones may be among them. */
export interface ReadChanges {
  readonly changes: readonly DatedChange[];
  /** Reason why others in the period may be missing, in one sentence. */
  readonly unread?: string;
}

/** Changes between the last pass of a canary and its first failure. An `unread` resource may have changed. */
export interface ChangesBefore {
  /** Start of the last pass, epoch milliseconds. */
  readonly fromMs: number;
  /** Epoch milliseconds. */
  readonly toMs: number;
  /** Those without a moment, then the newest first; at most ten of each. */
  readonly changes: readonly Change[];
  /** Resources whose changes could not be read; at most five. */
  readonly unread: readonly {
    readonly resource: string;
    /** Reason, in one sentence. */
    readonly why: string;
  }[];
  /** Numbers of those that were found and are not kept. @default none */
  readonly omitted?: { readonly changes: number; readonly unread: number };
}
