import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type LocalAws, startLocalAws } from '../../infra/local-aws/index.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { type Fence, fencesOf, pathOf } from '../support/pages.ts';
import { shapeOf } from '../support/shape-of-run.ts';
import { type Cloud, cloudOf } from './cloud.ts';
import { EVENTS } from './systems/events.ts';
import { HTTP } from './systems/http.ts';
import { PROJECTS } from './systems/projects.ts';
import { QUEUES } from './systems/queues.ts';
import { WORKFLOWS } from './systems/workflows.ts';

const PAGES = join(import.meta.dirname, '../../docs/recipes');
const STANDSTILL = 'The runner stood still';
const REPEATS = 5;
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';
const SYSTEMS = { ...QUEUES, ...EVENTS, ...WORKFLOWS, ...HTTP, ...PROJECTS };

/** A canary of a page, and the blocks that show its output, by their info string. */
interface Recipe {
  readonly page: string;
  readonly canary: string;
  readonly path: string;
  readonly shown: Readonly<Record<string, Fence>>;
}

const fences = readdirSync(PAGES)
  .filter((name) => name.endsWith('.md'))
  .flatMap((page) => fencesOf(readFileSync(join(PAGES, page), 'utf8')).map((fence) => ({ page, fence })));
const recipes = recipesIn(fences);
const outputs: Record<string, Readonly<Record<string, string>>> = {};

let aws: LocalAws;
let cloud: Cloud;

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  aws = await startLocalAws();
  cloud = cloudOf(aws);
  for (const deploy of Object.values(SYSTEMS)) await deploy(cloud);
  const io = { env: { ...process.env, AWS_ENDPOINT_URL: aws.url }, cwd: projectFolder() };
  const run = async (some: readonly Recipe[]): Promise<Readonly<Record<string, string>>> => {
    const printed = [...Map.groupBy(some, ({ path }) => dirname(path))].map(async ([folder, canaries]) => {
      const paths = canaries.map(({ path }) => path);
      return reportsIn((await coalmine(['run', ...paths, ...environmentOf(folder)], io)).stdout);
    });
    return Object.assign({}, ...(await Promise.all(printed))) as Record<string, string>;
  };
  /** A run during which a busy machine stood still decides nothing: it is repeated. */
  const runAll = async (): Promise<Readonly<Record<string, string>>> => {
    let reports = await run(recipes);
    for (let tries = 0; tries < REPEATS; tries += 1) {
      const undecided = recipes.filter(({ canary }) => reports[canary]?.includes(STANDSTILL));
      if (undecided.length === 0) break;
      reports = { ...reports, ...(await run(undecided)) };
    }
    return reports;
  };
  await coalmine(['tap', '--env', 'staging'], io);
  outputs['green'] = await runAll();
  await cloud.setBroken(true);
  outputs['red'] = await runAll();
  await cloud.setBroken(false);
  outputs['sweep'] = sweptIn((await coalmine(['sweep', '--env', 'staging'], io)).stdout);
  outputs['permissions'] = permissionsIn(
    (await coalmine(['explain', ...new Set(recipes.map(({ path }) => dirname(path)))], io)).stdout,
  );
  if (isUpdate) writePages();
});
afterAll(async () => {
  await cloud.close();
  await aws.close();
});

function recipesIn(all: readonly { readonly page: string; readonly fence: Fence }[]): readonly Recipe[] {
  const found: (Recipe & { readonly shown: Record<string, Fence> })[] = [];
  for (const { page, fence } of all) {
    const path = pathOf(fence);
    const [, shown] = /^text (green|red|permissions|sweep)$/.exec(fence.info) ?? [];
    if (path?.endsWith('.canary.yaml') === true) {
      const { canary } = parse(fence.text) as { readonly canary: string };
      found.push({ page, canary, path, shown: {} });
    } else if (shown !== undefined) {
      const { [found.length - 1]: recipe } = found;
      if (recipe !== undefined) recipe.shown[shown] = fence;
    }
  }
  return found;
}

function projectFolder(): string {
  const folder = emptyFolder();
  for (const { fence } of fences) {
    const path = pathOf(fence);
    if (path === undefined) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), fence.text);
  }
  return folder;
}

/** The report of each canary, by its name. */
function reportsIn(stdout: string): Readonly<Record<string, string>> {
  const reports = stdout
    .split(/\n(?=\S )/)
    .map((text) => [/^\S (\S+)/.exec(text)?.[1] ?? '', text.split('\n\n')[0]?.trimEnd()]);
  return Object.fromEntries(reports) as Record<string, string>;
}

function permissionsIn(stdout: string): Readonly<Record<string, string>> {
  const canaries = stdout.split(/\n(?=\S)/).map((text) => {
    const [, needs = ''] = /It needs these permissions:\n([\s\S]*)/.exec(text) ?? [];
    return [/^\S+/.exec(text)?.[0] ?? '', needs.replaceAll(/^ {4}/gm, '').trimEnd()];
  });
  return Object.fromEntries(canaries) as Record<string, string>;
}

/** The lines of a sweep about each canary. */
function sweptIn(stdout: string): Readonly<Record<string, string>> {
  const byCanary = Map.groupBy(recipes, ({ canary }) => canary);
  const lines = [...byCanary.keys()].map((canary) => {
    const about = stdout.split(/\n(?=\S)/).filter((text) => text.includes(` ${canary} `));
    return [canary, about.join('\n').trimEnd()];
  });
  return Object.fromEntries(lines) as Record<string, string>;
}

/** The canaries of the recipes run in staging; a project of its own has one environment. */
function environmentOf(folder: string): readonly string[] {
  return folder === 'canaries' ? ['--env', 'staging'] : [];
}

function writePages(): void {
  for (const [page, some] of Map.groupBy(recipes, (recipe) => recipe.page)) {
    const path = join(PAGES, page);
    const blocks = some.flatMap(({ canary, shown }) =>
      Object.entries(shown).map(([kind, fence]) => ({ fence, text: outputs[kind]?.[canary] ?? '' })),
    );
    let text = readFileSync(path, 'utf8');
    for (const { fence, text: printed } of blocks.toSorted((a, b) => b.fence.start - a.fence.start)) {
      if (shapeOf(printed) === shapeOf(fence.text.trimEnd())) continue;
      text = `${text.slice(0, fence.start)}${printed}\n${text.slice(fence.end)}`;
    }
    writeFileSync(path, text);
  }
}

describe('the recipes', () => {
  it('are at least twenty, each with a system of its own', () => {
    expect(recipes.length).toBeGreaterThanOrEqual(20);
    expect(recipes.map(({ canary }) => canary).toSorted()).toEqual(Object.keys(SYSTEMS).toSorted());
  });

  it.each(recipes)(
    '$canary prints what $page shows of a green and a red run, and its permissions',
    (recipe) => {
      expect(Object.keys(recipe.shown)).toEqual(expect.arrayContaining(['green', 'red', 'permissions']));
      for (const [kind, { text }] of Object.entries(isUpdate ? {} : recipe.shown)) {
        expect(shapeOf(outputs[kind]?.[recipe.canary] ?? 'nothing')).toBe(shapeOf(text.trimEnd()));
      }
    },
  );

  it.each(recipes)('$canary has a verdict that fits the state of its system', ({ canary }) => {
    expect(outputs['green']?.[canary]).not.toContain('✗');
    expect(outputs['red']?.[canary]).toContain('✗');
  });
});
