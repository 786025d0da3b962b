/** Shorter values would mask half of every report, and are too weak for secrets. */
export const SHORTEST_SECRET = 8;

/**
 * The encodings of a secret that are searched for in a text. Escapes are not among them: texts are searched raw and decoded. Base64 and hex
 * are, since a text does not show where they begin.
 */
export function encodingsOf(secret: string): readonly string[] {
  // The lines of a key or certificate are printed one by one as often as together.
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= SHORTEST_SECRET);
  return [secret, ...lines].flatMap((raw) => [
    raw,
    raw.toLowerCase(), // a host's name
    raw.replaceAll(' ', '+'), // a form
    ...[raw, JSON.stringify(raw).slice(1, -1), encodeURIComponent(raw.toWellFormed())].flatMap(aligned),
    ...doubled(raw),
    ...hexOf(raw),
  ]);
}

/** The stable part of a text's base64, wherever it begins inside a larger text, in both alphabets. */
function aligned(text: string): readonly string[] {
  const bytes = Buffer.from(text);
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

function doubled(raw: string): readonly string[] {
  const once = Buffer.from(raw).toString('base64');
  return [once, once.replace(/=+$/, ''), Buffer.from(raw).toString('base64url')].flatMap(aligned);
}

function hexOf(raw: string): readonly string[] {
  const hex = Buffer.from(raw).toString('hex');
  return [hex, hex.toUpperCase()];
}
