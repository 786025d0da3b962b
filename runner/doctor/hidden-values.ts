import type { References } from '../core/expression/reference.ts';
import { keyOf } from '../core/expression/resolve-references.ts';
import type { Redactor } from '../core/redaction/redact.ts';
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

/**
 * Hides values from outside, secrets aside, which must be masked in a finding before. The names in an ARN or a URL are hidden by themselves, too.
 * A value that holds a secret is found by its masked form.
 */
export function hidingValues(references: References, redactor: Redactor): HiddenValues {
  const mentions = new Map<string, string>();
  const hidden = (text: string): string => {
    const byMasked = new Map(
      [...mentions]
        .map(([value, mention]) => [redactor.text(value), mention] as const)
        .filter(([value]) => value.length >= SHORTEST_HIDDEN)
        .toSorted(([a], [b]) => b.length - a.length),
    );
    if (byMasked.size === 0) return text;
    const pattern = new RegExp([...byMasked.keys()].map(patternOf).join('|'), 'g');
    return text.replace(pattern, (found) => byMasked.get(found) as string);
  };
  return {
    references: {
      read: async (reference, how) => {
        const found = await references.read(reference, how);
        const mention = `\${${keyOf(reference)}}`;
        if (!found.secret)
          for (const text of [found.value, ...namesIn(found.value)])
            if (!mentions.has(text)) mentions.set(text, mention);
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
  if (OWN_WORDS.has(text)) return `(?<=\\b(?:${LABELS}) )${literal}(?![\\w-])`;
  return text.length >= SHORTEST_INSIDE ? literal : `(?<!\\w)${literal}(?!\\w)`;
}

/** Words that a name follows in findings. */
const LABELS = 'bucket|bus|channel|function|group|index|leases|machine|queue|table|topic';

/** Words of findings. A value that equals one is hidden only as a name, so that sentences stay whole. */
const OWN_WORDS: ReadonlySet<string> = new Set(
  (
    'account alias asked bucket canaries canary channel check checked checks dead environment error event events function group groups ' +
    'index item lambda leases line listen machine message messages metric more name named needed network never nothing only pass passes ' +
    'permission policies policy problem project queue queues read reader readers region role rule runner runs sends stack state step subscription ' +
    'table that there this time topic trace traces version window with worker your'
  ).split(' '),
);

/** The part of an ARN before a name. */
const BEFORE_NAME =
  /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:(?:event-bus|execution|function|log-group|parameter|role|rule|secret|stack|stateMachine|table)[:/])?/;

/** The names in an ARN, a URL, or a name with an alias. */
function namesIn(value: string): readonly string[] {
  const url = /^\w+:\/\//.test(value) ? URL.parse(value) : null;
  if (url !== null) {
    const { host, hostname, pathname } = url;
    const [api = ''] = hostname.includes('.execute-api.') ? hostname.split('.') : [];
    return [host, hostname, api, pathname.split('/').at(-1) as string];
  }
  const name = value.replace(BEFORE_NAME, '').replace(/:\*$/, '');
  const parts = name.split(/[:/]/);
  return [name, parts[0] as string, parts.at(-1) as string];
}
