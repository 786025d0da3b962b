import { join } from 'node:path';
import { inTurn, ratios } from '../measure/numbers.ts';
import { partOf } from '../measure/part.ts';
import { measureNode } from '../measure/processes.ts';
import { COALMINE } from '../measure/project.ts';

const EXAMPLE = join(import.meta.dirname, '../../test/examples/http-health.canary.yaml');

/** The start of the command line, against an empty script. */
export const start = partOf({
  name: 'start',
  about: 'the start of the command line, against an empty script',
  figures: {
    version: { name: '`coalmine --version`: CPU ÷ node -e 0', unit: '×', atMost: 1.3 },
    validate: { name: '`coalmine validate`, one file: CPU ÷ node -e 0', unit: '×', atMost: 4.5 },
  },
  sizes: { full: { rounds: 7 }, quick: { rounds: 3 }, tiny: { rounds: 1 } },
  measure: async ({ rounds }) => {
    const cpuMs = async (...argv: readonly string[]) => (await measureNode(argv)).cpuMs;
    const { version, validate, nothing } = await inTurn(rounds, {
      version: async () => cpuMs(COALMINE, '--version'),
      validate: async () => cpuMs(COALMINE, 'validate', EXAMPLE),
      nothing: async () => cpuMs('-e', '0'),
    });
    return { version: ratios(version, nothing), validate: ratios(validate, nothing) };
  },
});
