import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardBody } from '../infra/dashboard/body.ts';
import { renderDashboard } from '../infra/dashboard/render.ts';
import { ALARM_NAMES } from '../infra/stack/alarms.ts';
import { templateOf } from '../infra/stack/index.ts';
import { SOURCES } from '../runner/adapters/references/sources.ts';
import { schemaText } from '../runner/cli/files/schema-files.ts';
import { findFleet } from '../runner/deploy/build/find-fleet.ts';
import type { Noun, Permission, StepInput, Verb } from '../runner/kinds/kind.ts';
import { KINDS } from '../runner/registry.ts';
import { fleetRequestIn } from './fleet-request.ts';
import { apiPage } from './pages/api-page.ts';
import { blamePage } from './pages/blame-page.ts';
import { canaryFilePage } from './pages/canary-file-page.ts';
import { withChannels } from './pages/channels-table.ts';
import { commandsPage } from './pages/commands-page.ts';
import { kindsPage } from './pages/kinds-page.ts';
import { limitsPage } from './pages/limits-page.ts';
import { operatorsPage } from './pages/operators-page.ts';
import { projectFilePage } from './pages/project-file-page.ts';

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
    'canaries/canary.schema.json': schemaText('canary'),
    'canaries/part.schema.json': schemaText('part'),
    'canaries/project.schema.json': schemaText('project'),
    'infra/permissions.generated.json': `${JSON.stringify(permissions(), null, 2)}\n`,
    'docs/reference/api.md': apiPage(),
    'docs/reference/commands.md': commandsPage(),
    'docs/reference/canary-file.md': canaryFilePage(),
    'docs/reference/project-file.md': projectFilePage(),
    'docs/reference/operators.md': operatorsPage(),
    'docs/reference/limits.md': limitsPage(),
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
      ([scheme, source]) =>
        [`\${${scheme}:}`, source.examples.flatMap((name) => source.permissions(name))] as const,
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
