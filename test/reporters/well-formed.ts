/** An element of an XML file, read strictly. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  /** Its own text, entities put in. */
  text: string;
}

const NAME = /^[A-Za-z_][\w.-]*$/;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
// XML 1.0, production 2: every character that may stand in a file at all.
const LEGAL = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

/**
 * Reads an XML 1.0 file of elements, attributes and text, strictly by the standard.
 * @throws Error at the first violation of well-formedness.
 */
export function wellFormed(xml: string): Element {
  if (!LEGAL.test(xml)) throw new Error('a character that XML does not have');
  const prolog = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!xml.startsWith(prolog)) throw new Error('no prolog');
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open: Element[] = [top];
  for (const [part, tag] of xml.slice(prolog.length).matchAll(/<([^>]*)>|[^<]+|</g)) {
    const inside = open.at(-1) as Element;
    if (tag === undefined) inside.text += textOf(part);
    else if (tag.startsWith('/')) close(tag.slice(1), open);
    else begin(tag, open);
  }
  const [root, ...more] = top.children;
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.name}> is never closed`);
  if (root === undefined || more.length > 0 || top.text.trim() !== '')
    throw new Error('not one root element');
  return root;
}

function begin(tag: string, open: Element[]): void {
  const isEmpty = tag.endsWith('/');
  const [, name = '', rest = ''] = /^(\S*)(.*)$/s.exec(isEmpty ? tag.slice(0, -1) : tag) ?? [];
  if (!NAME.test(name)) throw new Error(`<${name}> is no name`);
  const element: Element = { name, attributes: attributesOf(rest), children: [], text: '' };
  open.at(-1)?.children.push(element);
  if (!isEmpty) open.push(element);
}

function close(name: string, open: Element[]): void {
  const element = open.pop();
  if (element === undefined || open.length === 0 || element.name !== name)
    throw new Error(`</${name}> closes nothing`);
}

function attributesOf(text: string): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {};
  const left = text.replace(/\s+([^\s=]+)="([^"<]*)"/g, (_, name: string, value: string) => {
    if (!NAME.test(name)) throw new Error(`${name} is no name`);
    if (Object.hasOwn(attributes, name)) throw new Error(`${name} stands there twice`);
    attributes[name] = textOf(value);
    return '';
  });
  if (left.trim() !== '') throw new Error(`no attribute: ${left}`);
  return attributes;
}

function textOf(text: string): string {
  if (text.includes('<')) throw new Error('a bare <');
  if (text.includes(']]>')) throw new Error('a bare ]]>');
  return text.replace(/&([^;]*;)?/g, (whole, entity: string | undefined) => {
    const put = ENTITIES[entity?.slice(0, -1) ?? ''];
    if (put === undefined) throw new Error(`no entity: ${whole}`);
    return put;
  });
}
