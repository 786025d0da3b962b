/** The environment variables by which many programs are told of a proxy. */
const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The sentence that is to be said of an environment that names a proxy; undefined if it names none. Coalmine connects to each
 * host by itself: the address that it checked is the one that it connects to (docs/security.md), which a proxy would look up anew.
 */
export function proxyNote(env: Variables): string | undefined {
  const set = NAMES.filter((name) => (env[name] ?? '') !== '');
  if (set.length === 0) return undefined;
  return `${set.join(' and ')} ${set.length === 1 ? 'is' : 'are'} set, and Coalmine uses no proxy`;
}
