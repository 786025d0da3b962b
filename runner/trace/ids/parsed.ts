/** Text beyond this is not parsed for ids: the largest message of SQS and EventBridge, in characters. */
const MOST_PARSED = 1_048_576;

/** Text that holds a JSON object or list, as such; else as it is. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > MOST_PARSED || !/^\s*[[{]/.test(value)) return value;
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
