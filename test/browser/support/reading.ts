import type { Page } from 'playwright-core';

/** The text that a reader sees on the first screen, without scrolling: painted, not covered, and inside it by at least half of its line. */
export async function firstScreen(page: Page): Promise<string> {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    const words: string[] = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      for (const { 0: word, index } of (node.textContent ?? '').matchAll(/\S+/g)) {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const boxes = [...range.getClientRects()];
        const isSeen = boxes.every(
          ({ left, top, width, height }) =>
            document.elementFromPoint(left + width / 2, top + height / 2) === node.parentElement,
        );
        if (boxes.length > 0 && isSeen) words.push(word);
      }
    }
    return words.join(' ');
  });
}

/** The elements that stand out to the right of the screen, by which the whole page could be moved sideways. */
export async function sideways(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    return [...document.body.querySelectorAll('*')]
      .filter((one) => one.closest('.scroll') === null || one.matches('.scroll'))
      .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 0.5)
      .map(
        (one) =>
          `${one.tagName.toLowerCase()}.${one.getAttribute('class') ?? ''}: ${one.textContent?.slice(0, 40)}`,
      );
  });
}

/** The words of labels, headings of columns and marks that are broken over lines. */
export async function brokenWords(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const range = document.createRange();
    const brokenIn = (node: Node): readonly string[] =>
      [...(node.textContent ?? '').matchAll(/[\p{L}\p{N}]+/gu)].flatMap(({ 0: word, index }) => {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        return range.getClientRects().length > 1 ? [word] : [];
      });
    return [...document.querySelectorAll('dt, thead th, td > span')].flatMap((label) => {
      const walker = document.createTreeWalker(label, NodeFilter.SHOW_TEXT);
      const broken: string[] = [];
      while (walker.nextNode() !== null) broken.push(...brokenIn(walker.currentNode));
      return broken;
    });
  });
}

/** A stop of the Tab key. */
export interface Stop {
  readonly name: string;
  /** Its place in the document's order. */
  readonly order: number;
  /** True if the element is marked as the one with the focus. */
  readonly isMarked: boolean;
}

/** The stops of the Tab key, from the top of a page to its end. */
export async function tabStops(page: Page, most = 200): Promise<readonly Stop[]> {
  const stops: Stop[] = [];
  for (let count = 0; count < most; count += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const one = document.activeElement;
      if (one === null || one === document.body) return undefined;
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      return {
        name: `${one.tagName.toLowerCase()} ${(one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 60)}`,
        order: [...document.querySelectorAll('*')].indexOf(one),
        isMarked: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
      };
    });
    if (stop === undefined || stop.order === stops[0]?.order) break;
    stops.push(stop);
  }
  return stops;
}
