import { type TSchema, Type } from 'typebox';
import type { Json, JsonMap } from '../core/base/json.ts';
import type { Numeric } from '../core/base/numbers.ts';

/** Schemas that several kinds share. */

export function anyJson(description: string) {
  return Type.Unsafe<Json>({ description });
}

export function anyMap(description: string) {
  return Type.Unsafe<JsonMap>({ type: 'object', description });
}

/** Text that is not empty. */
export function text(description: string) {
  return Type.String({ minLength: 1, description });
}

/** A map from names to text or numbers. */
export function scalars(description: string) {
  return Type.Unsafe<Readonly<Record<string, string | Numeric>>>({
    type: 'object',
    additionalProperties: { type: ['string', 'number'] },
    description,
  });
}

/** A map from names to numbers. */
export function numbers(description: string) {
  return Type.Unsafe<Readonly<Record<string, Numeric>>>({
    type: 'object',
    additionalProperties: { type: 'number' },
    description,
  });
}

/** A closed object: a key that is not named is a fault. */
export function closed<Properties extends Record<string, TSchema>>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false });
}
