/** Freezes a value deeply, so that no reporter can change the input of the next. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key in value) {
    const member = value[key];
    if (typeof member === 'object') deepFreeze(member);
  }
  return value;
}

/** Ends a `switch` over a union: does not compile while a member is unhandled. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
