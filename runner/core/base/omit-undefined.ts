/** The entries of an object that are defined, for spreading into one whose optional keys must not be `undefined`. */
export function omitUndefined<T extends object>(
  entries: T,
): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
