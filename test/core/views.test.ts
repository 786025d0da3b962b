import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { viewsOf } from '../../runner/core/views.ts';

const read = (text: string): readonly string[] => viewsOf(text).map((view) => view.text);

describe('the views of a text', () => {
  it('are the text alone where nothing in it is escaped', () => {
    expect(read('plain 100% & \\ more')).toEqual(['plain 100% & \\ more']);
  });

  it.each([
    { text: 'a%20b%C3%A9%e2%82%ac%F0%9F%98%80', reads: 'a bé€😀' },
    { text: 'a\\u00e9\\x41\\"\\/\\n\\\\', reads: 'aéA"/\n\\' },
    { text: '&lt;&#39;&#x3c;&AMP;&quot;&apos;', reads: "<'<&\"'" },
    { text: '%5C%22', reads: '"' },
    { text: '\\\\\\"', reads: '"' },
    { text: '%26lt%3B', reads: '<' },
  ])('$text reads $reads', ({ text, reads }) => {
    expect(read(text)).toContain(reads);
  });

  it.each(['%ff', '%e0%80%80', '&#9999999;', '&nothing;', '\\q'])('%s is no escape', (text) => {
    expect(read(`${text}.`)).toEqual([`${text}.`]);
  });

  it('resolve each kind of escape without the others too', () => {
    expect(read('\\n&lt;')).toEqual(expect.arrayContaining(['\\n&lt;', '\n&lt;', '\\n<', '\n<']));
  });

  it('lead each character back to where it came from', () => {
    const escapes = fc.constantFrom<(text: string) => string>(
      encodeURIComponent,
      (text) => JSON.stringify(text).slice(1, -1),
      (text) => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`),
    );
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '"', '%', '&', '\\', 'é', ' ', '<') });
    fc.assert(
      fc.property(piece, piece, piece, escapes, (before, secret, after, escape) => {
        const text = `${escape(before)}${escape(`[${secret}]`)}${escape(after)}`;
        const view = viewsOf(text).find((one) => one.text === `${before}[${secret}]${after}`);

        const from = view?.origin([before.length, before.length + secret.length + 2]) ?? [];

        expect(text.slice(...(from as [number, number]))).toBe(escape(`[${secret}]`));
      }),
    );
  });
});
