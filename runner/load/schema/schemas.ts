import type { JsonMap } from '../../core/base/json.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { canarySchema } from './canary.ts';
import { partSchema } from './part.ts';
import { projectSchema } from './project.ts';

/** The JSON Schemas for editors, by the sort of file. */
export const SCHEMAS = {
  canary: canarySchema,
  part: partSchema,
  project: projectSchema,
} satisfies Readonly<Record<string, (kinds: Kinds) => JsonMap>>;

/** A sort of file. */
export type SchemaSort = keyof typeof SCHEMAS;
