import { didYouMean } from '../../core/base/did-you-mean.ts';
import type { JsonMap } from '../../core/base/json.ts';
import type { FaultsOf, InputFault } from '../kind.ts';

/** A GraphQL document with the operation and the variables that a request names. */
export interface GraphqlAsked {
  readonly query: string;
  readonly operation?: string;
  readonly variables?: JsonMap;
}

/** Comments, block strings and strings (GraphQL specification, section 2.1): no name in them is one of the document. */
const NOT_CODE = /"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*/g;
/** The head of a fragment: its name and its type may be called as an operation is. */
const FRAGMENT = /\bfragment\s+\w+\s+on\s+\w+/g;
const OPERATION = /(?<![$@\w])(query|mutation|subscription)\b(?:\s+([_A-Za-z]\w*))?(?=[\s({@]|$)/g;

/**
 * The faults of a document that show without its schema, at its own keys. One with a `${…}` is checked once its values are there: a value may
 * be any part of it, or all.
 */
export function documentFaults(
  { query, operation, variables = {} }: GraphqlAsked,
  { filled }: Pick<FaultsOf, 'filled'>,
): readonly InputFault[] {
  if (!filled && query.includes('${')) return [];
  const code = query.replace(NOT_CODE, ' ');
  const open = code.split('{').length;
  const closed = code.split('}').length;
  if (open === 1 || open !== closed) {
    const message =
      open === 1 ? "'query' has no { fields }" : `'query' has ${open - 1} { and ${closed - 1} }`;
    return [{ key: 'query', message, hint: 'write it as GraphQL: query { orders { id } }' }];
  }
  const operations = [...topLevel(code).replace(FRAGMENT, ' ').matchAll(OPERATION)].map(
    ([, type = '', name = '']) => ({
      type,
      name,
    }),
  );
  if (operations.some(({ type }) => type === 'subscription')) {
    const message = 'a subscription has no answer of its own, so a request cannot wait for it';
    return [{ key: 'query', message, hint: 'ask by a query or a mutation' }];
  }
  return [...operationFault(operations, operation), ...variableFaults(code, variables)];
}

/** The document without what stands within braces and parentheses: fields and variables may be called `query`, too. */
function topLevel(code: string): string {
  let depth = 0;
  let kept = '';
  for (const character of code) {
    if (character === '}' || character === ')') depth -= 1;
    else if (depth === 0) kept += character;
    if (character === '{' || character === '(') depth += 1;
  }
  return kept;
}

function operationFault(
  operations: readonly { readonly name: string }[],
  operation: string | undefined,
): readonly InputFault[] {
  const names = operations.map(({ name }) => name).filter((name) => name !== '');
  if (operation === undefined) {
    if (operations.length < 2) return [];
    const hint = `add operation: ${names[0] ?? 'and give each a name'}`;
    return [
      { key: 'query', message: `'query' has ${operations.length} operations, and none is named`, hint },
    ];
  }
  if (names.includes(operation) || operation.includes('${')) return [];
  const meant = didYouMean(operation, names);
  const hint =
    meant !== undefined
      ? `did you mean '${meant}'?`
      : names.length === 0
        ? 'leave it out: the operation has no name'
        : `it has ${names.join(', ')}`;
  return [{ key: 'operation', message: `'query' has no operation '${operation}'`, hint }];
}

function variableFaults(code: string, variables: JsonMap): readonly InputFault[] {
  const known = [...new Set([...code.matchAll(/\$([_A-Za-z]\w*)/g)].map(([, name = '']) => name))];
  return Object.keys(variables).flatMap((name) => {
    if (known.includes(name)) return [];
    const meant = didYouMean(name, known);
    const hint =
      meant === undefined
        ? `declare it: query Name($${name}: …), or leave it out`
        : `did you mean '${meant}'?`;
    return [{ key: 'variables', within: [name], message: `'query' has no variable $${name}`, hint }];
  });
}
