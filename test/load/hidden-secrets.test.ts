import { describe, expect, it } from '@jest/globals';
import { writtenSecret } from '../../runner/load/values/written-secret.ts';
import { formatDiagnostic, Report } from '../../runner/load/yaml/diagnostics.ts';

const LINE = 'hook: { secret: hunter2-hunter2, timeout: 5 }';
const SECRET = 'hunter2-hunter2';
const spanOf = (word: string) => ({ start: LINE.indexOf(word), end: LINE.indexOf(word) + word.length });

function printed(secretAt: string): string {
  const report = new Report({ path: 'a.yaml', text: `a: 1\n${LINE}\nb: 2\n` });
  const shift = ({ start, end }: { start: number; end: number }) => ({ start: start + 5, end: end + 5 });
  report.error(shift(spanOf('timeout')), {
    rule: 'unit',
    message: 'a time needs its unit',
    hint: 'write 5s',
  });
  report.error(shift(spanOf(secretAt)), writtenSecret('secret'));
  return report.diagnostics.map(formatDiagnostic).join('\n');
}

describe('a line with a written secret', () => {
  it.each([
    ['its key', 'secret'],
    ['its value', SECRET],
  ])(
    'is shown without the secret by every fault in it, if the fault of the secret stands at %s',
    (_place, at) => {
      const lines = printed(at);

      expect(lines).not.toContain('hunter2');
      expect(lines.match(/hook: \{ secret: \*+/g)).toHaveLength(2);
    },
  );
});
