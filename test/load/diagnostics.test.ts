import { describe, expect, it } from '@jest/globals';
import { sayDiagnostic } from '../../runner/load/index.ts';
import { LONGEST_SCALAR, MOST_BYTES, MOST_DEPTH, MOST_STEPS } from '../../runner/load/limits.ts';
import { loadText, textsIn } from './support.ts';

/** One small bad file for each rule; its last lines, after `# says`, are what it must be told. */
const BAD = textsIn('bad');

describe('every rule of the language', () => {
  it.each(Object.keys(BAD))('%s', (name) => {
    const [text = '', expected = ''] = (BAD[name] as string).split('# says\n');
    const told = expected.replace(/^# ?/gm, '').trimEnd();

    const { diagnostics } = loadText(text, {
      'part.part.yaml': 'part: x\ninputs: [a]\nsteps:\n  - http: GET https://x/${a}\n',
    });

    expect(diagnostics.map(sayDiagnostic).join('\n\n')).toBe(told);
  });
});

describe('limits', () => {
  const canary = (steps: string): string => `canary: a\nowner: b\nsteps:\n${steps}`;
  const step = '  - http: GET https://x\n';
  const rulesOf = (text: string): readonly string[] => [
    ...new Set(loadText(text).diagnostics.map(({ rule }) => rule)),
  ];
  const padded = (bytes: number): string => {
    const base = canary(step);
    return `${base}${'#'.repeat(bytes - base.length)}`;
  };
  const nested = (depth: number): string =>
    canary(`  - http: POST https://x\n    body: ${'['.repeat(depth)}1${']'.repeat(depth)}\n`);

  it.each([
    { title: 'bytes', at: padded(MOST_BYTES), over: padded(MOST_BYTES + 1), rule: 'size' },
    {
      title: 'steps',
      at: canary(step.repeat(MOST_STEPS))
        .replace('owner: b', 'owner: b\ntimeout: 14m')
        .replaceAll('https://x\n', 'https://x\n    timeout: 1s\n'),
      over: canary(step.repeat(MOST_STEPS + 1)),
      rule: 'size',
    },
    {
      title: 'a value',
      at: canary(`  - http: POST https://x\n    body: "${'x'.repeat(LONGEST_SCALAR)}"\n`),
      over: canary(`  - http: POST https://x\n    body: "${'x'.repeat(LONGEST_SCALAR + 1)}"\n`),
      rule: 'size',
    },
    { title: 'nesting in brackets', at: nested(MOST_DEPTH - 4), over: nested(MOST_DEPTH + 1), rule: 'depth' },
    {
      title: 'nesting in one line',
      at: canary(step),
      over: canary(`  ${'- '.repeat(MOST_DEPTH + 1)}x\n`),
      rule: 'depth',
    },
    {
      title: 'tokens',
      at: canary(step),
      over: canary(`  - http: POST https://x\n    body: [${'1,'.repeat(12_000)}1]\n`),
      rule: 'size',
    },
  ])('hold for $title', ({ at, over, rule }) => {
    expect(rulesOf(at)).toEqual([]);
    expect(rulesOf(over)).toEqual([rule]);
  });

  it('hold against a file that nests ten thousand deep', () => {
    expect(rulesOf('['.repeat(10_000))).toEqual(['depth']);
    expect(
      rulesOf(`a:\n${Array.from({ length: 300 }, (_, n) => `${' '.repeat(n)}b:\n`).join('')}`),
    ).toContain('depth');
  });
});
