import { describe, expect, it } from '@jest/globals';
import { BASE_STYLE, css } from '../../../runner/pages/base/style.ts';
import { MARKS } from '../../../runner/pages/base/verdict.ts';

/** Light and dark value of each colour that the style names. */
const COLOURS = new Map(
  [...BASE_STYLE.matchAll(/--(\w+):light-dark\((#\w+),(#\w+)\)/g)].map(([, name, light, dark]) => [
    name as string,
    [light as string, dark as string] as const,
  ]),
);

/** Relative luminance by WCAG 2.2. */
function luminance(hex: string): number {
  const digits = hex.length === 4 ? hex.slice(1).replace(/./g, '$&$&') : hex.slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const value = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe('the style of all pages', () => {
  const texts = ['fg', 'mute', 'link', 'passed', 'degraded', 'failed', 'error'];

  it.each(
    texts.flatMap((text) =>
      ['bg', 'soft'].flatMap((ground) => [0, 1].map((scheme) => ({ text, ground, scheme }))),
    ),
  )(
    'has text of colour $text on $ground with at least 4.5 : 1 (scheme $scheme)',
    ({ text, ground, scheme }) => {
      const [colour, behind] = [COLOURS.get(text)?.[scheme], COLOURS.get(ground)?.[scheme]] as [
        string,
        string,
      ];
      expect(contrast(colour, behind)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('measures contrast as WCAG does', () => {
    expect(contrast('#000', '#fff')).toBeCloseTo(21, 5);
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
  });

  it('has a colour and a sign for each mark', () => {
    for (const mark of Object.keys(MARKS)) {
      expect(BASE_STYLE).toContain(`.${mark}{color:var(--`);
      expect(BASE_STYLE).toContain(`span.${mark}::before{content:`);
    }
  });

  it('is sent without line breaks', () => {
    expect(css('a{\n  b:c;\n}')).toBe('a{b:c;}');
    expect(BASE_STYLE).not.toContain('\n');
  });
});
