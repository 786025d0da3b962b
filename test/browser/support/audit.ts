import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings of axe: rules that an element breaks, and rules that axe could not decide on. */
export interface Audit {
  readonly violations: readonly string[];
  /** Without the contrast of text in drawings, which axe never decides; `svg-contrast.ts` does. */
  readonly undecided: readonly string[];
}

/** Runs every rule of axe on a page. */
export async function auditOf(page: Page): Promise<Audit> {
  await page.evaluate(AXE);
  const { violations, incomplete } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    const results = await axe.run();
    const isDrawn = (selector: string): boolean => document.querySelector(selector)?.closest('svg') !== null;
    const listed = (all: AxeResults['violations'], skipsDrawn: boolean): readonly string[] =>
      all.flatMap(({ id, nodes }) =>
        nodes
          .map(({ target, any, all: every, none }) => ({
            selector: String(target[0]),
            why: [...any, ...every, ...none].map(({ message }) => message).join(' '),
          }))
          .filter(({ selector }) => !(skipsDrawn && id === 'color-contrast' && isDrawn(selector)))
          .map(({ selector, why }) => `${id}: ${selector}: ${why}`),
      );
    return { violations: listed(results.violations, false), incomplete: listed(results.incomplete, true) };
  });
  return { violations, undecided: incomplete };
}
