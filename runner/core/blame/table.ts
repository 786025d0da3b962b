import { AWS_GROUPS } from './aws-rows.ts';
import { COGNITO_GROUP } from './cognito-rows.ts';
import { DATABASE_GROUPS } from './database-rows.ts';
import { NETWORK_GROUPS } from './network-rows.ts';
import { OBJECT_AND_FUNCTION_GROUPS } from './object-and-function-rows.ts';
import type { Group, Origin, Row } from './row.ts';
import { STACK_GROUPS } from './stack-rows.ts';
import { STREAM_AND_WORKFLOW_GROUPS } from './stream-and-workflow-rows.ts';

/**
 * The closed table of blame: every known code of AWS, the SDK, undici, Node, OpenSSL and PostgreSQL, with its blame. Code and documentation
 * (`docs/reference/blame.md`) are made from it; a code outside it is a fault of the runner, and the message names it.
 */
export const BLAME_TABLE: readonly Group[] = [
  ...AWS_GROUPS,
  COGNITO_GROUP,
  ...OBJECT_AND_FUNCTION_GROUPS,
  ...STREAM_AND_WORKFLOW_GROUPS,
  ...STACK_GROUPS,
  ...NETWORK_GROUPS,
  ...DATABASE_GROUPS,
];

interface IndexedRow {
  readonly of: Origin | undefined;
  readonly row: Row;
}

const BY_CODE = indexOf(BLAME_TABLE);

/** Families such as `ERR_SSL_*`, the longest first. */
const FAMILIES = [...BY_CODE.keys()]
  .filter((code) => code.endsWith('*'))
  .map((code) => code.slice(0, -1))
  .toSorted((a, b) => b.length - a.length);

function indexOf(groups: readonly Group[]): ReadonlyMap<string, readonly IndexedRow[]> {
  const byCode = new Map<string, IndexedRow[]>();
  for (const { of, rows } of groups)
    for (const row of rows)
      for (const code of row.codes) byCode.set(code, [...(byCode.get(code) ?? []), { of, row }]);
  return byCode;
}

/**
 * The row of a code. A service's own row goes before a shared one; for a code of an unknown service, the first service that has it wins.
 */
export function rowOf(code: string, service?: string): Row | undefined {
  const family = code.includes(' ') ? undefined : FAMILIES.find((start) => code.startsWith(start));
  const placed = BY_CODE.get(code) ?? BY_CODE.get(`${family}*`) ?? [];
  const own = placed.find(({ of }) => of !== undefined && of === service);
  const shared = placed.find(({ of }) => of === undefined);
  const found = own ?? shared ?? (service === undefined ? placed[0] : undefined);
  return found?.row;
}
