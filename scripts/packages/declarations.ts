import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ROOT } from './manifest.ts';

/**
 * Writes the declarations of some sources into a folder, and of all that they import. The tree below it is that of the sources from
 * `from`. Throws with the compiler's output if a source has a fault.
 */
export function writeDeclarations(sources: readonly string[], folder: string, from = '.'): void {
  if (sources.length === 0) return;
  const scratch = join(ROOT, folder, '.declarations');
  const settings = join(ROOT, folder, 'tsconfig.declarations.json');
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: join(ROOT, from),
    outDir: scratch,
  };
  const files = sources.map((source) => join(ROOT, source));
  const include = [join(ROOT, 'runner/kinds/**/*.d.ts')]; // of modules without declarations of their own
  const text = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include, files };
  mkdirSync(join(ROOT, folder), { recursive: true });
  writeFileSync(settings, JSON.stringify(text));
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--project', settings], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const entries = files.map((file) => declarationOf(join(scratch, relative(join(ROOT, from), file))));
    for (const path of reachedFrom(entries)) cpSync(path, join(ROOT, folder, relative(scratch, path)));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    rmSync(settings);
  }
}

/** The declarations that others lead to: a source may import far more than its declaration mentions. */
function reachedFrom(entries: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const ahead = [...entries];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    for (const [, path] of readFileSync(next, 'utf8').matchAll(
      /(?:\bfrom\s*|\bimport\s*\(?\s*)["'](\.[^"']+)["']/g,
    ))
      ahead.push(declarationOf(join(dirname(next), path as string)));
  }
  return reached;
}

function declarationOf(source: string): string {
  return source.replace(/\.ts$/, '.d.ts');
}
