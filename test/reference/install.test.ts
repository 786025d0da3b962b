import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { filesOf } from '../load/support.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/guide/install.md'), 'utf8');

const COMMANDS = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
);
const FILES = Object.fromEntries(
  [...page.matchAll(/^```yaml\n# (\S+)\n([\s\S]*?)^```/gm)].map(([, path = '', text = '']) => [path, text]),
);

describe('the page on the first canary in a repository', () => {
  it('counts its commands and lines, and has few of both', () => {
    const lines = Object.values(FILES).flatMap((text) => text.trimEnd().split('\n'));

    expect(COMMANDS).toHaveLength(7);
    expect(lines).toHaveLength(21);
    expect(page.replaceAll('\n', ' ')).toContain('seven commands and 21 lines');
  });

  it('has a project and a canary that load without a message', () => {
    const { canaries, diagnostics } = load(filesOf(FILES, true), KINDS);

    expect(diagnostics).toEqual([]);
    expect(canaries).toHaveLength(1);
  });
});
