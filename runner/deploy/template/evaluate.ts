import type { Section, Value } from '../intrinsics.ts';

/** Values that are known before deployment. */
export interface KnownValues {
  /** Values by the name that `Ref` takes: parameters, pseudo parameters, and resources that another stack has. */
  readonly refs: Readonly<Record<string, Value>>;
  /** Splits a text; nothing if CloudFormation alone knows its parts. @default splits any text */
  readonly split?: (text: string, delimiter: string) => readonly Value[] | undefined;
  /** Compares two texts; nothing if CloudFormation alone knows the answer. @default compares any texts */
  readonly equals?: (left: string, right: string) => boolean | undefined;
}

/** The known values and the conditions of a template. */
export interface Scope extends Required<KnownValues> {
  readonly conditions: Readonly<Record<string, Value>>;
}

/** Evaluates the intrinsic functions in a value, as far as the known values go. */
export function evaluate(value: Value, scope: Scope): Value {
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return listOf(value, scope);
  const entries = Object.entries(value);
  const [[name, given] = ['', ''] as const] = entries;
  const call = entries.length === 1 ? FUNCTIONS[name] : undefined;
  if (call !== undefined) return call(given, scope);
  return Object.fromEntries(
    entries.map(([key, one]) => [key, evaluate(one, scope)] as const).filter(([, one]) => !isNothing(one)),
  );
}

function listOf(values: Value, scope: Scope): readonly Value[] {
  return (values as readonly Value[])
    .map((value) => evaluate(value, scope))
    .filter((value) => !isNothing(value));
}

function isNothing(value: Value): boolean {
  return typeof value === 'object' && 'Ref' in value && value.Ref === 'AWS::NoValue';
}

/** The intrinsic functions of CloudFormation that templates of ours have. Any other stays, with its arguments evaluated. */
const FUNCTIONS: Readonly<Record<string, (given: Value, scope: Scope) => Value>> = {
  Ref: (name, { refs }) => refs[String(name)] ?? { Ref: name },
  Condition: condition,
  'Fn::If': (given, scope) => {
    const [name = '', held = '', otherwise = ''] = given as readonly Value[];
    const holds = condition(name, scope);
    if (typeof holds === 'boolean') return evaluate(holds ? held : otherwise, scope);
    return { 'Fn::If': [name, evaluate(held, scope), evaluate(otherwise, scope)] };
  },
  'Fn::Not': (given, scope) => {
    const [held = ''] = listOf(given, scope);
    return typeof held === 'boolean' ? !held : { 'Fn::Not': [held] };
  },
  'Fn::And': (given, scope) => combined('Fn::And', listOf(given, scope)),
  'Fn::Or': (given, scope) => combined('Fn::Or', listOf(given, scope)),
  'Fn::Equals': (given, scope) => {
    const [left = '', right = ''] = listOf(given, scope);
    const isText = typeof left !== 'object' && typeof right !== 'object';
    const known = isText ? scope.equals(String(left), String(right)) : undefined;
    return known ?? { 'Fn::Equals': [left, right] };
  },
  'Fn::Select': (given, scope) => {
    const [index = 0, list = []] = listOf(given, scope);
    return Array.isArray(list) ? (list[Number(index)] as Value) : { 'Fn::Select': [index, list] };
  },
  'Fn::Split': (given, scope) => {
    const [delimiter = '', text = ''] = listOf(given, scope);
    const parts = typeof text === 'string' ? scope.split(text, String(delimiter)) : undefined;
    return parts ?? { 'Fn::Split': [delimiter, text] };
  },
  'Fn::Join': (given, scope) => {
    const [delimiter = '', pieces = []] = listOf(given, scope);
    if (!Array.isArray(pieces)) return { 'Fn::Join': [delimiter, pieces] };
    return joined(pieces as readonly Value[], String(delimiter));
  },
  'Fn::Sub': (text, scope) => joined(piecesOf(String(text)).map((piece) => evaluate(piece, scope))),
};

function condition(name: Value, scope: Scope): Value {
  const held = evaluate(scope.conditions[String(name)] ?? '', scope);
  return typeof held === 'boolean' ? held : { Condition: name };
}

/** CloudFormation combines no fewer than two conditions. */
function combined(by: 'Fn::And' | 'Fn::Or', conditions: readonly Value[]): Value {
  const neutral = by === 'Fn::And';
  if (conditions.includes(!neutral)) return !neutral;
  const [open, ...more] = conditions.filter((one) => one !== neutral);
  if (open === undefined) return neutral;
  return more.length === 0 ? open : { [by]: [open, ...more] };
}

/** Neighbouring texts become one; if all are texts, so is the result. */
function joined(pieces: readonly Value[], delimiter = ''): Value {
  if (pieces.every((piece) => typeof piece !== 'object')) return pieces.join(delimiter);
  if (delimiter !== '') return { 'Fn::Join': [delimiter, pieces] };
  const merged = pieces.reduce<readonly Value[]>((done, piece) => {
    const before = done.at(-1);
    if (typeof before === 'string' && typeof piece === 'string')
      return [...done.slice(0, -1), `${before}${piece}`];
    return piece === '' ? done : [...done, piece];
  }, []);
  const [only, ...more] = merged;
  return only !== undefined && more.length === 0 ? only : { 'Fn::Join': ['', merged] };
}

/** The texts and references of a text for `Fn::Sub`; `${!name}` stands for `${name}` itself. */
function piecesOf(text: string): readonly Value[] {
  return text.split(/(\$\{[^}]+\})/).map((piece): Value => {
    const name = /^\$\{([^}]+)\}$/.exec(piece)?.[1];
    if (name === undefined) return piece;
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const [resource = '', ...attribute] = name.split('.');
    const whole: Section = { 'Fn::GetAtt': [resource, attribute.join('.')] };
    return attribute.length === 0 ? { Ref: name } : whole;
  });
}
