import { accessSync, constants, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const PROGRAMS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

/** The screen on which a page is opened. */
export interface View {
  /** CSS pixels. @default 1024 × 768 */
  readonly width?: number;
  readonly height?: number;
  /** @default light */
  readonly scheme?: 'light' | 'dark';
  /** @default true */
  readonly script?: boolean;
  /** The time that the page's script sees, epoch milliseconds. @default that of this machine */
  readonly nowMs?: number;
}

/** The smallest screen that a page must fit: an older phone. */
export const PHONE = { width: 360, height: 640 } as const;

/** A page in a browser, and its complaints: errors of scripts, refusals of the policy, requests to other places. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Starts a browser. `COALMINE_BROWSER` names its program; otherwise it is Debian's. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: programOf(),
    args: ['--no-sandbox', '--font-render-hinting=none'],
  });
}

/** Opens a page from a file, as a reader of a report does. */
export async function openHtml(browser: Browser, text: string, view: View = {}): Promise<OpenPage> {
  const file = join(mkdtempSync(join(tmpdir(), 'page-')), 'page.html');
  writeFileSync(file, text);
  return openUrl(browser, pathToFileURL(file).href, view);
}

/** Opens a page from a server. */
export async function openUrl(browser: Browser, url: string, view: View = {}): Promise<OpenPage> {
  const { width = 1024, height = 768, scheme = 'light', script = true, nowMs } = view;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    javaScriptEnabled: script,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  if (nowMs !== undefined) await page.clock.setFixedTime(nowMs);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => void complaints.push(message));
  page.on('console', (line) => {
    if (['error', 'warning'].includes(line.type())) complaints.push(line.text());
  });
  page.on('request', (request) => {
    const isOwn = request.url().startsWith('data:') || new URL(request.url()).origin === new URL(url).origin;
    if (!isOwn) complaints.push(`requests ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

function programOf(): string {
  const named = process.env['COALMINE_BROWSER'];
  const found = [...(named === undefined ? [] : [named]), ...PROGRAMS].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found !== undefined) return found;
  throw new Error(
    'No browser is installed. Run .ci/browser, or set COALMINE_BROWSER to a program of Chromium.',
  );
}
