import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardBody } from '../infra/dashboard/body.ts';
import { renderDashboard } from '../infra/dashboard/render.ts';
import { ALARM_NAMES } from '../infra/stack/alarms.ts';
import { templateOf } from '../infra/stack/index.ts';
import { SOURCES } from '../runner/adapters/references/sources.ts';
import { findFleet } from '../runner/deploy/build/find-fleet.ts';
import type { Noun, Permission, StepInput, Verb } from '../runner/kinds/kind.ts';
import { formatReads } from '../runner/kinds/read-limit.ts';
import { canarySchema } from '../runner/load/index.ts';
import { KINDS } from '../runner/registry.ts';
import { blamePage } from './blame-page.ts';
import { fleetRequestIn } from './fleet-request.ts';

const ROOT = join(import.meta.dirname, '..');

/**
 * Files generated from the tables of kinds and from the canaries, by path; never edited by hand.
 * @throws Error if the canaries cannot be deployed.
 */
export async function generatedFiles(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Readonly<Record<string, string>>> {
  const found = findFleet(fleetRequestIn(env));
  if ('faults' in found) throw new Error(found.faults.join('\n'));
  return {
    'canaries/canary.schema.json': `${JSON.stringify(canarySchema(KINDS), null, 2)}\n`,
    'infra/permissions.generated.json': `${JSON.stringify(permissions(), null, 2)}\n`,
    'docs/reference/kinds.md': kindsPage(),
    'docs/reference/blame.md': blamePage(),
    'docs/guide/notifications.md': withChannels(readOr('docs/guide/notifications.md') ?? ''),
    'infra/dashboard.generated.json': `${dashboardBody(ALARM_NAMES)}\n`,
    'docs/guide/dashboard.svg': renderDashboard(ALARM_NAMES),
    'template.yaml': templateOf(found.fleet),
  };
}

/** The generated files that are out of date. */
export async function staleFiles(): Promise<readonly string[]> {
  return Object.entries(await generatedFiles({}))
    .filter(([path, text]) => readOr(path) !== text)
    .map(([path]) => path);
}

function permissions(): Readonly<Record<string, readonly string[]>> {
  const all: readonly (Verb | Noun)[] = [...Object.values(KINDS.verbs), ...Object.values(KINDS.nouns)];
  const needed = [
    ...all.map((kind) => [kind.name, mostOf(kind)] as const),
    ...Object.entries(SOURCES).map(
      ([scheme, source]) => [`\${${scheme}:}`, source.permissions('<name>')] as const,
    ),
  ];
  return Object.fromEntries(
    needed.map(([name, some]) => [name, [...new Set(some.map(({ action }) => action))]]),
  );
}

/** The most permissions of a kind: with all of its keys, and with only the required ones. */
function mostOf(kind: Verb | Noun): readonly Permission[] {
  const { required = [] } = kind.input as { readonly required?: readonly string[] };
  const inputs = [() => true, (key: string) => required.includes(key)].map(
    (isGiven) =>
      new Proxy(
        {},
        { get: (_, key) => (isGiven(String(key)) ? `<${String(key)}>` : undefined) },
      ) as StepInput,
  );
  return inputs.flatMap((input) => kind.permissions(input));
}

function kindsPage(): string {
  const acts = Object.values(KINDS.verbs).map(section);
  const looks = Object.values(KINDS.nouns).map(section);
  return `# Verbs and nouns\n\nThis page is made from the tables of kinds by \`npm run generate\`.\n\n## Verbs: what a canary does\n\n${acts.join('\n')}\n## Nouns: what a canary waits to see\n\n${looks.join('\n')}`;
}

/** A page with the table of channels between its two marks. */
function withChannels(page: string): string {
  const rows = Object.values(KINDS.channels).map(({ name, address, options, reach }) => {
    const keys = Object.entries(options).map(([key, { words, purpose }]) => {
      const values = words === undefined ? '' : ` (${words.map((word) => `\`${word}\``).join(' or ')})`;
      return `\`${key}\`${values} ${purpose}`;
    });
    return `| \`${name}\` | ${address} | ${keys.join('; ')} | ${reach.by === 'aws' ? `\`${reach.action}\`` : ''} |`;
  });
  const table = ['| key | address | other keys | permission |', '|---|---|---|---|', ...rows].join('\n');
  const [begin, end] = ['<!-- channels: made by npm run generate -->', '<!-- end of channels -->'];
  return page.replace(new RegExp(`${begin}.*${end}`, 's'), `${begin}\n\n${table}\n\n${end}`);
}

function section(kind: Verb | Noun): string {
  const keys = Object.entries(
    kind.input.properties as Readonly<Record<string, { readonly description?: string }>>,
  );
  const rows = keys.map(
    ([key, { description = '' }]) =>
      `| \`${'primaryInput' in kind && key === kind.primaryInput ? `${kind.name}:` : key}\` | ${description} |`,
  );
  const sees = Object.entries(kind.view).map(
    ([field, { description }]) => `| \`${field}\` | ${description} |`,
  );
  return [
    `### ${kind.name}`,
    '',
    `${kind.summary[0]?.toUpperCase()}${kind.summary.slice(1)}.`,
    '',
    '```yaml',
    kind.example.trimEnd(),
    '```',
    '',
    ...('consistency' in kind
      ? [`Delay: ${kind.consistency}`, '', `Reads per poll: ${formatReads(kind.reads)}`, '']
      : []),
    '| key | |',
    '|---|---|',
    ...rows,
    '',
    ...(sees.length === 0
      ? ['Its `response` sees nothing.', '']
      : [`| what \`${'primaryInput' in kind ? 'response' : 'has'}\` sees | |`, '|---|---|', ...sees, '']),
  ].join('\n');
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return undefined; // a file that is not there is stale too
  }
}

if (process.argv[1] === import.meta.filename) {
  const files = await generatedFiles();
  for (const [path, text] of Object.entries(files)) writeFileSync(join(ROOT, path), text);
  process.stdout.write(`wrote ${Object.keys(files).join(', ')}\n`);
}
