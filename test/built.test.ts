import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { builtPackage, digestOf, filesOf } from './support/built.ts';
import { folderWith } from './support/command.ts';

const ROOT = join(import.meta.dirname, '..');

describe('the package that tests start', () => {
  it('is built of no file but those that its name is made of', () => {
    const files = filesOf(ROOT);
    const imported = files.flatMap((file) =>
      [
        ...readFileSync(join(ROOT, file), 'utf8').matchAll(/\b(?:from|import\(?) ?'(\.[^']+\.(?:ts|json))'/g),
      ].map(([, name = '']) => join(dirname(file), name)),
    );

    expect(imported.length).toBeGreaterThan(1_000);
    expect(imported.filter((file) => !files.includes(file))).toEqual([]);
  });

  it.each([
    { title: 'a file changes', change: { 'runner/a.ts': 'export const a = 2;' } },
    { title: 'a file is new', change: { 'reporters/deep/b.ts': '' } },
    { title: 'a version of a package changes', change: { 'package-lock.json': '{"lockfileVersion":3}' } },
  ])('has another name if $title', ({ change }) => {
    const files = { 'runner/a.ts': 'export const a = 1;', 'package-lock.json': '{}' };
    const nameOf = (root: string): string => digestOf(filesOf(root), root);

    expect(nameOf(folderWith({ ...files, ...change }))).not.toBe(nameOf(folderWith(files)));
    expect(nameOf(folderWith(files))).toBe(nameOf(folderWith(files)));
  });

  it('lies in a folder of that name', () => {
    const command = join(builtPackage(), 'coalmine.mjs');

    expect(readFileSync(command, 'utf8')).toContain('#!/usr/bin/env node');
    expect(basename(builtPackage())).toMatch(/^[0-9a-f]{16}$/);
  });
});
