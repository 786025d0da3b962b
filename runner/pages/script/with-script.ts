import { createHash } from 'node:crypto';
import { PAGE_SCRIPT } from './page-script.ts';

const DIGEST = createHash('sha256').update(PAGE_SCRIPT).digest('base64');

/** The policy of a page, before anything that comes from elsewhere. */
const POLICY = /(<meta http-equiv="Content-Security-Policy" content=")([^"]*)/;

/**
 * A page with the script of pages, which its policy then permits. Every page is made without it, so that a file stays small; a server adds it. A page
 * of which a script is its own keeps that too.
 */
export function withScript(page: string): string {
  return page
    .replace(POLICY, (_, meta: string, policy: string) => meta + permitting(policy))
    .replace('</body></html>', () => `<script>${PAGE_SCRIPT}</script></body></html>`);
}

function permitting(policy: string): string {
  const source = `script-src 'sha256-${DIGEST}'`;
  return policy.includes('script-src ')
    ? policy.replace('script-src', source)
    : `${policy};${source};connect-src 'self'`;
}
