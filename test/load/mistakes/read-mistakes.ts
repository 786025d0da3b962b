import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A mistake of a beginner, as README.md describes it. */
export interface Mistake {
  readonly mistake: string;
  readonly path: string;
  /** The valid file, the mistaken one, and the one to which the remedy was applied: by path. */
  readonly right: Files;
  readonly wrong: Files;
  readonly remedied: Files;
  /** Where the message must point: a file, and its lines. */
  readonly place: { readonly file: string; readonly lines: readonly number[] };
  readonly names: readonly string[];
  readonly shows: readonly string[];
  readonly count: number;
}

export type Files = ReadonlyMap<string, Buffer>;

interface Entry {
  readonly mistake: string;
  readonly file?: string;
  readonly right?: string;
  readonly wrong?: string;
  readonly fixed?: string;
  readonly names: string | readonly string[];
  readonly shows: string | readonly string[];
  readonly at?: string;
  readonly line?: number;
  readonly count?: number;
  readonly as?: string;
  readonly encoding?: BufferEncoding;
  readonly content?: string;
}

const HERE = join(import.meta.dirname);

/** The valid project, by path. */
export const PROJECT: Files = new Map(
  readdirSync(join(HERE, 'project'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((full) => [full.slice(join(HERE, 'project').length + 1), readFileSync(full)]),
);

/** Every mistake, by the list that it stands in. */
export function mistakes(): ReadonlyMap<string, readonly Mistake[]> {
  const lists = readdirSync(HERE).filter((name) => name.endsWith('.yaml'));
  return new Map(
    lists.map((name) => [
      name.replace('.yaml', '').replaceAll('-', ' '),
      (parse(readFileSync(join(HERE, name), 'utf8')) as readonly Entry[]).map(mistakeFrom),
    ]),
  );
}

function mistakeFrom(entry: Entry): Mistake {
  const { file = 'order', right = '', wrong = right, fixed = right, encoding = 'utf8', content } = entry;
  const path = pathOf(file);
  const valid = (PROJECT.get(path) ?? Buffer.alloc(0)).toString('utf8');
  if (!valid.includes(right)) throw new Error(`'${entry.mistake}' edits what is not there`);
  const edited = (text: string): string => content ?? valid.replace(right, () => expanded(text));
  const name = entry.as ?? path;
  const without = new Map([...PROJECT].filter(([other]) => other !== path));
  return {
    mistake: entry.mistake,
    path: name,
    right: PROJECT,
    wrong: new Map([...without, [name, Buffer.from(marked(edited(wrong), encoding), encoding)]]),
    remedied: content === undefined ? new Map([...PROJECT, [path, Buffer.from(edited(fixed))]]) : PROJECT,
    place: {
      file: entry.at ?? name,
      lines: entry.line === undefined ? linesOf(valid, right, wrong) : [entry.line],
    },
    names: [entry.names].flat(),
    shows: [entry.shows].flat(),
    count: entry.count ?? 1,
  };
}

function pathOf(file: string): string {
  if (file === 'config') return 'coalmine.config.yaml';
  return `canaries/${file}.${file.startsWith('parts/') ? 'part' : 'canary'}.yaml`;
}

/** UTF-16 has a byte order mark. */
function marked(text: string, encoding: BufferEncoding): string {
  return encoding === 'utf16le' ? `\ufeff${text}` : text;
}

/** `<1024>` stands for as many letters. */
function expanded(text: string): string {
  return text.replace(/<(\d+)>/g, (_, count: string) => 'x'.repeat(Number(count)));
}

/** The lines that the mistake takes up. */
function linesOf(valid: string, right: string, wrong: string): readonly number[] {
  const first = valid.slice(0, valid.indexOf(right)).split('\n').length;
  const count = wrong.replace(/\n$/, '').split('\n').length;
  return Array.from({ length: count }, (_, index) => first + index);
}
