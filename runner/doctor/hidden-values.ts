import type { References } from '../core/expression/reference.ts';
import { keyOf } from '../core/expression/resolve-references.ts';
import type { Finding } from './question/finding.ts';

/** A shorter value would hide words of the sentence. */
const SHORTEST_HIDDEN = 4;
/** A shorter value is hidden only where it stands alone: it may be part of another word. */
const SHORTEST_INSIDE = 8;

/** References that remember what they read, and findings in which each value is replaced by its reference. */
export interface HiddenValues {
  readonly references: References;
  /** The finding with `${env:TABLE}` in place of the value of `TABLE`. */
  hide<One extends Finding>(finding: One): One;
}

/** Hides values from outside, secrets aside, which the redactor masks. The last part of an ARN or a URL is hidden by itself, too. */
export function hidingValues(references: References): HiddenValues {
  const mentions = new Map<string, string>();
  const remember = (text: string, mention: string): void => {
    if (text.length >= SHORTEST_HIDDEN && !mentions.has(text)) mentions.set(text, mention);
  };
  const hidden = (text: string): string => {
    const longestFirst = [...mentions.keys()].toSorted((a, b) => b.length - a.length);
    if (longestFirst.length === 0) return text;
    const pattern = new RegExp(longestFirst.map(patternOf).join('|'), 'g');
    return text.replace(pattern, (found) => mentions.get(found) as string);
  };
  return {
    references: {
      read: async (reference, how) => {
        const found = await references.read(reference, how);
        const mention = `\${${keyOf(reference)}}`;
        if (!found.secret) {
          remember(found.value, mention);
          remember(lastPartOf(found.value), mention);
        }
        return found;
      },
    },
    hide: (finding) => ({
      ...finding,
      ...Object.fromEntries(
        (['what', 'why', 'todo'] as const).flatMap((part) => {
          const text = finding[part];
          return text === undefined ? [] : [[part, hidden(text)]];
        }),
      ),
    }),
  };
}

function patternOf(text: string): string {
  const literal = text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
  return text.length >= SHORTEST_INSIDE ? literal : `(?<!\\w)${literal}(?!\\w)`;
}

function lastPartOf(value: string): string {
  return value.split(/[:/]/).at(-1) as string;
}
