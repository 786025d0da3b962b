import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { folderWith } from './support/command.ts';
import { filesOfTypesAlone } from './support/jest/types-alone.ts';

const ROOT = join(import.meta.dirname, '..');

describe('a file that coverage leaves out', () => {
  it.each([
    {
      title: 'interfaces, types and comments',
      text: '/** A. */\nexport interface A {}\n// B\nexport type B = A;\n',
    },
    { title: 'imports and exports of types', text: "import type { A } from './a.ts';\nexport type { A };\n" },
    { title: 'declarations', text: "declare module 'a' {\n  interface A {}\n}\n" },
  ])('holds types alone: $title', async ({ text }) => {
    expect(await filesOfTypesAlone('*.ts', folderWith({ 'one.ts': text }))).toEqual(['one.ts']);
  });

  it.each([
    { title: 'a constant', text: 'export interface A {}\nexport const A = 1;\n' },
    { title: 'a call', text: 'interface A {}\nsetup();\n' },
    { title: 'an import for its effect', text: "interface A {}\nimport './a.ts';\n" },
    { title: 'an import of a value', text: "interface A {}\nimport { a } from './a.ts';\n" },
    { title: 'an export of another module', text: "export * from './a.ts';\n" },
  ])('is none with $title', async ({ text }) => {
    expect(await filesOfTypesAlone('*.ts', folderWith({ 'one.ts': text }))).toEqual([]);
  });

  it('is found in core and engine', async () => {
    expect(await filesOfTypesAlone('runner/{core,engine}/**/*.ts', ROOT)).toEqual(
      expect.arrayContaining(['runner/core/store/ports.ts', 'runner/engine/engine.ts']),
    );
  });
});
