import { didYouMean } from '../base/did-you-mean.ts';
import { DefinitionError } from '../base/errors.ts';
import { isJsonList, isJsonMap, type Json } from '../base/json.ts';
import { scalarText } from '../base/numbers.ts';
import { DOLLAR } from '../base/reference-syntax.ts';
import { insideHint } from './foreign-names.ts';
import type { ExternalName } from './reference.ts';

/** One `${…}` in a value. */
export interface Reference {
  /** As written: `${order.items[0].sku}`. */
  readonly text: string;
  /** The name: `order`; `env:NAME` for a value from outside. */
  readonly name: string;
  /** Path inside that value: `['items', 0, 'sku']`. */
  readonly path: readonly (string | number)[];
  readonly external?: ExternalName;
  /** Path of the text inside the whole value. */
  readonly at: readonly (string | number)[];
  /** Offset inside that text. */
  readonly offset: number;
}

/** A malformed `${…}`. */
export interface TemplateFault {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly hint: string;
}

/** The sources of values outside the file. */
export const SCHEMES = ['env', 'ssm', 'secret', 'cf'] as const;

/** Names of saved values, vars and inputs. */
export const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

// `1/sku` is the name `sku` inside the first `use` of a file; the loader writes the prefix, users cannot.
const INSIDE = /^((?:\d+\/)*[A-Za-z_][A-Za-z0-9_]*)((?:\.[A-Za-z_$@][\w$@:-]*|\[\d+\])*)$/;
const INSIDE_PREFIX = /^(?:\d+\/)+/;
const EXTERNAL = /^([a-z]+):(.+)$/;
const PATH_PART = /\.([^.[\]]+)|\[(\d+)\]/g;

/** A name as written in its file, without the prefix of its `use`. */
export function writtenName(name: string): string {
  return name.replace(INSIDE_PREFIX, '');
}

export function isTemplate(text: string): boolean {
  return text.includes('${') && [...text.matchAll(DOLLAR)].some(([whole]) => whole !== '$${');
}

/** Every well-formed `${…}` in a value, in order; keys are never templates. */
export function referencesIn(value: Json): readonly Reference[] {
  const found: Reference[] = [];
  if (holdsDollar(value)) collectMentions(value, [], found);
  return found;
}

/** The syntax faults of the `${…}` in a text; names are not resolved. */
export function templateFaults(text: string): readonly TemplateFault[] {
  if (!text.includes('${')) return [];
  return [...text.matchAll(DOLLAR)].flatMap((found) => {
    const [whole, inside] = found;
    if (inside === undefined || mentionOf(whole, inside, [], found.index) !== undefined) return [];
    return [{ offset: found.index, length: whole.length, ...faultOf(whole, inside) }];
  });
}

/** Most values are plain, and tested in every run: only a value with a `${` anywhere is parsed. */
function holdsDollar(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.includes('${');
  if (isJsonList(value)) return value.some(holdsDollar);
  if (!isJsonMap(value)) return false;
  for (const key in value) if (holdsDollar(value[key])) return true;
  return false;
}

/** `path` is the way to the value; it is the same again afterwards. */
function collectMentions(value: Json, path: (string | number)[], found: Reference[]): void {
  const enter = (key: string | number, member: Json): void => {
    path.push(key);
    collectMentions(member, path, found);
    path.pop();
  };
  if (typeof value === 'string') found.push(...mentionsInText(value, path));
  else if (isJsonList(value)) for (const [index, element] of value.entries()) enter(index, element);
  else if (isJsonMap(value)) for (const [key, member] of Object.entries(value)) enter(key, member);
}

/** True for a text that is one mention and nothing else: it has the type of its value. */
export function isMention(value: Json): value is string {
  if (typeof value !== 'string') return false;
  const [alone] = mentionsInText(value, []);
  return alone?.text === value;
}

/** A text taken apart: literal text, in which `$${` is `${`, and mentions. */
export function piecesOf(text: string): readonly (string | Reference)[] {
  if (!text.includes('${')) return text === '' ? [] : [text];
  let from = 0;
  const pieces: (string | Reference)[] = [];
  for (const found of text.matchAll(DOLLAR)) {
    const [whole, inside] = found;
    const mention = inside === undefined ? undefined : mentionOf(whole, inside, [], found.index);
    pieces.push(text.slice(from, found.index), mention ?? (inside === undefined ? '${' : whole));
    from = found.index + whole.length;
  }
  pieces.push(text.slice(from));
  return pieces.filter((piece) => piece !== '');
}

/**
 * Replaces each `${…}` by its value. A lone `${…}` keeps the type of its value; inside text the value must be text or a number. `$${`
 * becomes a literal `${`. A value without any is returned unchanged.
 * @throws DefinitionError for a list, a map, true, false or null inside text, and the errors of `valueOf`.
 */
export function fill(value: Json, valueOf: (mention: Reference) => Json): Json {
  return holdsDollar(value) ? filled(value, valueOf) : value;
}

function filled(value: Json, valueOf: (mention: Reference) => Json): Json {
  if (typeof value === 'string') return fillText(value, valueOf);
  if (isJsonList(value)) return value.map((element) => filled(element, valueOf));
  if (!isJsonMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filled(member, valueOf)]));
}

