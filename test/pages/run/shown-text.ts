/** The text of a page, a line for each block, with a sign for what is folded: for a review without a browser. */
export function shownText(page: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  const body = page.slice(page.indexOf('<body>'));
  return `${body
    .replace(/<svg[^]*?<\/svg>(?!<text)/g, '')
    .replace(/<summary>/g, '\n> ')
    .replace(/<\/(td|th|dt)>/g, ' | ')
    .replace(/<(h\d|p|li|tr|div|pre|section|article|nav|header|main|ul|ol|details|caption)\b[^>]*>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&([\w#]+);/g, (whole, name: string) => entities[name] ?? whole)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '')
    .join('\n')}\n`;
}
