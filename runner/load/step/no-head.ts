import type { Kinds } from '../../kinds/kind.ts';
import { bareWord, meantBy } from '../words/key-words.ts';
import { remedyFor } from '../words/remedies.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { headOf } from '../yaml/reader.ts';
import { type Entry, jsonOf, type MapTree, writtenAt } from '../yaml/tree.ts';

/** Reports a step without a verb or noun, at the key that was meant to be one. `common`: the keys that a step has next to it. */
export function reportNoHead(
  one: MapTree,
  { report, kinds }: { readonly report: Report; readonly kinds: Kinds },
  common: readonly string[],
): undefined {
  const words = ['expect', 'never', 'gone', 'use', ...Object.keys(kinds.verbs)];
  const own = [...Object.values(kinds.verbs), ...Object.values(kinds.nouns)].flatMap(({ input }) =>
    Object.keys(input.properties),
  );
  const others = one.entries.filter(({ key }) => ![...common, ...own].includes(key));
  const [found] = [...others, ...one.entries].flatMap((entry) => {
    const hint = hintFor(entry, one, words, Object.keys(kinds.nouns));
    return hint === undefined ? [] : [{ entry, hint }];
  });
  const [unknown] = others;
  const wrong = found?.entry ?? unknown;
  report.error(wrong?.keyAt ?? headOf(one), {
    rule: 'head',
    message:
      wrong === undefined
        ? 'this step does nothing and expects nothing'
        : `this step does nothing and expects nothing: '${wrong.key}' is no verb`,
    hint:
      found?.hint ??
      `write an act such as http: GET https://…, or a check such as expect: event; acts are ${Object.keys(kinds.verbs).join(', ')}`,
  });
  return undefined;
}

/** The remedy for a key that stands for a verb; undefined if it stands for none. */
function hintFor(
  entry: Entry,
  one: MapTree,
  words: readonly string[],
  nouns: readonly string[],
): string | undefined {
  const { key, value } = entry;
  const noun = value.sort === 'scalar' ? nouns.find((name) => name === value.value) : undefined;
  if (noun !== undefined) return `write ${meantBy(key, ['never', 'gone']) ?? 'expect'}: ${noun}`;
  const remedy = remedyFor(key, words, (bare) => {
    if (value.sort !== 'map') return writtenAt(one, bare);
    return writtenAt(value, bare === bareWord(key) ? 'url' : bare);
  });
  if (remedy !== undefined) return remedy.hint;
  const meant = meantBy(key, words);
  if (meant === undefined) return undefined;
  const text = jsonOf(value);
  return typeof text === 'string' ? `write ${meant}: ${text}` : `did you mean '${meant}'?`;
}
