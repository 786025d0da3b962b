import { createHash } from 'node:crypto';
import { parseDuration } from '../base/duration.ts';
import { DefinitionError } from '../base/errors.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap } from '../base/json.ts';
import { isNumeric, scalarText, sumOf } from '../base/numbers.ts';
import type { RunId } from '../base/run-id.ts';
import { isMention, nameOfType } from './template.ts';

/** Input of a generator: the same seed and name give the same value again. */
export interface GeneratorSource {
  readonly seed: RunId;
  readonly name: string;
  /** Epoch milliseconds; `$now` counts from here. */
  readonly startedAtMs: number;
}

/** A computed value of `vars`, as data. */
export interface Generator {
  readonly summary: string;
  /** The fault of the operand; undefined if it is valid. */
  fault(operand: Json): string | undefined;
  generate(operand: Json, source: GeneratorSource): Json;
}

/** The generators of `vars`, by their word in scenario files. */
export const GENERATORS: Readonly<Record<string, Generator>> = {
  $int: {
    summary: 'a whole number between two bounds, both included',
    fault: (operand) => (isRange(operand) ? undefined : 'takes two whole numbers, the smaller first: [1, 3]'),
    generate: (operand, source) => {
      const [low, high] = operand as [number, number];
      return low + Math.floor(fraction(source) * (high - low + 1));
    },
  },
  $pick: {
    summary: 'one of a list',
    fault: (operand) =>
      isJsonList(operand) && operand.length > 0 ? undefined : 'takes a list with at least one value: [a, b]',
    generate: (operand, source) => {
      const choices = operand as readonly Json[];
      return choices[Math.floor(fraction(source) * choices.length)] as Json;
    },
  },
  $uuid: {
    summary: 'a UUID (version 4)',
    fault: (operand) =>
      isJsonMap(operand) && Object.keys(operand).length === 0 ? undefined : 'takes nothing: {}',
    generate: (_, source) => uuid(source),
  },
  $now: {
    summary: "the run's start as ISO 8601, moved by `plus` or `minus`",
    fault: nowFault,
    generate: (operand, { startedAtMs }) => {
      const { plus, minus } = operand as { plus?: string; minus?: string };
      const moved = startedAtMs + (parseDuration(plus ?? '') ?? 0) - (parseDuration(minus ?? '') ?? 0);
      return new Date(moved).toISOString();
    },
  },
  $sum: {
    summary: 'the sum of numbers, such as a saved one and a step',
    fault: (operand) =>
      isJsonList(operand) && operand.length > 1 && operand.every((one) => isNumeric(one) || isMention(one))
        ? undefined
        : 'takes two numbers or more, each of which may be a ${…}: ["${before}", 2]',
    generate: sum,
  },
};

/** True for a map that stands for a sum; it may stand in a pattern, too. */
export function isSum(value: Json): value is { readonly $sum: Json } {
  return isGenerator(value) && Object.hasOwn(value, '$sum');
}

/**
 * The sum, by its decimal digits: 0.1 and 0.2 give 0.3.
 * @throws DefinitionError for a value that is no number
 */
export function sum(operand: Json): Json {
  const addends = operand as readonly Json[];
  const numbers = addends.filter(isNumeric);
  const other = addends.find((one) => !isNumeric(one));
  if (other !== undefined)
    throw new DefinitionError(
      `'$sum' takes numbers, and its value ${addends.indexOf(other) + 1} is ${nameOfType(other)}. Check what was saved.`,
    );
  const total = sumOf(numbers);
  if (total === undefined)
    throw new DefinitionError("'$sum' cannot add numbers with more than 2,000 digits between them.");
  return total;
}

/** True for a map that is a generator: its one key is a `$word`. */
export function isGenerator(value: Json): value is JsonMap {
  return (
    isJsonMap(value) && Object.keys(value).length === 1 && (Object.keys(value)[0] as string).startsWith('$')
  );
}

/** The value that a checked generator gives. */
export function generate(spec: JsonMap, source: GeneratorSource): Json {
  const [[word, operand]] = Object.entries(spec) as [[string, Json]];
  return (GENERATORS[word] as Generator).generate(operand, source);
}

function nowFault(operand: Json): string | undefined {
  const keys = isJsonMap(operand) ? Object.keys(operand) : ['?'];
  const good = keys.every((key) => key === 'plus' || key === 'minus');
  const timed =
    isJsonMap(operand) &&
    Object.values(operand).every((value) => parseDuration(scalarText(value) ?? '') !== undefined);
  return good && timed ? undefined : 'takes {}, {plus: 1d} or {minus: 1h}';
}

function isRange(operand: Json): boolean {
  if (!isJsonList(operand) || operand.length !== 2) return false;
  const [low, high] = operand;
  return Number.isSafeInteger(low) && Number.isSafeInteger(high) && (low as number) <= (high as number);
}

function fraction(source: GeneratorSource): number {
  return digestOf(source).readUIntBE(0, 6) / 2 ** 48;
}

function uuid(source: GeneratorSource): string {
  const bytes = digestOf(source).subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function digestOf({ seed, name }: GeneratorSource): Buffer {
  return createHash('sha256').update(`${seed}\0${name}`).digest();
}
