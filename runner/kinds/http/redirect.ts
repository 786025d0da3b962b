import { Type } from 'typebox';
import { DefinitionError } from '../../core/base/errors.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { signsIn } from '../../core/expression/credentials.ts';
import { cookiesAfter } from './redirect-cookies.ts';
import type { HttpResponse } from './response-reader.ts';

/** The redirects that a request follows: none, all, or all with the right to send its body to another origin. */
export type FollowRedirects = boolean | { readonly crossOrigin: boolean };

export const REDIRECT_KEYS = {
  followRedirects: Type.Optional(
    Type.Unsafe<FollowRedirects>({
      type: ['boolean', 'object'],
      additionalProperties: false,
      required: ['crossOrigin'],
      properties: {
        crossOrigin: {
          type: 'boolean',
          description: 'true: the body, too, is sent to another origin; a secret never is',
        },
      },
      description:
        'Follow up to 5 redirects; false when left out. { crossOrigin: true } also sends a body to another origin',
    }),
  ),
} as const;

/** One request of a chain of redirects. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /**
   * True once the chain has been at another origin. From then on the request carries no credentials, not even back at its first origin: the
   * other origin chose the address.
   */
  readonly hasLeft: boolean;
}

/** The permission to follow, and the knowledge of secrets. */
export interface RedirectRules {
  readonly follow: FollowRedirects | undefined;
  holdsSecret(text: string): boolean;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The request that a redirect asks for; undefined for an answer that is none, or that is not followed.
 * @throws DefinitionError for another protocol, and for a body or a secret that would leave its origin.
 */
export function redirected(
  hop: Hop,
  { statusCode, headers, endedAtMs }: HttpResponse,
  { follow, holdsSecret }: RedirectRules,
): Hop | undefined {
  const location = [headers['location']].flat()[0];
  if (follow === undefined || follow === false || !REDIRECTS.has(statusCode)) return undefined;
  if (location === undefined || !URL.canParse(location, hop.url.href)) return undefined;
  const url = new URL(location, hop.url);
  if (!/^https?:$/.test(url.protocol)) throw elsewhere(hop.url, url);
  const asGet = statusCode === 303 || (statusCode < 303 && hop.method === 'POST');
  const crosses = url.origin !== hop.url.origin;
  const body = asGet ? null : hop.body;
  if (crosses) refuseLeak({ from: hop.url, to: url, body }, { follow, holdsSecret });
  const stays = ([name, value]: [string, string]): boolean =>
    crosses && (signsIn(name) || holdsSecret(`${name}: ${value}`));
  const kept = Object.entries(hop.headers).filter(
    (header) => !stays(header) && !(asGet && header[0].startsWith('content-')),
  );
  const { cookie: sent, ...others } = Object.fromEntries(kept);
  const cookie = crosses ? undefined : cookiesAfter(sent, headers['set-cookie'], { url, nowMs: endedAtMs });
  return {
    url,
    method: asGet ? 'GET' : hop.method,
    headers: { ...others, ...omitUndefined({ cookie }) },
    body,
    hasLeft: hop.hasLeft || crosses,
  };
}

interface Crossing {
  readonly from: URL;
  readonly to: URL;
  readonly body: string | null;
}

/** The messages name hosts alone: a path or a query may be a secret. */
function refuseLeak({ from, to, body }: Crossing, { follow, holdsSecret }: RedirectRules): void {
  const refuse = (place: string, what: string, remedy: string): DefinitionError =>
    new DefinitionError(
      `${from.host} redirects to another origin${place}, and ${what}. Nothing was sent there. ${remedy}`,
    );
  if (holdsSecret(to.href))
    throw refuse(
      '',
      'its address holds a secret',
      "Leave out 'followRedirects', and check the header 'location'.",
    );
  if (body === null) return;
  const place = ` (${to.origin})`;
  if (holdsSecret(body))
    throw refuse(place, 'the body holds a secret', 'Write the address that it redirects to into the file.');
  if (typeof follow !== 'object' || !follow.crossOrigin)
    throw refuse(
      place,
      'the request has a body',
      "Write that address into the file, or 'followRedirects: { crossOrigin: true }'.",
    );
}

function elsewhere({ host }: URL, { protocol }: URL): DefinitionError {
  return new DefinitionError(
    `${host} redirects by its header 'location' to '${protocol}', which is not a protocol that a canary speaks. ` +
      "Leave out 'followRedirects', and check the header.",
  );
}
