import { createHash } from 'node:crypto';
import { PAGE_SCRIPT } from './page-script.ts';

const DIGEST = createHash('sha256').update(PAGE_SCRIPT).digest('base64');

/**
 * A page with the script of pages, which its policy then permits. Every page is made without it, so that a file stays small; a server adds it. A page
 * of which a script is its own keeps that too.
 */
export function withScript(page: string): string {
  const source = `script-src 'sha256-${DIGEST}'`;
  const permitted = page.includes('script-src ')
    ? page.replace('script-src', source)
    : page.replace("form-action 'none'", `form-action 'none';${source};connect-src 'self'`);
  return permitted.replace('</body></html>', () => `<script>${PAGE_SCRIPT}</script></body></html>`);
}
