/** A piece of a page that is replaced by itself; the whole body has the id '' and its title. `reload`: the page is one of another kind now. */
export interface Part {
  readonly id: string;
  readonly html: string;
  readonly title?: string;
  readonly reload?: true;
}

/** A page's body, in pieces that can be compared. */
export interface SplitPage {
  /** The body, each part of it as a placeholder. */
  readonly frame: string;
  /** The parts by id: each in whole, and with placeholders for its rows. */
  readonly parts: ReadonlyMap<string, { readonly html: string; readonly frame: string }>;
  readonly rows: ReadonlyMap<string, string>;
  readonly body: string;
  readonly style: string;
  readonly title: string;
}

/** The content of a page's body, without its script. Pages are made by us, and no text in them holds a tag. */
export function bodyOf(page: string): string {
  const [, body = ''] = /<body[^>]*>([\s\S]*?)(?:<script>|<\/body>)/.exec(page) ?? [];
  return body;
}

/**
 * Splits a page at the elements of its body that are marked with `data-part`. Rows of tables and items of lists that have an id are split off, too. So
 * are the canaries of a fleet. The path of a canary's page is its id there: one more would make a large page a fifth larger.
 */
export function splitPage(page: string): SplitPage {
  const body = bodyOf(page);
  const [style = ''] = /<style>[\s\S]*?<\/style>/.exec(page) ?? [];
  const [, title = ''] = /<title>([^<]*)/.exec(page) ?? [];
  const rows = new Map<string, string>();
  const parts = new Map<string, { html: string; frame: string }>();
  const framed = (html: string): string =>
    html.replace(ROW, (row, tag: string, own: string | undefined, path: string) => {
      const id = own ?? path;
      rows.set(id, row);
      return `<${tag} ${id}>`;
    });
  let frame = '';
  let from = 0;
  for (const found of body.matchAll(PART)) {
    const [, tag, id] = found as unknown as readonly [string, string, string];
    if (found.index < from) continue; // a part in a part is not one by itself
    const end = endOf(body, found.index, tag);
    const html = body.slice(found.index, end);
    frame += `${framed(body.slice(from, found.index))}<${id}>`;
    parts.set(id, { html, frame: framed(html) });
    from = end;
  }
  return { frame: frame + framed(body.slice(from)), parts, rows, body, style, title };
}

/** For a page that is one of another kind now. */
export const RELOAD: Part = { id: '', html: '', reload: true };

/** The pieces that lead from one page to another: rows if nothing else differs, parts, or the whole body. */
export function changedParts(before: SplitPage, now: SplitPage): readonly Part[] {
  if (before.style !== now.style) return [RELOAD];
  if (before.frame !== now.frame || before.title !== now.title) return [wholeOf(now)];
  const changed = [...now.parts].filter(([id, { frame }]) => before.parts.get(id)?.frame !== frame);
  const sent = changed.map(([id, { html }]) => ({ id, html }));
  const inside = (row: string): boolean => sent.some(({ html }) => html.includes(row));
  const rows = [...now.rows].filter(([id, html]) => before.rows.get(id) !== html && !inside(html));
  return [...sent, ...rows.map(([id, html]) => ({ id, html }))];
}

/** The whole body as a part. */
export function wholeOf({ body, title }: SplitPage): Part {
  return {
    id: '',
    html: body,
    title: title.replace(/&#39;|&quot;|&lt;|&gt;|&amp;/g, (one) => ENTITIES[one] as string),
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&#39;': "'",
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};

/** No such item holds a list. */
const ROW = /<(tr|li)(?: id="([^"]+)"[^>]*>|(?: class="[^"]*")?><a href="(canaries\/[^"]+)")[\s\S]*?<\/\1>/g;
const PART = /<([a-z]+) id="([^"]+)" data-part[ >]/g;

/** The place behind the end tag of an element. */
function endOf(html: string, start: number, tag: string): number {
  const tags = new RegExp(`<(/?)${tag}(?=[ >])[^>]*>`, 'g');
  tags.lastIndex = start;
  let depth = 0;
  for (let found = tags.exec(html); found !== null; found = tags.exec(html)) {
    depth += found[1] === '' ? 1 : -1;
    if (depth === 0) return tags.lastIndex;
  }
  return html.length;
}
