import { parseDuration } from '../base/duration.ts';
import type { Json } from '../base/json.ts';
import { isNumeric } from '../base/numbers.ts';

const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';

/** Dates of ISO 8601 and of HTTP, at any place of a text. */
const DATES = new RegExp(
  [
    String.raw`\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?`,
    String.raw`(?:[A-Z][a-z]{2}, )?\d{1,2}[ /-](?:${MONTHS})[ /-]\d{4}(?:[ :]\d\d:\d\d:\d\d)?(?: GMT| UTC| [+-]\d{4})?`,
    String.raw`\b\d\d:\d\d:\d\d(?:[.,]\d+)?`,
  ].join('|'),
  'g',
);
const DURATIONS = /\b\d+(?:\.\d+)? ?(?:ns|us|µs|ms|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)\b/g;
const UUIDS = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi;
const WORDS = /[\p{L}\p{N}]+/gu;

/** The shortest word that is taken for an id if it has a digit. A prefix such as `ord` is a word of its own. */
const SHORTEST_ID = 8;

/** Characters of a hash that has no digit by chance: one of 16 in 1,900. */
const SHORTEST_HEX = 16;

/** The difference between an epoch time and the time of the run, at most. */
const NEAR_MS = 400 * 86_400_000;

/** Units of epoch times: seconds, milliseconds, microseconds and nanoseconds. */
const EPOCH_UNITS_MS = [1_000, 1, 1e-3, 1e-6];

/** True for a time or a duration: it differs in each run. */
export function isTime(value: Json, startedAtMs: number): boolean {
  if (typeof value === 'string')
    return value !== '' && (value.replace(DATES, '').trim() === '' || parseDuration(value) !== undefined);
  return (
    typeof value === 'number' &&
    EPOCH_UNITS_MS.some((unitMs) => Math.abs(value * unitMs - startedAtMs) < NEAR_MS)
  );
}

/** True for a date without a time of day: the runs of a day have the same. */
export function isDay(value: Json): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
}

/** A scalar with each id and time in it replaced, so that two runs of a system that works have the same. */
export function formOf(value: Json): Json {
  if (isNumeric(value)) return JSON.stringify(value).length >= SHORTEST_ID ? '<number>' : value;
  if (typeof value !== 'string') return value;
  return value
    .replace(UUIDS, '<id>') // before durations: one of its groups may look like `663d`
    .replace(DATES, '<time>')
    .replace(DURATIONS, '<duration>')
    .replace(WORDS, (word) => (isId(word) ? '<id>' : word));
}

function isId(word: string): boolean {
  if (word.length >= SHORTEST_HEX && /^[0-9a-f]+$/i.test(word)) return true;
  return word.length >= SHORTEST_ID && /\d/.test(word);
}
