import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from '@jest/globals';

/** Compares a text with a reviewed file; `UPDATE_GOLDEN=1` writes it instead. */
export function expectGolden(path: string, text: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  expect(
    existsSync(path) ? readFileSync(path, 'utf8') : `there is no ${path}; UPDATE_GOLDEN=1 writes it`,
  ).toBe(text);
}
