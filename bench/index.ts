import { parseArgs } from 'node:util';
import type { Part, Scale } from './measure/part.ts';
import { PINNING } from './measure/processes.ts';
import { endOf, HEAD, type Line, linesOf } from './measure/report.ts';
import { PARTS } from './parts.ts';

const USAGE = `npm run bench [-- [PART …] [--quick] [--peers]]

  --quick   fewer rounds and smaller sizes; only for a first look
  --peers   the part 'peers' alone, or with the parts that are named: it installs tools of others into dist/bench-peers

${PARTS.map(({ name, about }) => `  ${name.padEnd(10)}${about}`).join('\n')}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** The parts to measure, in the order of the table. */
function chosen(): readonly Part[] {
  const unknown = positionals.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0 || values.help) {
    process.stderr.write(`${unknown.map((name) => `There is no part '${name}'.\n`).join('')}${USAGE}`);
    process.exit(values.help ? 0 : 2);
  }
  return PARTS.filter(({ name, optional = false }) => {
    if (name === 'peers' && values.peers) return true;
    return positionals.length === 0 ? !optional && !values.peers : positionals.includes(name);
  });
}

const scale: Scale = values.tiny ? 'tiny' : values.quick ? 'quick' : 'full';
const parts = chosen();
const lines: Line[] = [];
const refused: string[] = [];
process.stderr.write(`${PINNING}, scale: ${scale}\n`);
process.stdout.write(`${HEAD}\n`);
for (const part of parts) {
  if (part.unavailable !== undefined) {
    process.stderr.write(`${part.name}: not measured: ${part.unavailable}\n`);
    if (positionals.includes(part.name)) refused.push(part.name);
    continue;
  }
  const beganAtMs = performance.now();
  process.stderr.write(`${part.name}: ${part.about} …\n`);
  const found = linesOf(part, await part.measure(scale));
  process.stdout.write(`${found.map(({ text }) => text).join('\n')}\n`);
  process.stderr.write(`${part.name}: ${Math.round((performance.now() - beganAtMs) / 1_000)} s\n`);
  lines.push(...found);
}
const { notes, code } = endOf(lines, refused);
process.stderr.write(notes.map((note) => `${note}\n`).join(''));
process.exitCode = code;
