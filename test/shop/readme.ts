import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The run printed in the README under a heading. */
export function runUnder(heading: string): string {
  const [, section = ''] = README.split(`\n## ${heading}\n`);
  const [, run = ''] = /```\n(\S [^]*?)\n```/.exec(section.split('\n## ')[0] ?? '') ?? [];
  return run;
}

/** A printed run without the variable parts: ids, times, ports, number and order of polls. */
export function shapeOf(run: string): string {
  return run
    .replace(/\b[0-9a-f]{32}\b/g, 'RUN-ID')
    .replace(/\b1-[0-9a-f]{8}-[0-9a-f]{24}\b/g, 'X-RAY-ID')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID')
    .replace(/"qty":\d/g, '"qty":N')
    .replace(/\bord_[0-9a-f]+\b/g, 'ORDER-ID')
    .replace(/127\.0\.0\.1:\d+/g, 'HOST')
    .replace(/\b[\d.]+ (ms|s|min)\b/g, 'TIME')
    .replace(/\b\d+ polls?\b/g, 'POLLS')
    .replace(/(?<=last seen: ).*/, (trail) => trail.split(' → ').toSorted().join(' → '));
}
