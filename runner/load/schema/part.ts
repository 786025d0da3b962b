import type { JsonMap } from '../../core/base/json.ts';
import type { Kinds } from '../../kinds/kind.ts';
import { STEP_DEFINITIONS, stepSchemas } from './steps.ts';
import { listOf, schemaDocument, TEXT } from './words.ts';

/** The JSON Schema of parts, for editors: the same keys and shapes as in the loader. */
export function partSchema(kinds: Pick<Kinds, 'verbs' | 'nouns'>): JsonMap {
  return schemaDocument('part', {
    required: ['part', 'steps'],
    properties: {
      part: { ...TEXT, description: 'One sentence on what its steps do' },
      inputs: { ...listOf(TEXT), description: 'Names of the values that a step gives below with:' },
      steps: { ...stepSchemas(kinds).steps, description: 'Acts, checks and parts, in their order' },
      outputs: {
        type: 'object',
        additionalProperties: TEXT,
        description: 'name: the name under which a step of the part saves the value',
      },
    },
    definitions: STEP_DEFINITIONS,
  });
}
