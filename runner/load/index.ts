import { omitUndefined } from '../core/base/omit-undefined.ts';
import { writtenName } from '../core/expression/template.ts';
import type { Canary, Step } from '../core/model/canary.ts';
import { type Environment, NO_PROJECT, type Project } from '../core/model/project.ts';
import type { Kinds } from '../kinds/kind.ts';
import { checkWhole } from './canary/check.ts';
import { checkNames } from './canary/check-names.ts';
import { type CanaryHead, compileHead, defaultTimeoutMs } from './canary/compile.ts';
import { actsOf, compileLists } from './canary/lists.ts';
import { isBelowMisnamed, type Misnamed, misnamedReport } from './canary/misnamed.ts';
import { sameNames } from './canary/same-names.ts';
import type { OpenPart, PartSource } from './parts/open.ts';
import { compileProject } from './project/compile.ts';
import { checkWindows } from './project/windows.ts';
import type { Origin, StepsContext } from './step/compile-steps.ts';
import { checkForeign } from './values/check-foreign.ts';
import { type Diagnostic, Report, type SourceFile, sorted } from './yaml/diagnostics.ts';
import { MOST_STEPS } from './yaml/limits.ts';
import { readTree } from './yaml/read-tree.ts';
import {
  ALL_SUPPRESSED,
  NOTHING_SUPPRESSED,
  namesBelow,
  type SuppressedErrors,
  type SuppressedNames,
  suppressedErrorsIn,
} from './yaml/suppressed-errors.ts';
import type { Tree } from './yaml/tree.ts';

export type { Kinds } from '../kinds/kind.ts';
export { SCHEMAS, type SchemaSort } from './schema/schemas.ts';
export { type Diagnostic, formatDiagnostic, type SourceFile } from './yaml/diagnostics.ts';
export { formatDiagnostics } from './yaml/format-diagnostics.ts';

/** A canary that loaded, and the project it belongs to. */
export interface LoadedCanary {
  readonly canary: Canary;
  readonly project: Project;
  /** Absent if the canary has no project file. */
  readonly projectFile?: string;
}

export interface LoadResult {
  /** Those without an error, in the order of their files. */
  readonly canaries: readonly LoadedCanary[];
  /** Diagnostics of all files, sorted. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface Files extends PartSource {
  /** The canary files to load, sorted. */
  readonly canaries: readonly SourceFile[];
  /** Files that are not read because of their names. */
  readonly misnamed?: readonly Misnamed[];
  /** The project file in a canary's folder or above, the nearest one. */
  projectOf(canaryPath: string): SourceFile | undefined;
  /** True if all canaries of a project file are among these, so that references to canaries can be checked. */
  covers(projectPath: string): boolean;
}

/** A project file as it was read. */
interface OpenProject {
  readonly project: Project;
  readonly report: Report;
  readonly root: Tree | undefined;
  readonly suppressed: SuppressedErrors;
  /** The names that its environments define. */
  readonly globals: ReadonlySet<string>;
}

/** Cached by file object: an unchanged file need not be compiled again. */
const projects = new WeakMap<SourceFile, OpenProject>();

/** Loads canaries: reads, checks and puts them together. It reports every fault of every file, and throws for none. */
export function load(files: Files, kinds: Kinds): LoadResult {
  const opened = new Map<string, OpenProject>();
  const projectOf = (path: string): OpenProject | undefined => {
    const file = files.projectOf(path);
    if (file === undefined) return undefined;
    const known = opened.get(file.path) ?? openProject(file, kinds);
    opened.set(file.path, known);
    return known;
  };
  const { misnamed = [] } = files;
  const loaded = files.canaries.map((file) => {
    const own = projectOf(file.path);
    const projectFile = own?.report.file.path;
    const isBelow = own === undefined && isBelowMisnamed(file.path, misnamed);
    const one = loadOne(file, isBelow ? UNREAD_PROJECT : own, files, kinds);
    return { ...one, ...omitUndefined({ projectFile }) };
  });
  const byProject = Map.groupBy(loaded, ({ project }) => project);
  const covered = [...opened.values()].filter(({ report }) => files.covers(report.file.path));
  const twice = sameNames(loaded);
  const diagnostics = [
    ...loaded.flatMap((one) => one.diagnostics),
    ...[...opened.values()].flatMap(({ report }) => report.diagnostics),
    ...misnamed.flatMap((one) => misnamedReport(one).diagnostics),
    ...(misnamed.length > 0
      ? []
      : covered.flatMap((one) => checkProjectWindows(one, byProject.get(one.project) ?? []))),
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
    return [{ canary, project, ...omitUndefined({ projectFile }) }];
  });
  return { canaries, diagnostics: sorted(diagnostics) };
}

