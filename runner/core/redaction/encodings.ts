/** Shorter values would mask half of every report, and are too weak for secrets. */
export const SHORTEST_SECRET = 8;

/** True for a value that is too short to be masked, with or without the blanks around it. */
export function isShort(secret: string): boolean {
  return secret.trim().length < SHORTEST_SECRET;
}

/**
 * The encodings of a secret that are searched for in a text. Escapes are not among them: texts are searched raw and decoded. Base64 and hex
 * are, since a text does not show where they begin. Parts shorter than `shortest` characters are left out.
 */
export function encodingsOf(secret: string, shortest = SHORTEST_SECRET): readonly string[] {
  // The lines of a key or certificate are printed one by one as often as together; blanks at the ends are often stripped.
  const lines = secret.split(/\r?\n/);
  const raws = [secret, ...[secret, ...lines].flatMap((one) => [one, one.trim()])];
  const encoded = [...new Set(raws.filter((raw) => raw.length >= shortest))].flatMap((raw) => [
    raw,
    raw.toLowerCase(), // a host's name
    raw.toUpperCase(),
    raw.replaceAll(' ', '+'), // a form
    raw.replaceAll('\\', '/'), // a path that a URL was made of
    asQuery(raw),
    quotedPrintable(raw),
    Buffer.from(raw, 'utf16le').toString('latin1').slice(0, -1), // UTF-16 that was read as bytes; the last one is mostly 0
    ...[raw, JSON.stringify(raw).slice(1, -1), encodeURIComponent(raw.toWellFormed())].flatMap((text) =>
      aligned(Buffer.from(text)),
    ),
    ...aligned(Buffer.from(raw, 'utf16le')),
    ...doubled(raw),
    ...hexOf(Buffer.from(raw), ['', ' ', ':', '-']),
    ...hexOf(Buffer.from(raw, 'utf16le'), ['']),
    ...[',', ', '].map((separator) => [...Buffer.from(raw)].join(separator)), // an array of bytes
  ]);
  return encoded.filter((text) => text.length >= shortest); // a query leaves out a separator at the end
}

/** Texts with a short member of a secret next to its key, as JSON, forms, headers and logs have it. */
export function memberTexts(key: string, value: string): readonly string[] {
  const [name, text] = [JSON.stringify(key), JSON.stringify(value)];
  return [
    `${name}:${text}`,
    `${name}: ${text}`,
    `${name}:${value}`,
    `${name}: ${value}`,
    `${key}=${value}`,
    `${key}: ${value}`,
  ];
}

/** The stable part of the base64 of some bytes, wherever they begin inside a longer text, in both alphabets. */
function aligned(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const spoiltAtStart = Math.ceil((before * 8) / 6);
    const spoiltAtEnd = ((before + bytes.length) * 8) % 6 === 0 ? 0 : 1;
    const kept = whole.slice(spoiltAtStart, whole.length - spoiltAtEnd);
    return [kept, kept.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Base64 of base64: of the secret alone, and of a longer text around it. */
function doubled(raw: string): readonly string[] {
  const bytes = Buffer.from(raw);
  const once = bytes.toString('base64');
  const inner = new Set([once, once.replace(/=+$/, ''), bytes.toString('base64url'), ...aligned(bytes)]);
  return [...inner].flatMap((text) => aligned(Buffer.from(text)));
}

/** Hex with separators, as dumps, certificates and addresses have it. */
function hexOf(bytes: Buffer, separators: readonly string[]): readonly string[] {
  const hex = bytes.toString('hex');
  const spelled = separators.map((separator) => hex.replace(/..(?=.)/g, `$&${separator}`));
  return spelled.flatMap((text) => [text, text.toUpperCase()]);
}

/** A secret that was put into a query as it is, and read and written again with the other parameters: `a&b` becomes `a&b=`. */
function asQuery(raw: string): string {
  const written = new URLSearchParams(`q=${raw}`).toString().slice('q='.length);
  return decodeURIComponent(written).replace(/=$/, '');
}

/** The encoding of mail (RFC 2045, 6.7), without the breaks of long lines. */
function quotedPrintable(raw: string): string {
  return raw.replace(/=|[^\x20-\x7e]+/gu, (found) =>
    [...Buffer.from(found)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
