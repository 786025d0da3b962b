/** The forms in which a secret travels (reliability figures, Y4), but for the one below. */
export const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  URL: (secret) => encodeURIComponent(secret),
  JSON: inJson,
  'JSON in JSON': (secret) => inJson(inJson(secret)),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  'base64 in context': (secret) => Buffer.from(`a:${secret}b`).toString('base64'),
  'double base64': (secret) => Buffer.from(Buffer.from(secret).toString('base64')).toString('base64'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  HTML: (secret) => secret.replace(/[&<>"']/g, (one) => (one === '&' ? '&amp;' : `&#${one.charCodeAt(0)};`)),
  stack: (secret) => new Error(secret).stack ?? '',
};

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The twelfth form, which nothing finds: broken into lines within the secret (docs/security.md). */
export const WRAPPED = (secret: string): string => secret.replace(/(.{7})/gsu, '$1\n');

/** Texts around a secret. */
export const CONTEXTS: readonly ((form: string) => string)[] = [
  (form) => form,
  (form) => `Authorization: Bearer ${form}`,
  (form) => `https://example.com/?token=${form}&x=1`,
  (form) => `{"a":"${form}"}`,
  (form) => `${form}${form}`,
  (form) => `\n  at x (${form})\n`,
];

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789/+=&<>"\'\\%?#@:{} é€😀';

/** Fifty secrets of eight characters and more, with everything in them that some encoding changes. */
export const SECRETS: readonly string[] = Array.from({ length: 50 }, (_, n) => {
  let state = n + 1;
  const characters = Array.from(ALPHABET);
  return Array.from({ length: 8 + ((n * 7) % 40) }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return characters[state % characters.length] as string;
  }).join('');
});

/** The shortest stretch of a secret that counts as leaked. */
const SHORTEST_LEAK = 6;

/** Every stretch of a text that would be a leak of it. */
export function stretchesOf(text: string): readonly string[] {
  const starts = Array.from({ length: Math.max(0, text.length - SHORTEST_LEAK + 1) }, (_, at) => at);
  return starts.map((at) => text.slice(at, at + SHORTEST_LEAK));
}
