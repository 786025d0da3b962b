/** A piece of a page that is replaced by itself; the page as a whole has the id ''. */
export interface Part {
  readonly id: string;
  readonly html: string;
}

/** A page's body, in pieces that can be compared. */
export interface SplitPage {
  /** The body, each part of it as a placeholder. */
  readonly frame: string;
  /** The parts by id: each in whole, and with placeholders for its rows. */
  readonly parts: ReadonlyMap<string, { readonly html: string; readonly frame: string }>;
  readonly rows: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The content of a page's body, without its script. Pages are made by us, and no text in them holds a tag. */
export function bodyOf(page: string): string {
  const [, body = ''] = /<body[^>]*>([\s\S]*?)(?:<script>|<\/body>)/.exec(page) ?? [];
  return body;
}

/** Splits a body at the elements that are marked with `data-part`, and at rows of tables with an id. */
export function splitPage(body: string): SplitPage {
  const rows = new Map<string, string>();
  const parts = new Map<string, { html: string; frame: string }>();
  const framed = (html: string): string =>
    html.replace(ROW, (row, id: string) => {
      rows.set(id, row);
      return `<tr ${id}>`;
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
  return { frame: frame + framed(body.slice(from)), parts, rows, body };
}

/** The pieces that lead from one page to another: rows if nothing else differs, parts, or the whole body. */
export function changedParts(before: SplitPage, now: SplitPage): readonly Part[] {
  if (before.frame !== now.frame) return [{ id: '', html: now.body }];
  const changed = [...now.parts].filter(([id, { frame }]) => before.parts.get(id)?.frame !== frame);
  const sent = changed.map(([id, { html }]) => ({ id, html }));
  const inside = (row: string): boolean => sent.some(({ html }) => html.includes(row));
  const rows = [...now.rows].filter(([id, html]) => before.rows.get(id) !== html && !inside(html));
  return [...sent, ...rows.map(([id, html]) => ({ id, html }))];
}

const ROW = /<tr id="([^"]+)"[^>]*>[\s\S]*?<\/tr>/g;
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
