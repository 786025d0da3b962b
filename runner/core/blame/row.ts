import type { Sort } from './sorts.ts';

/** Whose code it is: the service's name in IAM, or the layer of the client that throws it. */
export type Origin =
  | 'cloudformation'
  | 'cloudwatch'
  | 'dynamodb'
  | 'events'
  | 'iam'
  | 'lambda'
  | 'logs'
  | 's3'
  | 'secretsmanager'
  | 'sns'
  | 'sqs'
  | 'ssm'
  | 'states'
  | 'sts'
  | 'xray';

/** Some codes that mean the same. */
export interface Row {
  /** As AWS, the SDK, undici or Node spell them. `ERR_SSL_*` stands for all that begin so. */
  readonly codes: readonly string[];
  readonly sort: Sort;
  /** Its meaning, in place of the sort's own words. */
  readonly says?: string;
}

/** The rows of one source. */
export interface Group {
  /** Where the codes are documented. */
  readonly source: string;
  /** The service whose codes they are; every service's if left out. */
  readonly of?: Origin;
  readonly rows: readonly Row[];
}

/** A row for the codes by which a service says that a thing of its own is not there. */
export function missing(thing: string, codes: string): Row {
  return row('missing', codes, `${thing} does not exist. Check its name, its region and the account.`);
}

/** A row whose codes are written with a space between. */
export function row(sort: Sort, codes: string, says?: string): Row {
  return { sort, codes: codes.split(' '), ...(says === undefined ? {} : { says }) };
}
