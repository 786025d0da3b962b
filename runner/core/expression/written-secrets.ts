import { isJsonList, isJsonMap, type Json, type JsonMap } from '../base/json.ts';
import { scalarText } from '../base/numbers.ts';
import { credentialsAt } from './credentials.ts';

/** A text at a place that holds a secret by its name: a header, a parameter, a member. */
export interface SecretPlace {
  /** Path of the text in the input of its step. */
  readonly path: readonly string[];
  /** The secret alone, without what stands around it. */
  readonly text: string;
}

/** Names of members of a body that hold secrets in any API, in lower case and without `-`, `_` and `.`. */
const MEMBERS: ReadonlySet<string> = new Set([
  'accesstoken',
  'apikey',
  'apitoken',
  'authorization',
  'authtoken',
  'bearertoken',
  'clientsecret',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'refreshtoken',
  'secretaccesskey',
  'secretkey',
]);

/** Names that do in a query, a form or a cookie, where they mean nothing else. */
const PARAMETERS: ReadonlySet<string> = new Set([
  ...MEMBERS,
  'accesskey',
  'idtoken',
  'jwt',
  'pwd',
  'secret',
  'sessionid',
  'sessiontoken',
  'sig',
  'signature',
  'token',
  'xamzsecuritytoken',
  'xamzsignature',
  'xgoogsignature',
]);
/** URLs that are secrets by themselves: each lets its owner post. */
const SECRET_URLS = [
  /^https:\/\/hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/(.+)/i,
  /^https:\/\/(?:[\w-]+\.)?discord(?:app)?\.com\/api\/webhooks\/(.+)/i,
  /^https:\/\/[\w.-]+\.webhook\.office\.com\/(.+)/i,
];

/** Every place of a step's input that holds a secret by its name; the text may be a reference. */
export function secretPlacesIn(input: JsonMap): readonly SecretPlace[] {
  const { headers, query, form, request, http, url, auth: _, ...others } = input;
  return [
    ...credentialsAt(input),
    ...cookiesIn(headers ?? null),
    ...parametersIn(query ?? null, 'query'),
    ...parametersIn(form ?? null, 'form'),
    ...urlPlaces(request, 'request'),
    ...urlPlaces(http, 'http'),
    ...urlPlaces(url, 'url'),
    ...membersIn(others, []),
  ];
}

/** The secrets in a URL: a password, a parameter, or all of a URL that lets its owner post. */
export function secretsInUrl(url: string): readonly string[] {
  const [, password] = /^[^?#]*?\/\/[^/?#:@]*:([^/?#@]+)@/.exec(url) ?? [];
  const [, query = ''] = /\?([^#]*)/.exec(url) ?? [];
  const parameters = query.split('&').flatMap((pair) => {
    const [name = '', ...value] = pair.split('=');
    return isParameter(name) ? [value.join('=')] : [];
  });
  const whole = SECRET_URLS.flatMap((pattern) => pattern.exec(url)?.[1] ?? []);
  return [...(password === undefined ? [] : [password]), ...parameters, ...whole].filter(
    (text) => text !== '',
  );
}

function urlPlaces(request: Json | undefined, key: string): readonly SecretPlace[] {
  if (typeof request !== 'string') return [];
  return secretsInUrl(request.replace(/^[A-Z]+ /, '')).map((text) => ({ path: [key], text }));
}

function cookiesIn(headers: Json): readonly SecretPlace[] {
  if (!isJsonMap(headers)) return [];
  return Object.entries(headers).flatMap(([header, value]) => {
    if (header.toLowerCase() !== 'cookie' || typeof value !== 'string') return [];
    const pairs = value.split(';').map((pair) => pair.split('='));
    return pairs.flatMap(([name = '', ...rest]) =>
      isParameter(name) || /^(?:__(?:host|secure)-)?(?:.*sess|.*sid$)/i.test(name.trim())
        ? [{ path: ['headers', header], text: rest.join('=').trim() }]
        : [],
    );
  });
}

function parametersIn(map: Json, key: string): readonly SecretPlace[] {
  return isJsonMap(map) ? textsNamed(map, [key], isParameter) : [];
}

function membersIn(value: Json, path: readonly string[]): readonly SecretPlace[] {
  if (isJsonList(value))
    return value.flatMap((element, index) => membersIn(element, [...path, String(index)]));
  if (!isJsonMap(value)) return [];
  return [
    ...textsNamed(value, path, (name) => MEMBERS.has(plain(name))),
    ...Object.entries(value).flatMap(([name, member]) => membersIn(member, [...path, name])),
  ];
}

function textsNamed(
  map: JsonMap,
  path: readonly string[],
  isSecret: (name: string) => boolean,
): readonly SecretPlace[] {
  return Object.entries(map).flatMap(([name, value]) => {
    const text = isSecret(name) ? scalarText(value) : undefined;
    return text === undefined ? [] : [{ path: [...path, name], text }];
  });
}

/** True for the name of a parameter of a query, a form or a cookie that holds a secret. */
export function isParameter(name: string): boolean {
  return PARAMETERS.has(plain(name));
}

function plain(name: string): string {
  return name.trim().toLowerCase().replace(/[-_.]/g, '');
}
