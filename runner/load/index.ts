import type { ActStep, Canary, Step } from '../core/canary.ts';
import { type Environment, NO_PROJECT, type Project } from '../core/project.ts';
import { checkWhole } from './check-canary.ts';
import { checkNames } from './check-names.ts';
import { compileHead, defaultTimeoutMs } from './compile-canary.ts';
import { compileProject } from './compile-project.ts';
import type { Kinds } from './compile-step.ts';
import {
  compileSteps,
  type Origin,
  type PartSource,
  type Steps,
  type StepsContext,
} from './compile-steps.ts';
import { checkWindows } from './compile-windows.ts';
import { type Diagnostic, Report, type SourceFile, sorted } from './diagnostics.ts';
import { MOST_STEPS } from './limits.ts';
import { entryOf } from './reader.ts';
import { readTree, type Tree } from './yaml-tree.ts';

export type { Kinds } from './compile-step.ts';
export { type Diagnostic, type SourceFile, sayDiagnostic } from './diagnostics.ts';
export { canarySchema } from './schema.ts';

/** A canary that loaded, and the project it belongs to. */
export interface LoadedCanary {
  readonly canary: Canary;
  readonly project: Project;
  /** Absent where the canary has no project file. */
  readonly projectFile?: string;
}

/** What a set of files came to. */
export interface Loaded {
  /** Those without an error, in the order of their files. */
  readonly canaries: readonly LoadedCanary[];
  /** All that was found, in all files, sorted. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Where files come from. */
export interface Files extends PartSource {
  /** The canary files to load, sorted. */
  readonly canaries: readonly SourceFile[];
  /** The project file beside a canary or in a folder above it, the nearest one. */
  projectOf(canaryPath: string): SourceFile | undefined;
  /** Whether all canaries of a project file are among these, so that what is said of them can be checked. */
  covers(projectPath: string): boolean;
}

/** Loads canaries: reads, checks and puts them together. It reports every fault of every file, and throws for none. */
export function load(files: Files, kinds: Kinds): Loaded {
  const projects = new Map<string, LoadedProject>();
  const projectOf = (path: string): { readonly project: Project; readonly file?: string } => {
    const file = files.projectOf(path);
    if (file === undefined) return { project: NO_PROJECT };
    const known = projects.get(file.path) ?? loadProject(file);
    projects.set(file.path, known);
    return { project: known.project, file: file.path };
  };
  const loaded = files.canaries.map((file) => {
    const { project, file: projectFile } = projectOf(file.path);
    return { ...loadOne(file, project, files, kinds), ...(projectFile === undefined ? {} : { projectFile }) };
  });
  for (const [path, one] of projects) if (files.covers(path)) checkProject(one, loaded);
  const twice = sameNames(loaded);
  const diagnostics = [
    ...loaded.flatMap((one) => one.diagnostics),
    ...[...projects.values()].flatMap(({ report }) => report.diagnostics),
    ...twice,
  ];
  const faulty = new Set(diagnostics.filter(({ severity }) => severity === 'error').map(({ file }) => file));
  const canaries = loaded.flatMap(({ canary, project, projectFile, files: own }) => {
    if (
      canary === undefined ||
      own.some((path) => faulty.has(path)) ||
      (projectFile !== undefined && faulty.has(projectFile))
    )
      return [];
    return [{ canary, project, ...(projectFile === undefined ? {} : { projectFile }) }];
  });
  return { canaries, diagnostics: sorted(diagnostics) };
}

/** The project in a project file, and every fault of it; without a project where one of them is an error. */
export function readProject(file: SourceFile): {
  readonly project?: Project;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { project, report } = loadProject(file);
  const isSound = report.diagnostics.every(({ severity }) => severity !== 'error');
  return { diagnostics: sorted(report.diagnostics), ...(isSound ? { project } : {}) };
}

interface LoadedOne {
  readonly canary: Canary | undefined;
  readonly project: Project;
  readonly report: Report;
  readonly root: Tree | undefined;
  /** The canary's own file and those of its parts. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

interface LoadedProject {
  readonly project: Project;
  readonly report: Report;
  readonly root: Tree | undefined;
}

function loadProject(file: SourceFile): LoadedProject {
  const report = new Report(file);
  const root = readTree(report);
  return { project: root === undefined ? NO_PROJECT : compileProject(root, report), report, root };
}

/** What a project says of its canaries can be checked only where all of them could be read. */
function checkProject({ project, report, root }: LoadedProject, loaded: readonly LoadedOne[]): void {
  const canaries = loaded.flatMap((one) => (one.project === project ? [one.canary] : []));
  const known = canaries.filter((canary) => canary !== undefined);
  const isSound = report.diagnostics.every(({ severity }) => severity !== 'error');
  if (root !== undefined && isSound && known.length === canaries.length) checkWindows(root, known, report);
}

function loadOne(file: SourceFile, project: Project, parts: PartSource, kinds: Kinds): LoadedOne {
  const report = new Report(file);
  const partReports = new Map<string, Report>();
  const root = readTree(report);
  const canary =
    root === undefined ? undefined : compile(root, project, { report, partReports, parts, kinds });
  const diagnostics = [report, ...partReports.values()].flatMap((one) => one.diagnostics);
  return { canary, project, report, root, files: [file.path, ...partReports.keys()], diagnostics };
}

type With = Pick<StepsContext, 'report' | 'partReports' | 'parts' | 'kinds'>;

function compile(root: Tree, project: Project, given: With): Canary | undefined {
  const { report, kinds } = given;
  const head = compileHead(root, project, report);
  if (head === undefined) return undefined;
  const origins = new Map<Step, Origin>();
  const varOrigins = new Map<string, Origin>();
  const globals = new Set(project.environments.flatMap(({ vars }) => Object.keys(vars)));
  const context: StepsContext = {
    ...given,
    globals,
    origins,
    varOrigins,
    prefix: '',
    scope: '',
    ownVars: new Set(Object.keys(head.canary.vars)),
    budget: { left: MOST_STEPS },
    within: [report.file.path],
  };
  const nothing: Steps = { steps: [], vars: {} };
  const steps = head.steps === undefined ? nothing : compileSteps(head.steps, context);
  const cleanup =
    head.cleanup === undefined ? nothing : compileSteps(head.cleanup, { ...context, prefix: 'cleanup-' });
  const canary: Canary = {
    ...head.canary,
    timeoutMs: head.canary.timeoutMs ?? defaultTimeoutMs(head.canary, project),
    vars: { ...head.canary.vars, ...steps.vars, ...cleanup.vars },
    steps: steps.steps,
    cleanup: actsOf(cleanup.steps, origins),
  };
  checkNames({ canary, environments: allowed(canary, project), root, report, origins, varOrigins });
  if (report.diagnostics.every(({ severity }) => severity !== 'error'))
    checkWhole({ canary, project, kinds, root, report, origins });
  return canary;
}

/** Cleanup acts; a check in it would hold up what must happen. */
function actsOf(steps: readonly Step[], origins: ReadonlyMap<Step, Origin>): readonly ActStep[] {
  return steps.flatMap((step) => {
    if (step.mode === 'act') return [step];
    const origin = origins.get(step);
    const at = origin === undefined ? undefined : entryOf(origin.tree, step.mode)?.keyAt;
    if (at !== undefined)
      origin?.report.error(at, {
        rule: 'cleanup',
        message: `'${step.mode}' in cleanup, where steps only act`,
        hint: 'move it to steps',
      });
    return [];
  });
}

function allowed({ only }: Canary, { environments }: Project): readonly Environment[] {
  return environments.filter(({ name }) => only === undefined || only.includes(name));
}

/** Metrics, history and alerts hang on the name, so it is unique over all files. */
function sameNames(loaded: readonly LoadedOne[]): readonly Diagnostic[] {
  const first = new Map<string, string>();
  return loaded.flatMap(({ canary, report, root }) => {
    if (canary === undefined || root === undefined || canary.name === '') return [];
    const other = first.get(canary.name);
    first.set(canary.name, other ?? report.file.path);
    const entry = entryOf(root, 'canary');
    if (other === undefined || entry === undefined) return [];
    const again = new Report(report.file);
    again.error(entry.value.at, {
      rule: 'name',
      message: `'${canary.name}' is the name of ${other} too`,
      hint: 'give each canary a name of its own',
    });
    return again.diagnostics;
  });
}
