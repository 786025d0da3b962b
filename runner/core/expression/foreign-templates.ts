/** A placeholder in the syntax of another tool. */
export interface ForeignTemplate {
  readonly offset: number;
  /** As it stands in the text: `{{ id }}`. */
  readonly written: string;
  /** The name inside: `id`. */
  readonly name: string;
}

/** A way to write placeholders. */
interface Syntax {
  /** A text that stands in each of them: few texts hold it, and only they are searched. */
  readonly sign: string;
  /** The name is its first group. */
  readonly find: RegExp;
}

/** Placeholders of other tools. */
const SYNTAXES: readonly Syntax[] = [
  { sign: '{{', find: /(?<!\$)\{\{[-~#/]?\s*([^{}]*?)\s*[-~]?\}\}/g }, // Postman, Handlebars, Jinja
  { sign: '<%', find: /<%[=-]?\s*([^%]*?)\s*-?%>/g }, // EJS, ERB
  { sign: '#{', find: /#\{\s*([A-Za-z_][\w.]*)\s*\}/g }, // Ruby, Selenium
  { sign: '%', find: /%([A-Z_]{3}[A-Z_\d]*)%/g }, // Windows
  { sign: '$(', find: /\$\(\s*([A-Za-z_][\w.]*)\s*\)/g }, // make, Kubernetes
];

/** Placeholders that are so only in an address: elsewhere they are JSON, prices or words. */
const IN_ADDRESSES: readonly Syntax[] = [
  { sign: '{', find: /(?<![$#{])\{([A-Za-z_][\w.-]*)\}/g }, // OpenAPI
  { sign: '/:', find: /(?<=[^:/]\/):([A-Za-z_]\w*)(?=\/|$|\?)/g }, // Express
];

/** A variable of the shell that is all of a text, or the beginning of an address. */
const SHELL: Syntax = { sign: '$', find: /^\$([A-Za-z_]\w*)(?=$|\/)/g };

const OF_DATA = [...SYNTAXES, SHELL];
const OF_ADDRESSES = [...SYNTAXES, ...IN_ADDRESSES, SHELL];

/** The placeholders of other tools in a text. In an address more spellings can be nothing else. */
export function foreignTemplates(text: string, isAddress = false): readonly ForeignTemplate[] {
  const found = (isAddress ? OF_ADDRESSES : OF_DATA).flatMap(({ sign, find }) =>
    text.includes(sign)
      ? [...text.matchAll(find)].map(({ 0: written, 1: name = '', index: offset }) => ({
          offset,
          written,
          name,
        }))
      : [],
  );
  return found.toSorted((a, b) => a.offset - b.offset);
}
