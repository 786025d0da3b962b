/** The forms in which a secret travels (reliability figures, Y4, and ten more), but for the one below. */
export const FORMS: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  URL: (secret) => encodeURIComponent(secret.toWellFormed()), // a stretch may cut a character in two
  JSON: inJson,
  'JSON in JSON': (secret) => inJson(inJson(secret)),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  'base64 in context': (secret) => Buffer.from(`a:${secret}b`).toString('base64'),
  'double base64': (secret) => Buffer.from(Buffer.from(secret).toString('base64')).toString('base64'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  HTML: (secret) => secret.replace(/[&<>"']/g, (one) => (one === '&' ? '&amp;' : `&#${one.charCodeAt(0)};`)),
  stack: (secret) => new Error(secret).stack ?? '',
  'base64 of longer base64': (secret) =>
    base64(Buffer.from(`{"a":"${base64(Buffer.from(`user:${secret}!`))}"}`)),
  'base64 of UTF-16': (secret) => base64(Buffer.from(`x${secret}y`, 'utf16le')),
  'UTF-16': (secret) => Buffer.from(secret, 'utf16le').toString('latin1'),
  'array of bytes': (secret) => JSON.stringify(Buffer.from(secret)),
  'array of bytes, spaced': (secret) => `[${[...Buffer.from(secret)].join(', ')}]`,
  'hex with spaces': (secret) =>
    Buffer.from(secret)
      .toString('hex')
      .replace(/..(?=.)/g, '$& '),
  'hex with colons': (secret) =>
    Buffer.from(secret)
      .toString('hex')
      .toUpperCase()
      .replace(/..(?=.)/g, '$&:'),
  'upper case': (secret) => secret.toUpperCase(),
  'lower case': (secret) => secret.toLowerCase(),
  'quoted-printable': (secret) =>
    secret.replace(/=|[^\x20-\x7e]/gu, (one) =>
      [...Buffer.from(one)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    ),
};

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The twelfth form, which nothing finds: broken into lines within the secret (docs/guide/security.md). */
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

/** Every stretch of a text that would be a leak of it. @default of six characters */
export function stretchesOf(text: string, length = SHORTEST_LEAK): readonly string[] {
  const starts = Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) => at);
  return starts.map((at) => text.slice(at, at + length));
}
