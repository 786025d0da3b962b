/** The most words of a sentence; with more than one condition or relation it is read twice. */
const MOST_WORDS = 25;

interface Passage {
  readonly line: number;
  readonly text: string;
}

/** Headings, paragraphs, list items, cells of tables and tags of JSDoc: a sentence never goes beyond one of them. */
function passagesOf(markdown: string): readonly Passage[] {
  const passages: Passage[] = [];
  let isOpen = false;
  for (const [index, row] of markdown.split('\n').entries()) {
    const text = row.trim();
    const line = index + 1;
    const last = passages.at(-1);
    if (text.startsWith('|')) passages.push(...cellsOf(text).map((cell) => ({ line, text: cell })));
    else if (isOpen && text !== '' && last !== undefined && !OPENING.test(text)) {
      passages[passages.length - 1] = { line: last.line, text: `${last.text}\n${text}` };
      continue;
    } else if (text !== '') passages.push({ line, text });
    isOpen = text !== '' && !/^[|#]/.test(text);
  }
  return passages;
}

const OPENING = /^(?:[-*] |\d+\. |#|@\w)/;

/** In a cell a semicolon ends a phrase, as a full stop does elsewhere. */
function cellsOf(row: string): readonly string[] {
  return row.split('|').flatMap((cell) => cell.split('; '));
}

/** The end of a sentence: its mark, then a capital, a number, a code span or a link. */
const END = /(?<=[.?!]["*)_”]*)\s+(?=["*_([“]*[\p{Lu}\d`…])/u;

/** Words of one sentence. A code span, a link's text without its address, a number and a URL are one each; signs are none. */
function wordsIn(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}…]/u.test(word)).length;
}

/** Sentences of more than {@link MOST_WORDS} words. Members of a list with `·` between them are counted one by one. */
export function longSentences(markdown: string): readonly Passage[] {
  const blank = (code: string): string => code.replaceAll(/[^\n]/g, ' ');
  const plain = markdown
    .replaceAll(/^ *```[\s\S]*?^ *```/gm, blank)
    .replaceAll(/<!--[\s\S]*?-->/g, blank)
    .replaceAll(/`[^`\n]*`/g, '`x`')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/https?:\/\/\S+/g, 'URL');
  return passagesOf(plain).flatMap(({ line, text }) => {
    let end = 0;
    return text.split(END).flatMap((sentence) => {
      const start = text.indexOf(sentence, end);
      end = start + sentence.length;
      const isLong = sentence.split(' · ').some((part) => wordsIn(part) > MOST_WORDS);
      return isLong ? [{ line: line + newlines(text.slice(0, start)), text: sentence }] : [];
    });
  });
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}
