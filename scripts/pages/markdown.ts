/** A table of Markdown: its column titles, and the cells of each row. A bar within a cell is escaped. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), `|${titles.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** A text as a sentence: with a capital, and with a full stop. */
export function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}

/** A block of code. */
export function code(text: string, language = ''): string {
  return ['```' + language, text.trimEnd(), '```'].join('\n');
}
