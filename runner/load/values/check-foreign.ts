import { placeholderHint } from '../../core/expression/foreign-names.ts';
import { foreignTemplates } from '../../core/expression/foreign-templates.ts';
import type { Report } from '../yaml/diagnostics.ts';
import type { Tree } from '../yaml/tree.ts';

/** Keys whose text is an address: a placeholder cannot be meant there. */
const ADDRESSES = ['http', 'graphql'];

/** Reports the placeholders of other tools in a file: as errors in addresses, and as warnings in data, where they may be meant. */
export function checkForeign(root: Tree, namesOf: () => Iterable<string>, report: Report): void {
  visit(root, '', (text, tree, isAddress) => {
    for (const { written, name } of foreignTemplates(
      isAddress ? text.replace(/^\S+\s+/, '') : text,
      isAddress,
    )) {
      const start = Math.max(tree.at.start, report.file.text.indexOf(written, tree.at.start));
      const fault = {
        rule: 'template',
        message: `'${written}' is a placeholder of another tool`,
        hint: placeholderHint(name, namesOf()),
      };
      const at = { start, end: Math.min(tree.at.end, start + written.length) };
      if (isAddress) report.error(at, fault);
      else report.warning(at, fault);
    }
  });
}

function visit(tree: Tree, key: string, look: (text: string, tree: Tree, isAddress: boolean) => void): void {
  if (tree.sort === 'list') for (const element of tree.elements) visit(element, key, look);
  if (tree.sort === 'map') for (const entry of tree.entries) visit(entry.value, entry.key, look);
  if (tree.sort === 'scalar' && typeof tree.value === 'string')
    look(tree.value, tree, ADDRESSES.includes(key));
}
