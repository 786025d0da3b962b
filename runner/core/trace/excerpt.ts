import { truncateText } from '../base/format.ts';
import type { Json } from '../base/json.ts';
import type { Redactor } from '../redaction/redact.ts';

/** The longest excerpt of a thing, in UTF-16 units. */
const LONGEST_EXCERPT = 200;

/** The beginning of a thing in one line. Secrets are masked first: of one that is cut, or whose white space is joined, no part is found. */
export function excerptOf(value: Json, redactor: Redactor): string {
  const clean = redactor.deep(value);
  const text = typeof clean === 'string' ? clean : JSON.stringify(clean);
  return truncateText(text.trim().replace(/\s+/g, ' '), LONGEST_EXCERPT);
}
