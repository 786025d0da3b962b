/** One encoded word: `=?charset*language?encoding?text?=` (RFC 2047, 2; RFC 2231, 5). */
const WORD = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?([^?\s]*)\?=/gi;
/** Space between two encoded words belongs to neither (RFC 2047, 6.2). */
const SPACE_BETWEEN = /(\?=)\s+(?==\?[^?\s]+\?[bq]\?)/gi;
/** Text may be encoded by its writer, and again by S3 and by intermediaries. */
const MOST_ROUNDS = 4;

/**
 * A header's text with its encoded words decoded, as many times as it was encoded. S3 encodes metadata outside US-ASCII so (S3 user guide,
 * "Working with object metadata"); compatible services return it as plain UTF-8. Undecodable text stays unchanged.
 */
export function decodeWords(text: string): string {
  let decoded = plainUtf8(text);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = decodeOnce(decoded);
    if (next === decoded) break;
    decoded = next;
  }
  return decoded;
}

/** HTTP gives the bytes of a header as Latin-1. */
function plainUtf8(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text) || /[^\0-\u00ff]/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return text; // it is Latin-1
  }
}

/** A run of words of one charset is decoded as one: a character may be split between two of them. */
function decodeOnce(text: string): string {
  const joined = text.replace(SPACE_BETWEEN, '$1');
  const pieces: (string | { readonly charset: string; readonly bytes: Buffer })[] = [];
  let end = 0;
  for (const found of joined.matchAll(WORD)) {
    const [whole, charset = '', encoding = '', content = ''] = found;
    if (found.index > end) pieces.push(joined.slice(end, found.index));
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(content, 'base64') : quoted(content);
    const last = pieces.at(-1);
    const isMore = typeof last === 'object' && last.charset === charset.toLowerCase();
    if (isMore) pieces.push({ ...last, bytes: Buffer.concat([(pieces.pop() as typeof last).bytes, bytes]) });
    else pieces.push({ charset: charset.toLowerCase(), bytes });
    end = found.index + whole.length;
  }
  if (end === 0) return text;
  try {
    const plain = pieces.map((piece) =>
      typeof piece === 'string' ? piece : new TextDecoder(piece.charset).decode(piece.bytes),
    );
    return `${plain.join('')}${joined.slice(end)}`;
  } catch {
    return text; // an unknown charset
  }
}

/** The encoding `Q`: `_` is a space, `=E4` a byte (RFC 2047, 4.2). */
function quoted(content: string): Buffer {
  const spaced = content.replaceAll('_', ' ');
  const latin = spaced.replace(/=([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(latin, 'latin1');
}
