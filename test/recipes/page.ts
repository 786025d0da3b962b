/** A fenced block of a page: its info string, the text in it, and where that text stands in the page. */
export interface Fence {
  readonly info: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The fenced blocks of a Markdown page, in order. */
export function fencesOf(page: string): readonly Fence[] {
  return [...page.matchAll(/^```([^\n`]*)\n([\s\S]*?)^```$/gm)].map(
    ({ 1: info = '', 2: text = '', index }) => {
      const start = index + '```'.length + info.length + 1;
      return { info, text, start, end: start + text.length };
    },
  );
}

/** The path that the first line of a block names: `# canaries/orders.canary.yaml`. */
export function pathOf({ text }: Fence): string | undefined {
  return /^# (\S+\.yaml)\n/.exec(text)?.[1];
}
