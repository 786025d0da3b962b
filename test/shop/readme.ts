import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The run printed in the README under a heading. */
export function runUnder(heading: string): string {
  const [, section = ''] = README.split(`\n## ${heading}\n`);
  const [, run = ''] = /```\n(\S [^]*?)\n```/.exec(section.split('\n## ')[0] ?? '') ?? [];
  return run;
}
