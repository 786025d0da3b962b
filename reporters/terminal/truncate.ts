/** Characters of East Asia and pictures, which terminals show two columns wide. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

const ASCII = /^[\0-\x7f]*$/;

/** A text that takes so many columns at most; one that is longer ends in `…`. It holds no colours. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 1;
  let kept = '';
  for (const one of text) {
    width += widthOf(one);
    if (width > columns) break;
    kept += one;
  }
  return columns < 1 ? '' : `${kept}…`;
}

/** Width of a text on a terminal, in columns. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const one of text) width += WIDE.test(one) ? 2 : /\p{Mark}/u.test(one) ? 0 : 1;
  return width;
}
