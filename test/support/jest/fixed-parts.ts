/** Parts of the process that test files share, by name: a test file leaves each as it was. */
export type FixedParts = ReadonlyMap<string, unknown>;

/** Listeners that libraries add when they are loaded; they run after the last test file. */
const AT_THE_END: ReadonlySet<string | symbol> = new Set(['exit', 'beforeExit']);

export function fixedParts(): FixedParts {
  const listeners = process
    .eventNames()
    .filter((event) => !AT_THE_END.has(event))
    .map((event) => [`listeners of '${String(event)}'`, process.listenerCount(event)] as const);
  return new Map<string, unknown>([
    ['globalThis.fetch', globalThis.fetch],
    ['instanceof Error', Object.getOwnPropertyDescriptor(Error, Symbol.hasInstance)?.value],
    ['process.argv', JSON.stringify(process.argv)],
    ...listeners,
  ]);
}

/** Names of the parts that differ, a part that is absent included. */
export function partsThatDiffer(before: FixedParts, after: FixedParts): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name));
}
