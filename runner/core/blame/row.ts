import type * as resources from '../aws/resources/table.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import type { Sort } from './sorts.ts';

/** Source of a code: the service's name in IAM, or the layer of the client that throws it. */
export type Origin =
  | (typeof resources)[keyof typeof resources]['service']
  | 'cloudformation'
  | 'cloudwatch'
  | 'cognito-idp'
  | 'iam'
  | 'secretsmanager'
  | 'ssm'
  | 'sts'
  | 'xray';

/** Codes with one meaning. */
export interface Row {
  /** Spelled as by AWS, the SDK, undici or Node. `ERR_SSL_*` matches the prefix. */
  readonly codes: readonly string[];
  readonly sort: Sort;
  /** Message that replaces the sort's own. */
  readonly message?: string;
}

/** The rows of one source. */
export interface Group {
  readonly source: string;
  /** The service of these codes; all services if absent. */
  readonly of?: Origin;
  readonly rows: readonly Row[];
}

/** A row for the codes by which a service reports a missing resource of its own. */
export function missing(thing: string, codes: string): Row {
  return row('missing', codes, `${thing} does not exist. Check its name, its region and the account.`);
}

/** A row whose codes are written with a space between. */
export function row(sort: Sort, codes: string, message?: string): Row {
  return { sort, codes: codes.split(' '), ...omitUndefined({ message }) };
}
