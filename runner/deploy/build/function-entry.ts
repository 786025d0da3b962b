import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { reporterSpecs } from '../../../reporters/registry/open.ts';
import * as reporters from '../../../reporters/registry/table.ts';
import * as CHANGES from '../../adapters/changes/table.ts';
import { SOURCES } from '../../adapters/references/sources.ts';
import { changeablesOf } from '../../core/compare/changeable.ts';
import type { Step } from '../../core/model/canary.ts';
import type { Fleet } from '../../engine/fleet-context.ts';
import { KINDS } from '../../registry.ts';
import type { FunctionName } from '../functions.ts';
import type { FunctionCode } from './function-modules.ts';

/** The parts that each function is given besides its fleet. */
const PARTS = {
  tick: ['sources', 'notifiers', 'reporters'],
  worker: ['sources', 'notifiers', 'reporters', 'verbs', 'nouns', 'changes', 'checks'],
  'tap-reader': ['sources'],
  inbox: [],
} as const satisfies Readonly<Record<FunctionName, readonly string[]>>;

/** The tables from which parts are chosen. */
type Table = Exclude<(typeof PARTS)[FunctionName][number], 'checks'>;

/** The name under which an entry imports the checks of inputs, whose text is {@link checksOf}. */
export const CHECKS = 'coalmine:checks';

/** The source of a function's entry file. It names what its fleet uses of each table; a bundler leaves the rest out. */
export function entryOf(name: FunctionName, fleet: Fleet, pathOf: FunctionCode['pathOf']): string {
  const handler = `${name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Handler`;
  const used = usedBy(fleet);
  const parts = PARTS[name].map((part) => {
    if (part === 'checks') return { line: `import * as checks from '${CHECKS}';`, value: 'checks' };
    const entries = used[part].map((one) => `${one}: ${part}.${one}`);
    return {
      line: `import * as ${part} from ${JSON.stringify(pathOf(part))};`,
      value: `${part}: { ${entries.join(', ')} }`,
    };
  });
  return `import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ${handler} } from ${JSON.stringify(pathOf(name))};
${parts.map(({ line }) => line).join('\n')}

const fleet = readFileSync(join(__dirname, 'fleet.json'), 'utf8');
export const handler = ${handler}({ fleet, ${parts.map(({ value }) => value).join(', ')} });
`;
}

/** The schemas of a fleet's inputs as code, so that no compiler is needed at run time. */
export function checksOf(fleet: Fleet): string {
  const { verbs, nouns } = usedBy(fleet);
  const ajv = new Ajv({ allErrors: true, strict: false, validateSchema: false, code: { source: true } });
  const used = Object.entries({ ...KINDS.verbs, ...KINDS.nouns }).filter(([name]) =>
    [...verbs, ...nouns].includes(name),
  );
  for (const [name, { input }] of used) ajv.addSchema(JSON.parse(JSON.stringify(input)) as object, name);
  const write = standalone as unknown as (from: Ajv, names: Readonly<Record<string, string>>) => string;
  return write(ajv, Object.fromEntries(used.map(([name]) => [name, name])));
}

/** The entries of each table that a fleet uses. */
function usedBy(fleet: Fleet): Readonly<Record<Table, readonly string[]>> {
  const kinds = fleet.canaries
    .flatMap(({ steps, cleanup }): readonly Step[] => [...steps, ...cleanup])
    .map(({ kind }) => kind);
  const channels = fleet.project.channels.map(({ kind }) => kind);
  const text = JSON.stringify(fleet);
  const changeables = fleet.canaries.flatMap((canary) => changeablesOf(canary, fleet.environment));
  const among = (table: object, isUsed: (name: string) => boolean) => Object.keys(table).filter(isUsed);
  return {
    verbs: among(KINDS.verbs, (name) => kinds.includes(name)),
    nouns: among(KINDS.nouns, (name) => kinds.includes(name)),
    notifiers: among(KINDS.channels, (name) => channels.includes(name)),
    reporters: [
      'log',
      ...reporterSpecs(fleet.project.reporters, reporters, 'functions').map(({ kind }) => kind.name),
    ],
    changes: among(CHANGES, (type) => changeables.some((one) => one.type === type)),
    sources: among(SOURCES, (scheme) => text.includes(`\${${scheme}:`)),
  };
}
