import { isTemplate } from '../../core/expression/template.ts';
import type { InputFault } from '../kind.ts';

/** A query and the values of its placeholders, as a step has them. */
export interface Query {
  readonly query: string;
  readonly params?: readonly unknown[];
}

/** Strings, quoted names, dollar-quoted strings and comments (PostgreSQL, "Lexical Structure"); an unterminated one ends with the text. */
const QUOTED =
  /(?:\b[eE])'(?:[^'\\]|\\.|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?(?:\1|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/** Faults of a query that its text shows. The transaction of the check is read-only, so the server refuses the others. */
export function queryFaults({ query, params = [] }: Query): readonly InputFault[] {
  const fault = faultOf(query, params.length);
  return fault === undefined ? [] : [{ key: 'query', ...fault }];
}

function faultOf(query: string, given: number): Omit<InputFault, 'key'> | undefined {
  if (isTemplate(query))
    return {
      message: 'a value cannot stand in the text of a query',
      hint: 'write $1 in its place, and the value under params',
    };
  const bare = query.replace(QUOTED, ' ');
  const [first = ''] = /[A-Za-z]+/.exec(bare) ?? [];
  if (!/^(select|with|values|table)$/i.test(first))
    return {
      message: `a check only reads: the query begins with ${first === '' ? 'no word' : `'${first}'`}`,
      hint: 'write one SELECT; WITH, VALUES and TABLE may begin it too',
    };
  if (/;\s*\S/.test(bare)) return { message: 'the query has several statements', hint: 'write one SELECT' };
  return placeholderFault(bare, given);
}

/** Placeholders without a value, and values without a placeholder. */
function placeholderFault(bare: string, given: number): Omit<InputFault, 'key'> | undefined {
  const used = new Set([...bare.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  const most = Math.max(0, ...used);
  if (most > given)
    return {
      message: `the query has $${most}, and params has ${given === 0 ? 'no value' : `only ${given}`}`,
      hint: 'list one value for each placeholder under params: $1 is the first',
    };
  const unused = Array.from({ length: given }, (_, index) => index + 1).find((number) => !used.has(number));
  if (unused === undefined) return undefined;
  return {
    message: `no $${unused} stands in the query for value ${unused} of params`,
    hint: `write $${unused} in the query, or remove the value`,
  };
}
