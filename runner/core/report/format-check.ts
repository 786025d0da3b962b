import { truncateText, visible } from '../base/format.ts';
import { isJsonMap, type Json } from '../base/json.ts';
import { typeWord } from '../matching/operators.ts';
import type { Check } from '../model/run-result.ts';

const LONGEST_VALUE = 120; // characters

/** A comparison in one line: `detail.qty  expected number 3, actual text "3"`. */
export function formatCheck(check: Check): string {
  return `${check.path === '' ? check.operator : check.path}  expected ${formatExpected(check)}, actual ${formatActual(check)}`;
}

/** The quoted lines that a reason does not hold already. */
export function otherLines(reason: string, quotes: readonly string[]): readonly string[] {
  return quotes.filter((line) => !reason.includes(line));
}

/** The expected value, with its type if the type may be the fault. */
export function formatExpected({ operator, expected }: Check): string {
  if (operator === 'count' && isJsonMap(expected))
    return Object.entries(expected)
      .map(([name, value]) => `${wordsOf(name)} ${formatValue(value)}`)
      .join(', ');
  return operator.startsWith('$') ? `${operator} ${formatValue(expected)}` : typed(expected);
}

/** The name of an operator as words: `$atLeast` is `at least`. */
function wordsOf(operator: string): string {
  return operator.slice(1).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** The actual value, or its absence. */
export function formatActual({ missing = false, actual, note }: Check): string {
  const words = missing ? 'missing' : typed(actual);
  return note === undefined ? words : `${words} (${visible(note)})`; // it may list names of the system's own fields
}

/** A value on one line, truncated if it is long, in which nothing is hidden. */
export function formatValue(value: Json): string {
  const text = JSON.stringify(value);
  return visible(truncateText(text, LONGEST_VALUE + 1));
}

function typed(value: Json): string {
  const word = typeWord(value);
  return word === 'text' || word === 'number' ? `${word} ${formatValue(value)}` : formatValue(value);
}
