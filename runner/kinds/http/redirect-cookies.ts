/** A cookie that an answer set, as far as a request to the same origin needs it (RFC 6265, section 5). */
interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly isOver: boolean;
}

/**
 * The header `cookie` for a redirect within one origin: the cookies sent before, and those set by the redirecting answer. A login that sets
 * a cookie and redirects needs it. Nothing is kept beyond one step.
 * @returns undefined if there is no cookie to send
 */
export function cookiesAfter(
  sent: string | undefined,
  set: string | readonly string[] | undefined,
  { url, nowMs }: { readonly url: URL; readonly nowMs: number },
): string | undefined {
  const cookies = new Map(
    (sent ?? '').split(';').flatMap((pair) => (pair.includes('=') ? [nameAndValue(pair)] : [])),
  );
  for (const { name, value, path, isOver } of [set ?? []].flat().flatMap((text) => cookieOf(text, nowMs))) {
    if (isOver) cookies.delete(name);
    else if (covers(path, url.pathname)) cookies.set(name, value);
  }
  return cookies.size === 0 ? undefined : [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}

function cookieOf(text: string, nowMs: number): readonly Cookie[] {
  const [pair = '', ...rest] = text.split(';');
  if (!pair.includes('=')) return [];
  const [name, value] = nameAndValue(pair);
  const attributes = new Map(
    rest.map((one) => nameAndValue(one)).map(([key, of]) => [key.toLowerCase(), of]),
  );
  const maxAge = attributes.get('max-age');
  const isOver =
    maxAge === undefined ? Date.parse(attributes.get('expires') ?? '') <= nowMs : Number(maxAge) <= 0;
  return [{ name, value, path: attributes.get('path') ?? '/', isOver }];
}

function nameAndValue(pair: string): readonly [string, string] {
  const [name = '', ...value] = pair.split('=');
  return [name.trim(), value.join('=').trim()];
}

function covers(path: string, pathname: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}
