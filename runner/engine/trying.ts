/** Does a part of a work. If it fails, its fault is kept, and the outcome is undefined: a failure of one part does not stop the others. */
export type Trying = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/** Collects the faults of parts, as `faultOf` makes them of what was thrown. @default as it was thrown */
export function tryingInto(faults: unknown[], faultOf = (thrown: unknown): unknown => thrown): Trying {
  return async (work) => {
    try {
      return await work();
    } catch (thrown) {
      faults.push(faultOf(thrown));
      return undefined;
    }
  };
}
