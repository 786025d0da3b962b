import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { html } from '../../../runner/pages/base/html.ts';
import { renderPage } from '../../../runner/pages/base/page.ts';
import { PAGE_SCRIPT } from '../../../runner/pages/script/page-script.ts';
import { withScript } from '../../../runner/pages/script/with-script.ts';

const page = (script?: string): string =>
  renderPage({
    title: 'T',
    mark: 'passed',
    style: '',
    body: html`<p>x</p>`,
    ...(script === undefined ? {} : { script }),
  });
const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the script of pages', () => {
  it('has 4 kB at most', () => {
    expect(Buffer.byteLength(PAGE_SCRIPT)).toBeLessThanOrEqual(4_096);
  });

  it('is added to a page whose policy then permits it, and nothing else', () => {
    const text = withScript(page());

    expect(text).toContain(`<script>${PAGE_SCRIPT}</script></body></html>`);
    expect(text).toContain(`form-action 'none';script-src ${digest(PAGE_SCRIPT)};connect-src 'self'"`);
  });

  it.each([
    `it says script-src 'none'`,
    "form-action 'none'",
    '</body></html>',
    '<meta http-equiv="Content-Security-Policy" content="x">',
  ])('is permitted on a page that says %s, which stays as it is', (says) => {
    const given = renderPage({ title: says, mark: 'passed', style: '', body: html`<p>${says}</p>` });
    const text = withScript(given);

    expect(text).toContain(`script-src ${digest(PAGE_SCRIPT)};connect-src 'self'"`);
    expect(text.match(/<p>.*<\/p>/)?.[0]).toBe(given.match(/<p>.*<\/p>/)?.[0]);
    expect(text.match(/<title>.*<\/title>/)?.[0]).toBe(given.match(/<title>.*<\/title>/)?.[0]);
  });

  it('stands next to the own script of a page', () => {
    const text = withScript(page('1'));

    expect(text).toContain(`script-src ${digest(PAGE_SCRIPT)} ${digest('1')};connect-src 'self'"`);
    expect(text.match(/<script>/g)).toHaveLength(2);
  });
});
