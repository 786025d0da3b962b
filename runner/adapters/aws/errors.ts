import { CanaryError, ObserverError, TargetError } from '../../core/base/errors.ts';
import { type Details, faultOf, formatRow, UNKNOWN } from '../../core/blame/faults.ts';
import type { Row } from '../../core/blame/row.ts';
import { meaningOf, type Sort } from '../../core/blame/sorts.ts';
import { rowOf } from '../../core/blame/table.ts';
import { type AwsAnswer, isMarkedByAws } from './response.ts';

/** Notes that clients.ts adds to an error of the SDK. */
export interface CallNotes {
  /** The action that would have allowed the call. */
  readonly iamAction?: string;
  /** Host and port of the request. */
  readonly host?: string;
  /** The sentence on the proxies that are used. */
  readonly proxies?: string;
  /** AWS_PROFILE, if set. */
  readonly profile?: string;
  /** The lead of our clock over AWS's, in milliseconds, if it is more than AWS takes. */
  readonly clockOffsetMs?: number;
}

/** Fields of the SDK's errors, apart from the message. */
interface SdkError extends Error, CallNotes {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $fault?: 'client' | 'server';
  readonly $response?: AwsAnswer;
  readonly code?: string;
  /** The exceeded limit of Lambda's 429 (Lambda API, TooManyRequestsException). */
  readonly Reason?: string;
}

interface CodedError {
  readonly code: string;
  readonly row: Row;
}

/** Names that the SDK gives to an answer without a code. */
const UNNAMED: ReadonlySet<string> = new Set(['Unknown', 'UnknownError', 'Error']);

/**
 * Turns an AWS client's error into one of ours, by the table of blame. Reason, code, name and HTTP status decide, and the message
 * only if the SDK has nothing else. Returns any other error unchanged.
 */
export function classifyAwsError(thrown: unknown): unknown {
  if (thrown instanceof CanaryError || !Error.isError(thrown)) return thrown;
  const found = codedErrorOf(thrown);
  if (found === undefined || found.row.sort === 'ended') return thrown;
  const message = messageOf(found, thrown);
  const cause =
    thrown.name === 'NotAws'
      ? `The answer was: ${thrown.message}.`
      : `${isAnsweredByAws(thrown) ? 'AWS says' : 'The AWS SDK says'}: ${nameOf(thrown)}${wordsOf(thrown)}`;
  return faultOf(found.row, `${message} ${cause}`, thrown);
}

/**
 * Like `classifyAwsError`, for a call on our own resources (state, taps, secrets): no answer of AWS there is the watched system's fault.
 */
export function sortOwnFault(thrown: unknown): unknown {
  const fault = classifyAwsError(thrown);
  return fault instanceof TargetError ? new ObserverError(fault.message, { cause: thrown }) : fault;
}

/** The sort of an AWS client's error; undefined for any other error. */
export function faultSortOf(thrown: unknown): Sort | undefined {
  return Error.isError(thrown) ? codedErrorOf(thrown)?.row.sort : undefined;
}

/** The answer of a call to AWS; undefined if AWS answers that the resource does not exist. @throws any other error of the call */
export async function unlessMissing<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (faultSortOf(thrown) === 'missing') return undefined;
    throw thrown;
  }
}

function codedErrorOf(error: SdkError): CodedError | undefined {
  const service = error.iamAction?.split(':')[0];
  for (const code of codesOf(error)) {
    const row = rowOf(code, service);
    if (row !== undefined) return { code, row: inContext(row, error) };
  }
  return isFromSdk(error) ? { code: nameOf(error), row: UNKNOWN } : undefined;
}

function messageOf({ code, row }: CodedError, error: SdkError): string {
  const words = formatRow(row, detailsOf(error, code));
  if (meaningOf(row.sort).hosted !== true) return words;
  const { host = 'its address', proxies } = error;
  const note = proxies === undefined ? '' : ` ${proxies}.`;
  return `The AWS API could not be reached from here: ${host} ${words}. Check the network, the region and AWS_ENDPOINT_URL.${note}`;
}

/** Without a status there was no answer of AWS: the words are those of its SDK, or of the network. */
function isAnsweredByAws({ $metadata }: SdkError): boolean {
  return $metadata?.httpStatusCode !== undefined;
}

function isFromSdk({ iamAction, $metadata, $fault }: SdkError): boolean {
  return iamAction !== undefined || $metadata !== undefined || $fault !== undefined;
}

/** Keys for the table, the most exact first. */
function codesOf(error: SdkError): readonly string[] {
  const { name, message, Reason, $metadata, $response } = error;
  const code = codeOf(error);
  const [head] = message.split(':');
  const named = [
    ...(Reason === undefined ? [] : [Reason]),
    ...(code === '' ? [] : [`${code} ${head}`, code]),
    // An unparsable answer did not come from AWS; elsewhere a SyntaxError is a bug.
    ...(name === 'SyntaxError' ? ($metadata === undefined ? [] : ['NotAws']) : [name, `${name} ${head}`]),
  ];
  if ($metadata === undefined) return named;
  const status = $metadata.httpStatusCode;
  if (status === undefined) return [...named, 'NoAnswer'];
  if (!UNNAMED.has(name)) return named;
  return $response !== undefined && !isMarkedByAws($response) ? ['NotAws'] : [...named, String(status)];
}

/** A signature is refused for a wrong clock too, and a wrong profile may be why there are no credentials. */
function inContext(row: Row, { clockOffsetMs, profile }: SdkError): Row {
  if (row.sort === 'signature' && clockOffsetMs !== undefined) return { codes: row.codes, sort: 'clock' };
  if (row.sort === 'noCredentials' && profile !== undefined) return { codes: row.codes, sort: 'noProfile' };
  return row;
}

function detailsOf({ iamAction, host, profile, clockOffsetMs }: SdkError, code: string): Details {
  return { action: iamAction, host, profile, offset: offsetWords(clockOffsetMs), code };
}

function offsetWords(offsetMs: number | undefined): string | undefined {
  if (offsetMs === undefined) return undefined;
  const minutes = Math.round(Math.abs(offsetMs) / 60_000); // HTTP dates are in whole seconds
  return `${minutes} min ${offsetMs > 0 ? 'ahead of' : 'behind'} that of AWS`;
}

function codeOf(error: SdkError): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code } = (inner ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

function nameOf(error: Error): string {
  return error.name === 'Error' ? codeOf(error) || error.name : error.name;
}

function wordsOf({ message }: Error): string {
  // The SDK adds a hint for programmers in a line of its own.
  const [line = ''] = message.split('\n');
  return line === '' || UNNAMED.has(line) ? '.' : `: ${line}`;
}
