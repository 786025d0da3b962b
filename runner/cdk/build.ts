import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { CoalmineRunnerProps } from './props.ts';
import type { StackTemplate } from './values.ts';

/** The stack of a project's canaries, built into a folder that lasts as long as the process. */
export interface BuiltCanaries {
  readonly folder: string;
  readonly template: StackTemplate;
  /** Warnings of the build, as text. */
  readonly warnings: string;
}

/** Constructs are made at once, but a build waits. So it is a process of its own: the command that a pipeline calls. */
const COMMAND = import.meta.filename.endsWith('.ts')
  ? join(import.meta.dirname, '../cli/bin.ts')
  : join(import.meta.dirname, 'coalmine.mjs');

/** Builds of this process, by their canaries and environment: an app often has the same runner in several regions. */
const BUILDS = new Map<string, BuiltCanaries>();

/**
 * Builds the stack of a project's canaries.
 * @throws Error with every fault of the files, each with its place, reason and remedy.
 */
export function buildCanaries({
  canaries = './canaries',
  environment,
}: Pick<CoalmineRunnerProps, 'canaries' | 'environment'>): BuiltCanaries {
  const paths = [canaries].flat().map((path) => resolve(path));
  const key = JSON.stringify([paths, environment]);
  const known = BUILDS.get(key);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-cdk-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const named = environment === undefined ? [] : ['--env', environment];
  const { status, stderr, error } = spawnSync(
    process.execPath,
    [COMMAND, 'build', '--out', folder, ...named, '--', ...paths],
    { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
  );
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`The canaries cannot be deployed.\n${stderr.trim()}`);
  const template = parse(readFileSync(join(folder, 'template.yaml'), 'utf8')) as StackTemplate;
  const built = { folder, template, warnings: stderr.trim() };
  BUILDS.set(key, built);
  return built;
}
