/** Takes secrets out of whatever is about to leave the process. */
export interface Redactor {
  text(value: string): string;
  /** The same value with every text in it, keys included, redacted. Maps and lists are copied; the rest is kept. */
  deep<T>(value: T): T;
}

/** What stands where a secret stood. */
export const MASK = '***';

/** Shorter values would mask half of every report, and are too weak to be secrets. */
export const SHORTEST_SECRET = 8;

/** A redactor that finds secrets raw and in the encodings they are likely to travel in (reliability figures, Y4). */
export function redactorOf(secrets: readonly string[]): Redactor {
  const needles = [...new Set(secrets.flatMap(formsOf))].toSorted((a, b) => b.length - a.length);
  if (needles.length === 0) return NO_SECRETS;
  const any = new RegExp(needles.map(escaped).join('|'), 'g');
  const text = (value: string): string => value.replace(any, MASK);
  return { text, deep: (value) => deepText(value, text) };
}

/** For a run that knows no secrets. */
export const NO_SECRETS: Redactor = { text: (value) => value, deep: (value) => value };

function formsOf(secret: string): readonly string[] {
  // The lines of a key or certificate are printed one by one as often as together.
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= SHORTEST_SECRET);
  return [secret, ...lines].flatMap((raw) => [...plainForms(raw), ...base64Forms(raw), ...hexForms(raw)]);
}

function plainForms(raw: string): readonly string[] {
  const json = JSON.stringify(raw).slice(1, -1);
  const jsonInJson = JSON.stringify(json).slice(1, -1);
  const url = encodeURIComponent(raw);
  const form = new URLSearchParams({ s: raw }).toString().slice('s='.length);
  return [
    raw,
    json,
    jsonInJson,
    url,
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    form,
    encodeURI(raw),
    html(raw),
  ];
}

function base64Forms(raw: string): readonly string[] {
  const once = aligned(Buffer.from(raw));
  const whole = Buffer.from(raw).toString('base64');
  const twice = [whole, whole.replace(/=+$/, '')].flatMap((text) => aligned(Buffer.from(text)));
  return [...once, ...twice].flatMap((text) => [
    text,
    text.replace(/\+/g, '-').replace(/\//g, '_'),
    encodeURIComponent(text),
  ]);
}

/** The part of a text's base64 that stays the same wherever it begins inside a larger text. */
function aligned(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const spoiltAtStart = Math.ceil((before * 8) / 6);
    const spoiltAtEnd = ((before + bytes.length) * 8) % 6 === 0 ? 0 : 1;
    return text.slice(spoiltAtStart, text.length - spoiltAtEnd);
  });
}

function hexForms(raw: string): readonly string[] {
  const hex = Buffer.from(raw).toString('hex');
  return [hex, hex.toUpperCase()];
}

function html(raw: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return raw.replace(/[&<>"']/g, (character) => names[character] as string);
}

function escaped(needle: string): string {
  return needle.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function deepText<T>(value: T, text: (value: string) => string): T {
  if (typeof value === 'string') return text(value) as T;
  if (Array.isArray(value)) return value.map((element: unknown) => deepText(element, text)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [text(key), deepText<unknown>(member, text)]),
  ) as T;
}
