import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..', '..');
// Reports each module that is loaded, before Coalmine is.
const TELLING = `data:text/javascript,import{registerHooks}from'node:module';registerHooks({load(url,context,next){process.stderr.write('loaded '+url+'\\n');return next(url,context)}})`;

function loadedBy(...argv: readonly string[]): readonly string[] {
  const script = `${process.execPath} --import "${TELLING}" runner/cli/bin.ts ${argv.join(' ')} 2>&1 >/dev/null; true`;
  return execFileSync('sh', ['-c', script], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('loaded '));
}

describe('starting', () => {
  it.each([
    {
      argv: ['--version'],
      never:
        /node_modules\/(?!node\/)|runner\/(?!cli\/(?:bin|setup\/(?:process-)?io)|adapters\/runtime\/owner-process|core\/model\/version)/,
    },
    { argv: ['validate', 'canaries'], never: /@aws-sdk|@smithy|undici|compose-app\.ts/ },
    { argv: ['list', 'canaries'], never: /@aws-sdk|@smithy|undici|compose-app\.ts/ },
    { argv: ['history', 'canaries/shop'], never: /@aws-sdk|@smithy|undici|compose-app\.ts/ },
    { argv: ['explain', 'canaries'], never: /@aws-sdk|@smithy|undici|compose-app\.ts/ },
  ])('$argv loads only what it needs', ({ argv, never }) => {
    const loaded = loadedBy(...argv);

    expect(loaded.some((line) => line.includes('runner/cli/bin.ts'))).toBe(true);
    expect(loaded.filter((line) => never.test(line))).toEqual([]);
  });

  it('bites: a run that reaches for AWS is seen to', () => {
    expect(loadedBy('tap', 'canaries/shop').some((line) => /compose-app\.ts/.test(line))).toBe(true);
  });
});
