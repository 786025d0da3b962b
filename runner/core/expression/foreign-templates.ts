/** A placeholder in the syntax of another tool. */
export interface ForeignTemplate {
  readonly offset: number;
  /** As it stands in the text: `{{ id }}`. */
  readonly written: string;
  /** The name inside: `id`. */
  readonly name: string;
}

/** Placeholders of other tools, each with the name in its first group. */
const SYNTAXES: readonly RegExp[] = [
  /(?<!\$)\{\{[-~#/]?\s*([^{}]*?)\s*[-~]?\}\}/g, // Postman, Handlebars, Jinja
  /<%[=-]?\s*([^%]*?)\s*-?%>/g, // EJS, ERB
  /#\{\s*([A-Za-z_][\w.]*)\s*\}/g, // Ruby, Selenium
  /%([A-Z_]{3}[A-Z_\d]*)%/g, // Windows
  /\$\(\s*([A-Za-z_][\w.]*)\s*\)/g, // make, Kubernetes
];

/** Placeholders that are so only in an address: elsewhere they are JSON, prices or words. */
const IN_ADDRESSES: readonly RegExp[] = [
  /(?<![$#{])\{([A-Za-z_][\w.-]*)\}/g, // OpenAPI
  /(?<=[^:/]\/):([A-Za-z_]\w*)(?=\/|$|\?)/g, // Express
];

/** A variable of the shell that is all of a text, or the beginning of an address. */
const SHELL = /^\$([A-Za-z_]\w*)(?=$|\/)/g;

/** The placeholders of other tools in a text. In an address more spellings can be nothing else. */
export function foreignTemplates(text: string, isAddress = false): readonly ForeignTemplate[] {
  if (!/[{<%$:#]/.test(text)) return [];
  const syntaxes = isAddress ? [...SYNTAXES, ...IN_ADDRESSES, SHELL] : [...SYNTAXES, SHELL];
  const found = syntaxes.flatMap((syntax) =>
    [...text.matchAll(syntax)].map(({ 0: written, 1: name = '', index: offset }) => ({
      offset,
      written,
      name,
    })),
  );
  return found.toSorted((a, b) => a.offset - b.offset);
}
