import { isJsonMap, type Json, type JsonMap } from '../base/json.ts';
import { scalarText } from '../base/numbers.ts';
import type { Canary, Step } from '../model/canary.ts';
import { valueAt } from './template.ts';
import { transitiveReferencesOf } from './values.ts';

/** Paths of credentials in a step's input. */
const PATHS = [
  ['auth', 'basic'],
  ['auth', 'bearer'],
  ['auth', 'apiKey'],
  ['auth', 'cognito', 'password'],
  ['auth', 'cognito', 'clientSecret'],
  ['clientCertificate', 'key'],
  ['database', 'password'],
  ['token'],
];
/** Headers that hold credentials, in lower case: RFC 9110, section 11, and those of common APIs. */
const HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'api-key',
  'apikey',
  'ocp-apim-subscription-key',
  'private-token',
  'x-access-token',
  'x-amz-security-token',
  'x-api-key',
  'x-api-token',
  'x-apikey',
  'x-auth-token',
  'x-goog-api-key',
  'x-honeycomb-team',
  'x-vault-token',
]);

/** Endings of the names of headers that may hold credentials, whatever the API; a version or an algorithm may follow: `x-hub-signature-256`. */
const ENDS =
  /(?:^|-)(?:auth|authorization|authentication|credentials?|hmac|jwt|password|secret|session(?:-id)?|sig|signature|token|(?:access|api|auth|functions|private|secret|subscription)-?key)(?:-(?:v?\d+|sha-?\d+|md5|ed25519))*$/;

/** True for a header, in lower case, that authenticates a request: a redirect to another origin must not carry it. */
export function signsIn(header: string): boolean {
  return header === 'cookie' || HEADERS.has(header) || ENDS.test(header);
}

/** `Bearer eyJ…`: the scheme is no secret, and the token may appear without it (RFC 9110, section 11.4). */
const SCHEME = /^([a-z][\w!#$%&'*+.^|~-]*)\s+(?=\S)/i;

/** Names of the saved values of a canary that are secret: because a step marks them, or because they serve as credentials. */
export function secretNamesOf({ steps, cleanup, vars }: Canary, more: JsonMap): ReadonlySet<string> {
  const all = [...steps, ...cleanup];
  const saved = new Set(all.flatMap(({ save }) => Object.keys(save)));
  const used = transitiveReferencesOf(all.map(credentialsOf), { ...more, ...vars }).map(({ name }) => name);
  return new Set([...all.flatMap(({ secret = [] }) => secret), ...used.filter((name) => saved.has(name))]);
}

/** True for a canary that may obtain a secret other than by reference. */
export function hasCredentials({ steps, cleanup }: Canary): boolean {
  return [...steps, ...cleanup].some((step) => step.secret !== undefined || credentialsOf(step).length > 0);
}

/** The part of a step's input that authenticates a request. */
function credentialsOf({ input }: Pick<Step, 'input'>): readonly Json[] {
  return credentialsAt(input).map(({ text }) => text);
}

/** The texts of a step's input that authenticate a request, with their paths. */
export function credentialsAt(
  input: JsonMap,
): readonly { readonly path: readonly string[]; readonly text: string }[] {
  const headers = input['headers'] ?? null;
  const sent = isJsonMap(headers) ? Object.keys(headers) : [];
  const signing = sent.filter((name) => HEADERS.has(name.toLowerCase())).map((name) => ['headers', name]);
  return [...PATHS, ...signing].flatMap((path) => {
    const text = scalarText(valueAt(input, path));
    return text === undefined ? [] : [{ path, text }];
  });
}

/** Credentials in a filled-in input: each is a secret. */
export function credentialTextsIn(input: JsonMap): readonly string[] {
  return credentialsAt(input).flatMap(({ path, text }) =>
    path[0] === 'headers' ? headerTexts(path[1] as string, text) : withPassword(text),
  );
}

/** The secrets in the value of a header that authenticates a request: without its scheme, decoded, and one by one. */
export function headerTexts(header: string, value: string): readonly string[] {
  if (header.toLowerCase() === 'cookie') return parametersIn(value, ';');
  const [start = '', scheme = ''] = SCHEME.exec(value) ?? [];
  const token = value.slice(start.length);
  const decoded = scheme.toLowerCase() === 'basic' ? [Buffer.from(token, 'base64').toString()] : [];
  return [...new Set([...[token, ...decoded].flatMap(withPassword), ...parametersIn(token, ',')])];
}

/** `user:password`, and the password alone. */
function withPassword(text: string): readonly string[] {
  const [, ...password] = text.split(':');
  return password.length > 0 ? [text, password.join(':')] : [text];
}

/** The values of `a=b; c="d"`, as they are written and decoded. */
function parametersIn(text: string, separator: string): readonly string[] {
  return text.split(separator).flatMap((pair) => {
    const [, written] = /^\s*[\w.-]+\s*=\s*"?([^="].*?)"?\s*$/.exec(pair) ?? [];
    return written === undefined ? [] : [...new Set([written, withoutPercents(written)])];
  });
}

/** A text without its percent signs; unlike `decodeURIComponent`, it takes any text. */
function withoutPercents(text: string): string {
  const safe = text.replaceAll('+', '%2B').replaceAll('&', '%26');
  return new URLSearchParams(`it=${safe}`).get('it') as string;
}
