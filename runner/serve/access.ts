import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

/** Conditions under which a request is answered. */
export interface AccessRules {
  /** Readers must show it once; absent on an address that only this machine reaches. */
  readonly token?: string;
  /** The public URL of the pages, if they have one. */
  readonly publicUrl?: string;
}

/** The parts of a request that decide on its access. */
export interface AccessAsk {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: {
    readonly host?: string | undefined;
    readonly cookie?: string | undefined;
    readonly authorization?: string | undefined;
  };
}

/** The answer to a request before anything is read for it. */
export type Access =
  | { readonly kind: 'granted' }
  | { readonly kind: 'refused'; readonly status: 400 | 401 | 405 | 421; readonly text: string }
  /** The token stood in the URL: from now on it stands in a cookie, and the URL is the page's own. */
  | { readonly kind: 'signedIn'; readonly location: string; readonly cookie: string };

const COOKIE = 'coalmine-pages';
/** A week: a phone on call opens the page from a message. */
const COOKIE_SECONDS = 7 * 24 * 3600;

/**
 * Decides on requests. Only GET and HEAD are answered. The host must be an address, `localhost`, or that of the public URL. A name of another site
 * that leads here (DNS rebinding) is refused.
 */
export function accessWith({ token, publicUrl }: AccessRules): (ask: AccessAsk) => Access {
  const expected = token === undefined ? undefined : digestOf(token);
  const session = token === undefined ? '' : digestOf(`session ${token}`).toString('base64url');
  const isSecure = publicUrl?.startsWith('https:') === true;
  const hosts = new Set(['localhost', ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])]);
  const isHost = (host: string): boolean => {
    const name = hostnameIn(host);
    return name !== undefined && (hosts.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0);
  };
  return ({ method, url, headers }) => {
    if (method !== 'GET' && method !== 'HEAD')
      return { kind: 'refused', status: 405, text: 'These pages can be read only.' };
    if (!isHost(headers.host ?? ''))
      return { kind: 'refused', status: 421, text: 'These pages are not served under that name.' };
    if (!URL.canParse(url, 'http://pages')) return { kind: 'refused', status: 400, text: 'No such address.' };
    if (expected === undefined) return { kind: 'granted' };
    const asked = new URL(url, 'http://pages');
    const shown = asked.searchParams.get('token');
    if (shown !== null && isSame(shown, expected)) {
      asked.searchParams.delete('token');
      const attributes = `Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
      // Relative: behind a proxy the path may have a prefix that is not known here.
      const location = `./${asked.pathname.split('/').at(-1)}${asked.search}`;
      return { kind: 'signedIn', location, cookie: `${COOKIE}=${session}; ${attributes}` };
    }
    const [, bearer] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
    const isKnown =
      (bearer !== undefined && isSame(bearer, expected)) ||
      cookiesIn(headers.cookie).some((one) => isSame(one, digestOf(session)));
    if (isKnown) return { kind: 'granted' };
    return { kind: 'refused', status: 401, text: 'These pages need their token.' };
  };
}

/** The name in a `Host` header, lower-case and without its port; undefined for none. */
function hostnameIn(host: string): string | undefined {
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`)
    ? new URL(`http://${host}`).hostname
    : undefined;
}

/** The values of our cookie; another page of the same host may have set one of that name too. */
function cookiesIn(header = ''): readonly string[] {
  return header.split(/;\s*/).flatMap((pair) => {
    const [name, value] = pair.split('=', 2);
    return name === COOKIE && value !== undefined ? [value] : [];
  });
}

/** Compares in a time that depends on neither text. */
function isSame(text: string, digest: Buffer): boolean {
  return timingSafeEqual(digestOf(text), digest);
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
