import type { Noun, Verb } from '../../runner/kinds/kind.ts';
import { formatReads } from '../../runner/kinds/read-limit.ts';
import { KINDS } from '../../runner/registry.ts';
import { code, sentence, table } from './markdown.ts';

/** `docs/reference/kinds.md`: the tables of verbs and nouns as a page. */
export function kindsPage(): string {
  const acts = Object.values(KINDS.verbs).map(section);
  const looks = Object.values(KINDS.nouns).map(section);
  return `# Verbs and nouns\n\nThis page is made from the tables of kinds by \`npm run generate\`.\n\n## Verbs: what a canary does\n\n${acts.join('\n')}\n## Nouns: what a canary waits to see\n\n${looks.join('\n')}`;
}

function section(kind: Verb | Noun): string {
  const isVerb = 'primaryInput' in kind;
  const keys = Object.entries(
    kind.input.properties as Readonly<Record<string, { readonly description?: string }>>,
  );
  const rows = keys.map(([key, { description = '' }]) => [
    `\`${isVerb && key === kind.primaryInput ? `${kind.name}:` : key}\``,
    description,
  ]);
  const sees = Object.entries(kind.view).map(([field, { description }]) => [`\`${field}\``, description]);
  return [
    `### ${kind.name}`,
    '',
    sentence(kind.summary),
    '',
    code(kind.example, 'yaml'),
    '',
    ...('consistency' in kind
      ? [`Delay: ${kind.consistency}`, '', `Reads per poll: ${formatReads(kind.reads)}`, '']
      : []),
    table(['key', ''], rows),
    '',
    sees.length === 0
      ? 'Its `response` sees nothing.'
      : table([`what \`${isVerb ? 'response' : 'has'}\` sees`, ''], sees),
    '',
  ].join('\n');
}
