import { SCHEMAS, type SchemaSort } from '../../load/index.ts';
import { KINDS } from '../../registry.ts';

/** Names of the files in which editors find the schemas. */
export const SCHEMA_FILES: Readonly<Record<SchemaSort, string>> = {
  canary: 'canary.schema.json',
  part: 'part.schema.json',
  project: 'project.schema.json',
};

/** The sorts of files that have a schema. */
export const SCHEMA_SORTS = Object.keys(SCHEMAS) as readonly SchemaSort[];

/** The content of a schema file. */
export function schemaText(sort: SchemaSort): string {
  return `${JSON.stringify(SCHEMAS[sort](KINDS), null, 2)}\n`;
}

/** True for the present content, also if a tool has changed its spaces or line ends. */
export function isSchema(sort: SchemaSort, text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(SCHEMAS[sort](KINDS));
  } catch {
    return false; // not JSON
  }
}
