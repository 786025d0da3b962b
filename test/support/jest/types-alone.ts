import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';

/** Paths of the files, by a pattern from `root`, that hold types alone: nothing in them runs, so no test can cover it. */
export async function filesOfTypesAlone(pattern: string, root: string): Promise<readonly string[]> {
  const files = globSync(pattern, { cwd: root }).toSorted();
  const found = await Promise.all(
    files.map(async (file) => isTypesAlone(readFileSync(join(root, file), 'utf8'))),
  );
  return files.filter((_, index) => found[index]);
}

async function isTypesAlone(text: string): Promise<boolean> {
  const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true } }; // keeps an import that loads a module
  const { code } = await transform(text, { loader: 'ts', tsconfigRaw, legalComments: 'none' });
  return code.trim() === '';
}
