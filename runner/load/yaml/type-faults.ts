import type { Issue } from './diagnostics.ts';
import { type MapTree, type ScalarTree, type Tree, writtenAt } from './tree.ts';

/** The fault of a value of another type, and the same value in the right one; if there is none, another remedy. */
export function typeFault(key: string, wanted: string, one: Tree, otherwise = `write ${wanted}`): Issue {
  return {
    rule: 'type',
    message: `'${key}' must be ${wanted}${insteadOf(one)}`,
    hint: typeHint(key, wanted, one) ?? otherwise,
  };
}

/** The value that stands where another type is needed, as a message continues. */
export function insteadOf(one: Tree): string {
  if (one.sort === 'list') return ', and is a list';
  if (one.sort === 'map')
    return `, and is a map${one.entries[0] === undefined ? '' : ` with '${one.entries[0].key}'`}`;
  if (typeof one.value === 'string') return `, and is the text '${one.value}'`;
  return `, and is ${one.written ?? String(one.value)}`;
}

function typeHint(key: string, wanted: string, one: Tree): string | undefined {
  if (wanted === 'a list') return listHint(key, one, 'texts');
  if (wanted === 'a map') return dashless(one);
  if (one.sort === 'scalar')
    return wanted.startsWith('true or false') ? truthHint(key, one) : quoteHint(wanted, one);
  if (!wanted.startsWith('text')) return undefined;
  if (one.sort === 'map') return textOfMap(key, one);
  const [only, second] = one.elements;
  return only?.sort === 'scalar' && second === undefined ? `write ${key}: ${String(only.value)}` : undefined;
}

function truthHint(key: string, { value }: ScalarTree): string | undefined {
  const word = TRUTHS.get(String(value).toLowerCase());
  return word === undefined ? undefined : `write ${key}: ${word}`;
}

function quoteHint(wanted: string, { written }: ScalarTree): string | undefined {
  return wanted === 'text' && written !== undefined ? `write '${written}' in quotes` : undefined;
}

/** A reference of CloudFormation, or the parts of a request, in one text. */
function textOfMap(key: string, one: MapTree): string | undefined {
  if (one.entries.some((entry) => CLOUDFORMATION.test(entry.key))) return OUTPUT_HINT;
  const [only, second] = one.entries;
  const typed = writtenAt(one, 'stringvalue');
  if (typed !== undefined) return `write ${key.split('.').at(-1)}: ${typed}`;
  if (only?.value.sort === 'scalar' && second === undefined)
    return `write ${key}: ${String(only.value.value)}`;
  const url = writtenAt(one, 'url');
  return url === undefined ? undefined : `write ${key}: ${writtenAt(one, 'method') ?? 'GET'} ${url}`;
}

const TRUTHS = new Map([
  ...['yes', 'on', 'true', '1'].map((word) => [word, 'true'] as const),
  ...['no', 'off', 'false', '0'].map((word) => [word, 'false'] as const),
]);

/** Functions of CloudFormation, short and long. */
const CLOUDFORMATION = /^(Ref|Fn::\w+)$/;
export const OUTPUT_HINT =
  'write a resource or an output of the stack: ${cf:stack/LogicalId}, ${cf:stack.Output}';

/** The fault of a value that must be a list, with the same value as one: a text with commas is cut at them. */
export function notList(key: string, one: Tree, of: 'texts' | 'maps' = 'texts'): Issue {
  return { rule: 'type', message: `'${key}' must be a list${insteadOf(one)}`, hint: listHint(key, one, of) };
}

function listHint(key: string, one: Tree, of: 'texts' | 'maps'): string {
  if (one.sort === 'map') {
    const [first] = one.entries;
    if (of === 'texts') return `write ${key}: [${one.entries.map((entry) => entry.key).join(', ')}]`;
    return first?.value.sort === 'scalar'
      ? `put a dash before each: - ${first.key}: ${String(first.value.value)}`
      : 'put a dash before each';
  }
  if (one.sort === 'list' || one.value === null || of === 'maps') return 'write a list';
  const elements = String(one.written ?? one.value).split(/\s*,\s*/);
  return `write ${key}: [${elements.join(', ')}]`;
}

/** The fault of a value that must be a map, with the remedy for a list of maps: the same keys without dashes. */
export function notMap(what: string, one: Tree, otherwise: string): Issue {
  const hint = dashless(one) ?? otherwise;
  return { rule: 'type', message: `${what} must be a map${insteadOf(one)}`, hint };
}

function dashless(one: Tree): string | undefined {
  const [, left, right] = one.sort === 'scalar' ? (/^([\w.-]+)=(\S+)$/.exec(String(one.value)) ?? []) : [];
  if (left !== undefined) return `write on a line of its own ${left}: ${right}`;
  const [first] = one.sort === 'list' ? one.elements : [];
  if (first?.sort !== 'map') return undefined;
  const [name, value] = [writtenAt(first, 'name'), writtenAt(first, 'value')];
  if (name !== undefined && value !== undefined) return `write ${name}: ${value}, without the dash`;
  const [entry] = first.entries;
  const text = entry?.value.sort === 'scalar' ? String(entry.value.value) : '…';
  return entry === undefined ? undefined : `write ${entry.key}: ${text}, without the dash`;
}
