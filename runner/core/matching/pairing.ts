/** The patterns and elements that may be paired, by index. */
interface Sides {
  readonly patterns: number;
  readonly elements: number;
  fits(pattern: number, element: number): boolean;
}

/**
 * Gives each pattern an element of its own, as many as can have one: the index of the element by that of the pattern. A
 * largest matching of a bipartite graph, by augmenting paths (H. W. Kuhn, 1955).
 */
export function pairing(sides: Sides): ReadonlyMap<number, number> {
  const elementOf = new Map<number, number>();
  const patternOf = new Map<number, number>();
  for (let first = 0; first < sides.patterns; first += 1) {
    const { askedBy, free } = freeFor(first, patternOf, sides);
    for (let element = free; element !== undefined; ) {
      const pattern = askedBy.get(element) as number;
      const before = elementOf.get(pattern);
      elementOf.set(pattern, element);
      patternOf.set(element, pattern);
      element = before;
    }
  }
  return elementOf;
}

/** A free element for a pattern, if those that have one may change to another; `askedBy` records the path. */
function freeFor(
  first: number,
  patternOf: ReadonlyMap<number, number>,
  { elements, fits }: Sides,
): { readonly askedBy: ReadonlyMap<number, number>; readonly free?: number } {
  const askedBy = new Map<number, number>();
  const asking = [first];
  for (const pattern of asking) {
    for (let element = 0; element < elements; element += 1) {
      if (askedBy.has(element) || !fits(pattern, element)) continue;
      askedBy.set(element, pattern);
      const taken = patternOf.get(element);
      if (taken === undefined) return { askedBy, free: element };
      asking.push(taken);
    }
  }
  return { askedBy };
}
