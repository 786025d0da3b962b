import type { Json, JsonMap } from '../base/json.ts';
import { scalarText } from '../base/numbers.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import type { Environment } from '../model/project.ts';
import { isGenerator } from './generators.ts';
import { piecesOf, type Reference, referencesIn, valueAt } from './template.ts';

type Settling = Pick<Environment, 'name' | 'region'>;

/** Literal text, or a mention whose value is not known before a run. */
export type Piece = string | Reference;

/** A text with the values known before a run filled in; the rest stays. */
export function settled(text: string, environment: Settling, vars: JsonMap): string {
  if (!text.includes('${')) return text;
  return settledPieces(text, environment, vars)
    .map((piece) => (typeof piece === 'string' ? piece : piece.text))
    .join('');
}

/**
 * Like {@link settled}, taken apart: no text of a file can be taken for a mention, and no mention for text. A value that is no text or number
 * stays a mention, and so does one that needs itself.
 */
export function settledPieces(text: string, environment: Settling, vars: JsonMap): readonly Piece[] {
  const env = { name: environment.name, ...omitUndefined({ region: environment.region }) };
  const valueNamed = (name: string): Json | undefined => {
    if (name === 'env') return env;
    return Object.hasOwn(vars, name) ? vars[name] : undefined;
  };
  const known = new Map<string, readonly Piece[]>(); // each mention once: names may be mentioned by many others
  const settle = (template: string): readonly Piece[] =>
    merged(piecesOf(template).flatMap((piece) => (typeof piece === 'string' ? piece : inside(piece))));
  const inside = (mention: Reference): readonly Piece[] => {
    const before = known.get(mention.text);
    if (before !== undefined) return before;
    known.set(mention.text, [mention]); // for one that needs itself
    const found = piecesIn(mention, valueNamed(mention.name), settle);
    known.set(mention.text, found);
    return found;
  };
  return settle(text);
}

function piecesIn(
  mention: Reference,
  whole: Json | undefined,
  settle: (template: string) => readonly Piece[],
): readonly Piece[] {
  const { path, external } = mention;
  if (external !== undefined || whole === undefined) return [mention];
  const [alone] = typeof whole === 'string' && path.length > 0 ? referencesIn(whole) : [];
  if (alone !== undefined && alone.text === whole) return settle(withPath(alone, path));
  const found = isGenerator(whole) ? undefined : valueAt(whole, path);
  return typeof found === 'string' ? settle(found) : [scalarText(found) ?? mention];
}

/** `${order}` with a path: `${order.items[0]}`. */
function withPath({ text }: Reference, path: Reference['path']): string {
  const rest = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return `${text.slice(0, -1)}${rest}}`;
}

function merged(pieces: readonly Piece[]): readonly Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') all[all.length - 1] = last + piece;
    else all.push(piece);
  }
  return all;
}