/** Reads a project file, with every fault; without a project if one of them is an error. */
export function readProject(
  file: SourceFile,
  kinds: Kinds,
): {
  readonly project?: Project;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { project, report } = openProject(file, kinds);
  return { diagnostics: sorted(report.diagnostics), ...(report.faulty ? {} : { project }) };
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

/** A project file that is not read because of its name: nothing is reported for its absence. */
const UNREAD_PROJECT: OpenProject = {
  project: NO_PROJECT,
  report: misnamedReport({ path: '', rename: '', sort: 'project' }),
  root: undefined,
  suppressed: ALL_SUPPRESSED,
  globals: new Set(),
};

/** Facts of a canary without a project file. */
const NO_PROJECT_FILE = { project: NO_PROJECT, suppressed: NOTHING_SUPPRESSED, globals: new Set<string>() };

function openProject(file: SourceFile, kinds: Kinds): OpenProject {
  const known = projects.get(file);
  if (known !== undefined) return known;
  const report = new Report(file);
  const root = readTree(report);
  const project = root === undefined ? NO_PROJECT : compileProject(root, kinds, report);
  const suppressed = suppressedErrorsIn(root, project, report);
  const globals = new Set(project.environments.flatMap(({ vars }) => Object.keys(vars)));
  const opened = { project, report, root, suppressed, globals };
  projects.set(file, opened);
  return opened;
}

/** References from a project to its canaries can be checked only if all of them could be read. */
function checkProjectWindows(
  { report, root }: OpenProject,
  loaded: readonly LoadedOne[],
): readonly Diagnostic[] {
  const known = loaded.flatMap(({ canary }) => canary ?? []);
  const isOpen = known.length < loaded.length || loaded.some((one) => one.report.faulty);
  if (root === undefined || report.faulty || isOpen) return [];
  const own = new Report(report.file); // the project's is kept from one load to the next
  checkWindows(root, known, own);
  return own.diagnostics;
}

function loadOne(file: SourceFile, own: OpenProject | undefined, parts: PartSource, kinds: Kinds): LoadedOne {
  const report = new Report(file);
  const openParts = new Map<string, OpenPart>();
  const root = readTree(report);
  const context = own ?? NO_PROJECT_FILE;
  const canary = root === undefined ? undefined : compile(root, context, { report, openParts, parts, kinds });
  const diagnostics = [report, ...[...openParts.values()].map((part) => part.report)].flatMap(
    (one) => one.diagnostics,
  );
  return {
    canary,
    project: context.project,
    report,
    root,
    files: [file.path, ...openParts.keys()],
    diagnostics,
  };
}

type CompileContext = Pick<StepsContext, 'report' | 'openParts' | 'parts' | 'kinds'>;

function compile(
  root: Tree,
  own: Pick<OpenProject, 'project' | 'suppressed' | 'globals'>,
  given: CompileContext,
): Canary | undefined {
  const { report, kinds, openParts } = given;
  const { project } = own;
  const head = compileHead(root, own, report);
  if (head === undefined) return undefined;
  const origins = new Map<Step, Origin>();
  const varOrigins = new Map<string, Origin>();
  const suppressed = report.faulty
    ? suppressedByHead(root, head)
    : { names: new Set<string>(), scopes: new Set<string>() };
  const context: StepsContext = {
    ...given,
    globals: own.globals,
    origins,
    varOrigins,
    suppressed,
    prefix: '',
    scope: '',
    ownVars: new Set(Object.keys(head.canary.vars)),
    budget: { left: MOST_STEPS },
    within: [report.file.path],
  };
  const { steps, cleanup, vars } = compileLists(head, context);
  const canary: Canary = {
    ...head.canary,
    timeoutMs: head.canary.timeoutMs ?? defaultTimeoutMs(head.canary, project),
    vars: { ...head.canary.vars, ...vars },
    steps,
    cleanup: actsOf(cleanup, origins),
  };
  const environments = allowed(canary, project);
  checkAllForeign(root, canary, cleanup, context);
  const isFaulty = (): boolean => report.faulty || [...openParts.values()].some((part) => part.report.faulty);
  const known = isFaulty() ? suppressed : { names: new Set<string>(), scopes: new Set<string>() };
  const whole = { canary, environments, root, report, origins };
  checkNames({
    ...whole,
    listed: project,
    varOrigins,
    suppressed: own.suppressed.names ? undefined : known,
  });
  if (!isFaulty()) checkWhole({ ...whole, project, suppressed: own.suppressed, kinds });
  return canary;
}

/** Names suppressed by misspelt keys of the canary itself. */
function suppressedByHead(root: Tree, { canary, steps }: CanaryHead): SuppressedNames {
  const names = namesBelow(root, 'vars').filter((name) => !Object.hasOwn(canary.vars, name));
  return { names: new Set(names), scopes: new Set(steps?.sort === 'list' ? [] : ['']) };
}

/** Reports placeholders of other tools in a canary and its parts. */
function checkAllForeign(
  root: Tree,
  { vars, steps }: Canary,
  cleanup: readonly Step[],
  { globals, report, openParts }: StepsContext,
): void {
  const names = (): readonly string[] => {
    const saved = [...steps, ...cleanup].flatMap(({ save }) => Object.keys(save));
    return [...globals, ...[...Object.keys(vars), ...saved].map(writtenName)];
  };
  checkForeign(root, names, report);
  for (const part of openParts.values())
    if (part.root !== undefined) checkForeign(part.root, names, part.report);
}

function allowed({ only }: Canary, { environments }: Project): readonly Environment[] {
  return environments.filter(({ name }) => only === undefined || only.includes(name));
}
