import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../../..');

/** One thing that a page makes its reader do: type a command, or write a file. */
export type Act = { readonly command: string } | { readonly path: string; readonly text: string };

/** Reads the acts of a page, in their order: lines of `sh` blocks, and `yaml` blocks that begin with their path as a comment. */
export function actsOf(page: string): readonly Act[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(sh|yaml)\n([\s\S]*?)^```/gm)].flatMap(
    ([, language, block = '']): readonly Act[] => {
      if (language === 'sh')
        return block
          .trim()
          .split('\n')
          .map((command) => ({ command }));
      const [, path, file] = /^# (\S+)\n([\s\S]*)/.exec(block) ?? [];
      return path === undefined || file === undefined ? [] : [{ path, text: file }];
    },
  );
}
