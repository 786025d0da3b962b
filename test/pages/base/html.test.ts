import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escapeHtml, Html, html } from '../../../runner/pages/base/html.ts';

const HOSTILE = `"><script>alert('1')</script>&amp;`;

describe('the tag for HTML', () => {
  it.each([
    { of: 'text', made: html`<p>${HOSTILE}</p>` },
    { of: 'an item of a list', made: html`<p>${[HOSTILE]}</p>` },
    { of: 'an item of a list in a list', made: html`<p>${[[HOSTILE]]}</p>` },
    { of: 'a part made by the tag', made: html`<div>${html`<p>${HOSTILE}</p>`}</div>` },
  ])('escapes $of once', ({ made }) => {
    expect(made.text.replaceAll(/<\/?div>/g, '')).toBe(
      '<p>&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;</p>',
    );
  });

  it('lets no attribute end early', () => {
    expect(html`<a title="${HOSTILE}">`.text).not.toMatch(/title="[^"]*"[^>]/);
  });

  it('gives nothing for undefined and false, and a zero for zero', () => {
    expect(html`<p>${undefined}${false}${0}${''}${[]}</p>`.text).toBe('<p>0</p>');
  });

  it('leaves out the line breaks of the template, and keeps those of a value', () => {
    const made = html`<p>
      <b>${'a\n  b'}</b> c
    </p>`;

    expect(made.text.replaceAll(/<\/?div>/g, '')).toBe('<p><b>a\n  b</b> c</p>');
  });

  it('shows a character that is not seen as U+FFFD', () => {
    expect(escapeHtml('a\u202eb\u0000c\u200bd\u001b[31me\ud800')).toBe(
      'a\ufffdb\ufffdc\ufffdd\ufffd[31me\ufffd',
    );
  });

  it('takes text of ours as it is', () => {
    expect(html`${new Html('<br>')}`.text).toBe('<br>');
  });

  it('gives back every seen text to a reader that undoes the five entities', () => {
    const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" } as const;
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~äß漢]*$/u), (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(escaped.replace(/&([\w#]+);/g, (_, name: keyof typeof entities) => entities[name])).toBe(text);
      }),
    );
  });
});
