/** Common environment variables that name a proxy. */
const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * A note for an environment that names a proxy; undefined if it names none. Coalmine connects to each host by itself: the checked address
 * is the one connected to (docs/security.md); a proxy would resolve the name again.
 */
export function proxyNote(env: Variables): string | undefined {
  const set = NAMES.filter((name) => (env[name] ?? '') !== '');
  if (set.length === 0) return undefined;
  return `${set.join(' and ')} ${set.length === 1 ? 'is' : 'are'} set, and Coalmine uses no proxy`;
}