/** Parses a path: `order.items[0].sku`. */
export function parsePath(text: string): readonly (string | number)[] {
  return [...`.${text}`.matchAll(PATH_PART)].map(([, key, index]) => key ?? Number(index));
}

export function valueAt(value: Json, path: readonly (string | number)[]): Json | undefined {
  let found: Json | undefined = value;
  for (const part of path) {
    if (typeof part === 'number') found = isJsonList(found) ? found[part] : undefined;
    else found = isJsonMap(found) && Object.hasOwn(found, part) ? found[part] : undefined;
  }
  return found;
}

function mentionsInText(text: string, path: readonly (string | number)[]): readonly Reference[] {
  if (!text.includes('${')) return [];
  return [...text.matchAll(DOLLAR)].flatMap((found) => {
    const [whole, inside] = found;
    const mention = inside === undefined ? undefined : mentionOf(whole, inside, [...path], found.index);
    return mention === undefined ? [] : [mention, ...namesInside(mention)];
  });
}

/** The references that stand in the name of an external value. */
function namesInside({ external, text, at, offset }: Reference): readonly Reference[] {
  if (external === undefined || !external.name.includes('${')) return [];
  const begin = text.length - external.name.length - 1;
  return mentionsInText(external.name, at).map((one) => ({ ...one, offset: offset + begin + one.offset }));
}

function fillText(text: string, valueOf: (mention: Reference) => Json): Json {
  const [alone] = mentionsInText(text, []);
  return alone !== undefined && alone.text === text ? valueOf(alone) : fillAsText(text, valueOf);
}

/**
 * Like {@link fill}, for a value that must be text: a number is written by its digits, also if it stands alone.
 * @throws DefinitionError for anything but text or a number, and the errors of `valueOf`.
 */
export function fillAsText(text: string, valueOf: (mention: Reference) => Json): string {
  return text.replace(DOLLAR, (whole: string, inside: string | undefined, offset: number) => {
    if (inside === undefined) return '${';
    const mention = mentionOf(whole, inside, [], offset);
    return mention === undefined ? whole : textFor(mention, valueOf(mention));
  });
}

function textFor(mention: Reference, value: Json): string {
  const text = scalarText(value);
  if (text !== undefined) return text;
  throw new DefinitionError(
    `${mention.text} stands inside text, where only text or a number can be put; it is ${nameOfType(value)}. ` +
      'Use it alone, or name a part of it.',
  );
}

function mentionOf(
  text: string,
  inside: string,
  at: readonly (string | number)[],
  offset: number,
): Reference | undefined {
  if (!isClosed(text, inside)) return undefined;
  const [, scheme, rest] = EXTERNAL.exec(inside) ?? [];
  if (rest !== undefined) {
    const known = SCHEMES.find((one) => one === scheme);
    if (known === undefined || /\s/.test(rest)) return undefined;
    return { text, name: inside, path: [], external: { scheme: known, name: rest }, at, offset };
  }
  const [, name, path] = INSIDE.exec(inside) ?? [];
  if (name === undefined) return undefined;
  return { text, name, path: path === '' ? [] : parsePath((path as string).replace(/^\./, '')), at, offset };
}

/** True if the text ends with a brace of its own, and not with that of a reference inside. */
function isClosed(whole: string, inside: string): boolean {
  return whole.length === inside.length + '${}'.length;
}

function faultOf(whole: string, inside: string): { readonly message: string; readonly hint: string } {
  if (!isClosed(whole, inside))
    return {
      message: `'${whole}' is never closed`,
      hint: `${closingHint(whole)}, or $\${ for a literal \${`,
    };
  if (inside.trim() === '') return { message: "'${}' names nothing", hint: 'write ${name}' };
  const [, scheme] = inside.includes(':-') ? [] : (EXTERNAL.exec(inside) ?? []);
  if (scheme !== undefined && !SCHEMES.some((one) => one === scheme)) {
    const meant = didYouMean(scheme, SCHEMES);
    const hint =
      insideHint(inside) ??
      (meant === undefined ? 'write env:, ssm:, secret: or cf:' : `did you mean '${meant}:'?`);
    return { message: `'${scheme}:' is not a source of values`, hint };
  }
  return {
    message: `'${whole}' is not a name`,
    hint:
      insideHint(inside) ??
      'write ${name} or ${name.path[0].x}; there are no expressions; $${ is a literal ${',
  };
}

/** A reference in the name of a stack, with its brace or without, and what may follow that name. */
const NESTED = /^(\$\{cf:.*\$\{(?:env\.(?:name|region)|env:\w+|ssm:[\w./-]+|\w+))\}?([\w./-]*)/s;

/** The remedy for a text that lacks a brace. One that holds another reference may lack the brace of that one. */
function closingHint(whole: string): string {
  if (whole.lastIndexOf('${') === 0) return `write ${whole.replace(/[^\w.:/#[\]${-].*$/s, '')}}`;
  const [, stack, rest] = NESTED.exec(whole) ?? [];
  return stack === undefined ? 'close each ${ with a }' : `write ${stack}}${rest || '.ApiUrl'}}`;
}

/** The type of a value in the language's terms; short scalars as they are. */
export function nameOfType(value: Json): string {
  if (isJsonList(value)) return 'a list';
  if (isJsonMap(value)) return 'a map';
  return typeof value === 'string' ? 'text' : (scalarText(value) ?? String(value));
}
