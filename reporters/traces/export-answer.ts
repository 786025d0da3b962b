import { ObserverError } from '../../runner/core/base/errors.ts';
import { truncateText, visible } from '../../runner/core/base/format.ts';
import { isJsonMap, type JsonMap } from '../../runner/core/base/json.ts';
import type { PostAnswer } from '../../runner/core/network/post.ts';

/** Meaning of an answer to an export. */
export type Answered =
  | { readonly outcome: 'taken' }
  /** The receiver has the request, and rejects a part of it or warns: it is not sent again (OTLP 1.10, "Partial Success"). */
  | { readonly outcome: 'partial'; readonly fault: ObserverError; readonly rejected: number }
  /** The request may be sent again, unless the fault is permanent. */
  | { readonly outcome: 'refused'; readonly fault: ObserverError };

/** Statuses after which the same request may be sent again (OTLP 1.10, "Retryable Response Codes"). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const LONGEST_QUOTE = 200;

/** The meaning of an answer by its status and its text. `place` is the receiver in a message. */
export function answeredBy({ status, body }: PostAnswer, place: string): Answered {
  const answer = jsonIn(body);
  if (status < 200 || status > 299) {
    const permanent = !RETRYABLE.has(status);
    const remedy = permanent ? ' Correct its address or its headers.' : '';
    return refused(`${place} answered ${status}${quoted(answer?.['message'])}.${remedy}`, permanent);
  }
  if (answer === undefined)
    return refused(`${place} answered ${status} with a text that is not OTLP. Correct its address.`, true);
  const { partialSuccess } = answer;
  if (!isJsonMap(partialSuccess)) return { outcome: 'taken' };
  const { rejectedSpans = 0, errorMessage = '' } = partialSuccess;
  const rejected = Number(rejectedSpans) || 0;
  if (rejected === 0 && errorMessage === '') return { outcome: 'taken' };
  const what = rejected === 0 ? 'warns' : 'rejected some of the spans';
  return {
    outcome: 'partial',
    rejected,
    fault: new ObserverError(`${place} ${what}${quoted(errorMessage)}.`),
  };
}

function refused(message: string, permanent: boolean): Answered {
  return { outcome: 'refused', fault: new ObserverError(message, { permanent }) };
}

/** The answer of a receiver; an empty one is taken for `{}`. */
function jsonIn(body: string): JsonMap | undefined {
  try {
    const answer: unknown = JSON.parse(body.trim() === '' ? '{}' : body);
    return isJsonMap(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}

function quoted(text: unknown): string {
  return typeof text === 'string' && text !== '' ? `: ${truncateText(visible(text), LONGEST_QUOTE)}` : '';
}
