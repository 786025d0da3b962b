import type { Page } from 'playwright-core';

/** A text in a drawing and its smallest contrast with what is painted behind it. */
export interface DrawnText {
  readonly text: string;
  readonly contrast: number;
}

interface Box {
  readonly text: string;
  readonly fill: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The contrast of each text in a drawing, by WCAG 2.2: its fill against the pixels of its box, painted without any text. The worst pixel
 * counts if at least a hundredth of the box has its colour: an edge between two shapes is mixed from both. A text that is folded away is not painted.
 */
export async function drawnTexts(page: Page): Promise<readonly DrawnText[]> {
  const boxes = await page.evaluate((): readonly Box[] =>
    [...document.querySelectorAll('svg text')].flatMap((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      const text = element.textContent ?? '';
      const { fill } = getComputedStyle(element);
      const box = { text, fill, x: x + scrollX, y: y + scrollY, width, height };
      return text.trim() === '' || width === 0 || !element.checkVisibility() ? [] : [box];
    }),
  );
  if (boxes.length === 0) return [];
  const hide = await page.evaluateHandle(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('svg text{visibility:hidden!important}svg,.scroll{overflow:visible!important}');
    document.adoptedStyleSheets = [sheet];
  });
  const picture = (await page.screenshot({ fullPage: true })).toString('base64');
  await page.evaluate(() => void (document.adoptedStyleSheets = []));
  await hide.dispose();
  const blank = await page.context().newPage();
  const found = await blank.evaluate(contrasts, { boxes, picture });
  await blank.close();
  return found;
}

/** Runs in the browser, which decodes the picture. */
async function contrasts({
  boxes,
  picture,
}: {
  readonly boxes: readonly Box[];
  readonly picture: string;
}): Promise<readonly DrawnText[]> {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
  pen.drawImage(image, 0, 0);
  const luminance = (colour: readonly number[]): number => {
    const [red, green, blue] = colour.map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  return boxes.map(({ text, fill, x, y, width, height }) => {
    const data = pen.getImageData(Math.round(x), Math.round(y), Math.ceil(width), Math.ceil(height)).data;
    const counts = new Map<string, number>();
    for (let at = 0; at < data.length; at += 4) {
      const colour = `${data[at]},${data[at + 1]},${data[at + 2]}`;
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    const own = luminance((fill.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number));
    const all = [...counts].filter(([, count]) => count >= data.length / 4 / 100);
    return {
      text,
      contrast: Math.min(...all.map(([colour]) => ratio(own, luminance(colour.split(',').map(Number))))),
    };
  });
}
