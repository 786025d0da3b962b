/** An update of something that a canary depends on. */
export interface Change {
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** The thing, for display: `function store-order`. */
  readonly resource: string;
  /** The change, as the end of a sentence that begins with the resource: `was updated`. */
  readonly what: string;
}

/** Changes between the last pass of a canary and its first failure. An `unread` resource may have changed. */
export interface ChangesBefore {
  /** Start of the last pass, epoch milliseconds. */
  readonly fromMs: number;
  /** Epoch milliseconds. */
  readonly toMs: number;
  /** The newest first; at most ten. */
  readonly changes: readonly Change[];
  /** Resources whose changes could not be read; at most five. */
  readonly unread: readonly {
    readonly resource: string;
    /** Reason, in one sentence. */
    readonly why: string;
  }[];
}
