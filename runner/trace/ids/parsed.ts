/** Text that holds a JSON object or list, as such; else, and beyond so many characters, as it is. */
export function parsed(value: unknown, most = Number.POSITIVE_INFINITY): unknown {
  if (typeof value !== 'string' || value.length > most || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The bytes of a record, which AWS gives as base64, as text. */
export function decoded(value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value;
}
