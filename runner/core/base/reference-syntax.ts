/** Each `${…}` of a text, and each `$${`. One may hold others, for the name of a stack: `${cf:shop-${env.name}/Orders}`. */
export const DOLLAR = /\$\$\{|\$\{((?:[^}$]|\$\{[^{}]*\}|\$)*)\}?/g;

/** A text with something else in place of each `${…}`, well-formed or not: only a run knows their values. */
export function withoutReferences(text: string, by: string): string {
  return text.replace(DOLLAR, (whole) => (whole === '$${' ? whole : by));
}
