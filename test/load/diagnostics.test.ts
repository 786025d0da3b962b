import { describe, expect, it } from '@jest/globals';
import { formatDiagnostic } from '../../runner/load/index.ts';
import { MOST_DEPTH } from '../../runner/load/yaml/limits.ts';
import { loadText, textsIn } from './support.ts';

/**
 * One small bad file for each rule. It holds a canary; if the fault lies between files, the others, each after `# file NAME`; and
 * after `# says` the expected message.
 */
const BAD = textsIn('bad');

const PART = 'part: x\ninputs: [a]\nsteps:\n  - http: GET https://x/${a}\n';

/** The canary of a bad file, and its other files, by name. */
function filesIn(text: string): readonly [string, Readonly<Record<string, string>>] {
  const [canary = '', ...others] = text.split(/^# file (\S+)\n/m);
  const names = others.filter((_, index) => index % 2 === 0);
  return [canary, Object.fromEntries(names.map((name, index) => [name, others[index * 2 + 1] ?? '']))];
}

describe('every rule of the language', () => {
  it.each(Object.keys(BAD))('%s', (name) => {
    const [text = '', expected = ''] = (BAD[name] as string).split('# says\n');
    const shown = expected.replace(/^# ?/gm, '').trimEnd();

    const [canary, others] = filesIn(text);

    const { diagnostics } = loadText(canary, { 'part.part.yaml': PART, ...others });

    expect(diagnostics.map(formatDiagnostic).join('\n\n')).toBe(shown);
  });
});

describe('limits', () => {
  const rulesOf = (text: string): readonly string[] => [
    ...new Set(loadText(text).diagnostics.map(({ rule }) => rule)),
  ];

  it('hold for nesting in one line', () => {
    const nested = (levels: number): string => `canary: a\nowner: b\nsteps:\n  ${'- '.repeat(levels)}x\n`;

    expect(rulesOf(nested(MOST_DEPTH - 1))).toEqual(['type']);
    expect(rulesOf(nested(MOST_DEPTH + 1))).toEqual(['depth']);
  });

  it('hold against a file that nests ten thousand deep', () => {
    expect(rulesOf('['.repeat(10_000))).toEqual(['depth']);
    expect(
      rulesOf(`a:\n${Array.from({ length: 300 }, (_, n) => `${' '.repeat(n)}b:\n`).join('')}`),
    ).toContain('depth');
  });
});
