import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');

/** Direction of the arrows: permitted imports of a layer's files, and forbidden words in them. */
interface Layer {
  readonly name: string;
  /** The paths of its files. */
  readonly files: RegExp;
  readonly may: RegExp;
  /** Permitted imports of types alone, or by `await import()` inside a function. */
  readonly late?: RegExp;
  readonly never?: RegExp;
}

const TIMERS = /\bDate\.now\b|\bMath\.random\b|\bsetTimeout\(|\bsetInterval\(|\bprocess\./;

const LAYERS: readonly Layer[] = [
  {
    name: 'core',
    files: /^runner\/core\/(?!network\/blocked-addresses\.ts$)/,
    may: /^(runner\/core\/|cron-parser$|re2js$|typebox|node:crypto$)/,
    never: TIMERS,
  },
  {
    // BlockList is data; the socket of the same module stays with the adapters.
    name: 'blocked addresses',
    files: /^runner\/core\/network\/blocked-addresses\.ts$/,
    may: /^node:net$/,
    never: new RegExp(`${TIMERS.source}|\\b(connect|createConnection|createServer|Socket|Server)\\b`),
  },
  {
    name: 'kinds',
    files: /^runner\/kinds\/(verbs|nouns)\/(?!table)/,
    may: /^(runner\/core\/|runner\/kinds\/((?!verbs|nouns)\w+\/)?[^/]+$|typebox)/,
    late: /^(@aws-sdk\/|undici$)/,
    never: TIMERS,
  },
  { name: 'tables of kinds', files: /^runner\/kinds\/(verbs|nouns)\/table\.ts$/, may: /^runner\/kinds\// },
  {
    name: 'shared pieces of kinds',
    files: /^runner\/kinds\/((?!verbs|nouns|cognito)\w+\/)?[^/]+$/,
    may: /^(runner\/core\/|runner\/kinds\/((?!verbs|nouns)\w+\/)?[^/]+$|typebox)/,
    late: /^(@aws-sdk\/|@smithy\/signature-v4$|undici($|\/lib\/(dispatcher\/agent|api\/api-request|core\/connect|web\/websocket\/websocket)\.js$)|pg$|pg-cursor$|postgres-array$|node:)/,
    never: TIMERS,
  },
  {
    name: 'signing in',
    files: /^runner\/kinds\/cognito\//,
    may: /^(runner\/core\/|runner\/kinds\/(cognito\/)?[^/]+$|node:crypto$)/,
    late: /^@aws-sdk\//,
    never: TIMERS,
  },
  {
    name: 'load',
    files: /^runner\/load\//,
    may: /^(runner\/core\/|runner\/kinds\/kind\.ts$|runner\/load\/|yaml$|ajv$|typebox|node:path$)/,
    never: TIMERS,
  },
  {
    name: 'engine',
    files: /^runner\/engine\//,
    may: /^(runner\/core\/|runner\/engine\/|runner\/kinds\/kind\.ts$)/,
    never: TIMERS,
  },
  {
    name: 'adapters',
    files: /^runner\/adapters\//,
    may: /^(runner\/core\/|runner\/adapters\/|node:)/,
    late: /^(@aws-sdk\/|@smithy\/node-http-handler$)/,
  },
  {
    // Data in, HTML out.
    name: 'pages',
    files: /^runner\/pages\/(?!script\/)/,
    may: /^(runner\/core\/|runner\/pages\/|node:crypto$)/,
    never: TIMERS,
  },
  // Texts that run in the browser of a reader.
  { name: 'scripts of pages', files: /^runner\/pages\/script\//, may: /^(runner\/pages\/|node:crypto$)/ },
  // Pages of a state, as files: it reads nothing but what a state's ports give.
  { name: 'sites', files: /^runner\/site\//, may: /^runner\/(core|pages|site)\//, never: TIMERS },
  {
    // A server of pages: it opens a port, and reads nothing but what a state's ports give.
    name: 'serving of pages',
    files: /^runner\/serve\//,
    may: /^(runner\/(core|pages|serve)\/|node:(crypto|http|net|util|zlib)$)/,
    never: TIMERS,
  },
  // Stands alone, and begins fast: of Node it loads the context of asynchronous work only.
  {
    name: 'trace kit',
    files: /^runner\/trace\//,
    may: /^(runner\/trace\/|node:async_hooks$)/,
    late: /^node:crypto$/, // its import takes five times as long as the kit
  },
  { name: 'settings', files: /^runner\/settings\.ts$/, may: /^(runner\/core\/|node:)/ },
  {
    name: 'app',
    files: /^runner\/(app|app-parts|compose-app|registry)\.ts$/,
    may: /^(runner\/|reporters\/(notifications|registry)\/)/,
  },
  {
    // A function of the stack contains only its own needs: no YAML, no compiler of schemas, no command line.
    name: 'functions',
    files: /^runner\/lambda\//,
    may: /^(reporters\/(metrics\/|notifications\/notifiers\.ts$|registry\/open\.ts$)|runner\/(core|engine|adapters|lambda|site)\/|runner\/kinds\/kind\.ts$|runner\/(app-parts|settings)\.ts$|runner\/load\/yaml\/input-problem\.ts$)/,
    late: /^aws-lambda$/,
  },
  {
    // Reads files and writes folders. The bundler is loaded by the commands that build.
    name: 'build of a stack',
    files: /^runner\/deploy\/build\//,
    may: /^(runner\/(core|adapters|deploy|load)\/|runner\/registry\.ts$|reporters\/registry\/|infra\/stack\/|ajv|fflate$|node:)/,
    late: /^(esbuild$|runner\/engine\/fleet-context\.ts$)/,
    never: TIMERS,
  },
  {
    name: 'deployment by CloudFormation',
    files: /^runner\/deploy\/cloudformation\//,
    may: /^(runner\/(core|deploy)\/|runner\/adapters\/aws\/|node:)/,
    late: /^(@aws-sdk\/|runner\/engine\/fleet-context\.ts$)/,
    never: TIMERS,
  },
  {
    name: 'deployment',
    files: /^runner\/deploy\//,
    may: /^(runner\/(core|kinds|deploy)\/|runner\/registry\.ts$|runner\/engine\/fleet-context\.ts$|runner\/adapters\/(references\/sources|changes\/sources)\.ts$)/,
    late: /^runner\/load\/index\.ts$/,
    never: TIMERS,
  },
  {
    // It runs in the app of a user: nothing of the runner is loaded there, and the build is a process.
    name: 'CDK construct',
    files: /^runner\/cdk\//,
    may: /^(runner\/core\/base\/|runner\/deploy\/(template\/|intrinsics\.ts$)|runner\/cdk\/|aws-cdk-lib($|\/)|constructs$|yaml$|node:)/,
  },
  {
    // Questions to an account, by reading alone.
    name: 'doctor',
    files: /^runner\/doctor\//,
    may: /^(runner\/(core|kinds|doctor|adapters)\/|runner\/registry\.ts$|node:util$)/,
    late: /^(@aws-sdk\/|runner\/load\/index\.ts$)/,
    never: TIMERS,
  },
  {
    // For other programs and for the command line: nothing of a terminal, and no end of the process.
    name: 'runs on demand, and the library',
    files: /^runner\/(runs|library)\//,
    may: /^(runner\/(core|engine|load|adapters|runs|library)\/|runner\/[^/]+$|reporters\/|node:|@jest\/globals$|vitest$)/,
    never: /\bprocess\.(exit|on|once|chdir|stdout|stderr)\b/,
  },
  {
    name: 'cli',
    files: /^runner\/cli\//,
    may: /^(runner\/|reporters\/|commander$|jsonc-parser$|node:|package\.json$)/,
  },
  {
    name: 'metrics',
    files: /^reporters\/metrics\//,
    may: /^(runner\/core\/|reporters\/(metrics\/|contract\.ts$)|node:(http|net)$)/,
    late: /^@aws-sdk\/client-cloudwatch$/,
    never: TIMERS,
  },
  {
    name: 'reporters',
    files: /^reporters\/(?!notifications\/)/,
    may: /^(runner\/(core|pages)\/|reporters\/|log-update$|node:)/,
  },
  {
    name: 'tables of notifiers',
    files: /^reporters\/notifications\/table\.ts$/,
    may: /^reporters\/notifications\//,
  },
  {
    // A notifier knows no other notifier, and has no timer: its deadline is the given signal.
    name: 'notifiers',
    files: /^reporters\/notifications\/(?!table)/,
    may: /^(runner\/core\/|reporters\/[^/]+$|reporters\/notifications\/shared\/|node:(crypto|dns)$)/,
    late: /^(@aws-sdk\/|undici$|reporters\/notifications\/table\.ts$)/,
    never: TIMERS,
  },
  { name: 'dashboard', files: /^infra\/dashboard\//, may: /^infra\/dashboard\// },
  {
    name: 'local AWS',
    files: /^infra\/local-aws\//,
    may: /^(infra\/local-aws\/|(?:node_modules\/)?fauxqs(?:\/|$)|dynalite$|aws-local-stepfunctions$|node:)/,
    late: /^aws-lambda$/,
  },
  { name: 'stack', files: /^infra\/stack\//, may: /^(runner\/|infra\/(stack|dashboard)\/|yaml$)/ },
  {
    name: 'start of the shop',
    files: /^examples\/shop\/start\.(ts|mjs)$/,
    may: /^(runner\/|infra\/local-aws\/|examples\/shop\/|commander$|node:)/,
  },
  {
    name: 'shop',
    files: /^examples\/shop\/(?!start)/,
    may: /^(@coalmine\/trace$|infra\/local-aws\/|examples\/shop\/|@aws-sdk\/|node:)/,
    late: /^aws-lambda$/,
  },
  {
    name: 'scripts',
    files: /^scripts\//,
    may: /^(runner\/|infra\/(stack|dashboard)\/|scripts\/|esbuild$|node:)/,
  },
];

/**
 * The rooms of core and of the engine, and their permitted imports: the picture in docs/internals/architecture.md. A room is a folder; `.` are the
 * files of the engine outside of any room.
 */
const ROOMS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'runner/core': {
    aws: ['aws/resources', 'base'],
    'aws/resources': [],
    base: [],
    model: ['base'],
    blame: ['aws/resources', 'base'],
    redaction: ['base'],
    schedule: ['model'],
    network: ['base', 'blame'],
    notice: ['base', 'model'],
    expression: ['base', 'blame', 'model', 'redaction'],
    matching: ['base', 'model', 'expression'],
    cleanup: ['base', 'model', 'expression'],
    inbox: ['base', 'model', 'expression', 'taps'],
    report: ['base', 'compare', 'matching', 'model', 'notice'],
    alert: ['base', 'model', 'notice'],
    'alert/outbox': ['alert', 'base', 'model', 'notice'],
    'alert/grouping': ['alert', 'alert/outbox', 'base', 'model', 'notice'],
    taps: ['aws', 'aws/resources', 'base', 'model', 'expression', 'matching'],
    evidence: ['base', 'model', 'redaction', 'expression', 'matching', 'taps'],
    store: ['base', 'model', 'alert', 'cleanup', 'taps'],
    incident: ['base', 'model', 'notice', 'alert', 'alert/outbox', 'store', 'compare'],
    fleet: ['base', 'model', 'notice', 'schedule', 'alert', 'store'],
    compare: ['alert', 'aws/resources', 'base', 'expression', 'model', 'matching', 'store'],
    dossier: ['base', 'compare', 'model', 'report', 'store'],
    trace: ['base', 'redaction', 'matching', 'model', 'taps'],
  },
  'runner/engine': {
    '.': [],
    context: ['.'],
    taps: ['.'],
    inbox: ['.'],
    alerting: ['.'],
    steps: ['.', 'context', 'taps'],
    run: ['.', 'context', 'steps'],
    cleanup: ['.', 'context', 'steps', 'run'],
    schedule: ['.', 'run', 'cleanup'],
  },
  'runner/pages': {
    base: [],
    incident: ['base', 'run', 'fleet', 'script'],
    running: ['base'],
    timeline: ['base'],
    run: ['base', 'timeline', 'script'],
    trace: ['base', 'timeline', 'run'],
    script: [],
    fleet: ['base', 'script'],
    canary: ['base', 'fleet', 'script'],
  },
};

const FOLDERS = ['runner', 'reporters', 'infra', 'examples', 'scripts'];
const MOST_FILES = 15; // source files in one folder: more are hard to remember

interface Import {
  readonly what: string;
  readonly late: boolean;
}

interface Source {
  readonly path: string;
  readonly text: string;
}

/** Every import of a file, type-only and dynamic ones included, as a path from the root or a package's name. */
function importsOf({ path, text }: Source): readonly Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const statics = [...code.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm)];
  const dynamics = [...code.matchAll(/\bimport\(\s*'([^']+)'/g)];
  return [
    ...statics.map(([, type, what]) => ({ what: targetOf(path, what as string), late: type !== undefined })),
    ...dynamics.map(([, what]) => ({ what: targetOf(path, what as string), late: true })),
  ];
}

function targetOf(path: string, what: string): string {
  if (what.startsWith('.')) return relative(ROOT, resolve(ROOT, dirname(path), what)).replaceAll('\\', '/');
  return builtinModules.includes(what) ? `node:${what}` : what;
}

function faultsOf(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) => {
    const layer = LAYERS.find(({ files }) => files.test(source.path));
    if (layer === undefined) return [`${source.path} is in no layer`];
    const imports = importsOf(source).filter(
      ({ what, late }) => !(layer.may.test(what) || (late && layer.late?.test(what) === true)),
    );
    const words = source.text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').match(layer.never ?? /(?!)/);
    return [
      ...imports.map(({ what }) => `${source.path} (${layer.name}) imports ${what}`),
      ...(words === null ? [] : [`${source.path} (${layer.name}) holds ${words[0]}`]),
      ...roomFaultsOf(source),
    ];
  });
}

/** The imports of a file that its room may not have. */
function roomFaultsOf(source: Source): readonly string[] {
  const [house, rooms] = Object.entries(ROOMS).find(([name]) => source.path.startsWith(`${name}/`)) ?? [];
  if (house === undefined || rooms === undefined) return [];
  const from = relative(house, dirname(source.path)) || '.';
  if (rooms[from] === undefined) return [`${source.path} is in no room`];
  return importsOf(source)
    .filter(({ what }) => what.startsWith(`${house}/`))
    .map(({ what }) => ({ what, to: relative(house, dirname(what)) || '.' }))
    .filter(({ to }) => to !== from && !rooms[from]?.includes(to))
    .map(({ what }) => `${source.path} (room ${from}) imports ${what}`);
}

/** The folders that reach themselves through the imports of their files. */
function circlesOf(sources: readonly Source[]): readonly string[] {
  const arrows = new Map<string, Set<string>>();
  for (const source of sources) {
    const from = dirname(source.path);
    const to = importsOf(source).filter(({ what }) => /^[\w-]+\/.*\.(ts|mjs)$/.test(what));
    const known = arrows.get(from) ?? new Set();
    for (const { what } of to) if (dirname(what) !== from) known.add(dirname(what));
    arrows.set(from, known);
  }
  return [...arrows.keys()].filter((folder) => reachedFrom(folder, arrows).has(folder));
}

function reachedFrom(folder: string, arrows: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const reached = new Set<string>();
  const ahead = [...(arrows.get(folder) ?? [])];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    ahead.push(...(arrows.get(next) ?? []));
  }
  return reached;
}

/** The folders with too many files. */
function fullFolders(paths: readonly string[]): readonly string[] {
  const counts = Map.groupBy(paths, (path) => dirname(path));
  return [...counts].filter(([, files]) => files.length > MOST_FILES).map(([folder]) => folder);
}

const SOURCES: readonly Source[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name) && !name.endsWith('.d.ts') && !name.startsWith('trace/dist/'))
    .map((name) => ({
      path: `${folder}/${name}`.replaceAll('\\', '/'),
      text: readFileSync(join(ROOT, folder, name), 'utf8'),
    })),
);

describe('the house', () => {
  it('has its arrows pointing the right way, in every file', () => {
    expect(SOURCES.length).toBeGreaterThan(90);
    expect(faultsOf(SOURCES)).toEqual([]);
  });

  it('has no circle among its folders', () => {
    expect(circlesOf(SOURCES)).toEqual([]);
  });

  it(`has no folder of more than ${MOST_FILES} files`, () => {
    expect(fullFolders(SOURCES.map(({ path }) => path))).toEqual([]);
  });

  it('has no `export` that a comment parts from its declaration', () => {
    const parted = (text: string): boolean => /^export\s*(\/[*/]|$)/m.test(text);

    expect(SOURCES.filter(({ text }) => parted(text)).map(({ path }) => path)).toEqual([]);
    expect(parted('export /** Of another constant. */\nconst A = 1;\n')).toBe(true);
  });

  it('has the rooms that are listed, and uses every arrow between them', () => {
    const used = SOURCES.flatMap((source) =>
      importsOf(source).map(({ what }) => `${dirname(source.path)} -> ${dirname(what)}`),
    );
    const listed = Object.entries(ROOMS).flatMap(([house, rooms]) =>
      Object.entries(rooms).flatMap(([from, may]) =>
        may.map((to) => `${join(house, from)} -> ${join(house, to)}`),
      ),
    );

    expect(listed.filter((arrow) => !used.includes(arrow))).toEqual([]);
  });

  it('sees the imports that there are', () => {
    expect(SOURCES.flatMap(importsOf).length).toBeGreaterThan(400);
  });

  it.each([
    {
      path: 'runner/core/base/x.ts',
      text: "import type { SQSClient } from '@aws-sdk/client-sqs';",
      fault: 'imports @aws-sdk/client-sqs',
    },
    { path: 'runner/core/base/x.ts', text: "import { readFileSync } from 'fs';", fault: 'imports node:fs' },
    { path: 'runner/core/base/x.ts', text: 'const now = Date.now();', fault: 'holds Date.now' },
    {
      path: 'runner/core/network/x.ts',
      text: "import { BlockList } from 'node:net';",
      fault: 'imports node:net',
    },
    {
      path: 'runner/core/network/blocked-addresses.ts',
      text: "import { connect } from 'node:net';",
      fault: 'holds connect',
    },
    {
      path: 'runner/core/base/x.ts',
      text: "import type { Canary } from '../model/canary.ts';",
      fault: '(room base) imports runner/core/model/canary.ts',
    },
    { path: 'runner/core/cellar/x.ts', text: '', fault: 'is in no room' },
    {
      path: 'runner/engine/steps/x.ts',
      text: "const { runCanary } = await import('../run/run-canary.ts');",
      fault: '(room steps) imports runner/engine/run/run-canary.ts',
    },
    {
      path: 'runner/engine/x.ts',
      text: "import type { Run } from './context/run-context.ts';",
      fault: '(room .) imports runner/engine/context/run-context.ts',
    },
    {
      path: 'runner/engine/x.ts',
      text: "import { http } from '../kinds/verbs/http/http.ts';",
      fault: 'imports runner/kinds/verbs/http/http.ts',
    },
    {
      path: 'runner/engine/x.ts',
      text: "const { load } = await import('../load/index.ts');",
      fault: 'imports runner/load/index.ts',
    },
    {
      path: 'runner/kinds/verbs/messages/x.ts',
      text: "import { putEvent } from './put-event.ts';",
      fault: 'imports runner/kinds/verbs/messages/put-event.ts',
    },
    {
      path: 'runner/kinds/aws/x.ts',
      text: "import { putEvent } from '../verbs/messages/put-event.ts';",
      fault: 'imports runner/kinds/verbs/messages/put-event.ts',
    },
    {
      path: 'runner/kinds/nouns/data/x.ts',
      text: "import { SQSClient } from '@aws-sdk/client-sqs';",
      fault: 'imports @aws-sdk/client-sqs',
    },
    { path: 'runner/kinds/nouns/data/x.ts', text: 'setTimeout(() => {}, 5);', fault: 'holds setTimeout(' },
    {
      path: 'runner/adapters/x.ts',
      text: "export { runCanary } from '../engine/run/run-canary.ts';",
      fault: 'imports runner/engine/run/run-canary.ts',
    },
    {
      path: 'reporters/files/x.ts',
      text: "import '../../runner/engine/run/run-canary.ts';",
      fault: 'imports runner/engine/run/run-canary.ts',
    },
    {
      path: 'reporters/notifications/x.ts',
      text: "import { slack } from './slack.ts';",
      fault: 'imports reporters/notifications/slack.ts',
    },
    {
      path: 'reporters/notifications/shared/x.ts',
      text: "import { SNSClient } from '@aws-sdk/client-sns';",
      fault: 'imports @aws-sdk/client-sns',
    },
    { path: 'reporters/notifications/x.ts', text: 'setTimeout(() => {}, 5);', fault: 'holds setTimeout(' },
    {
      path: 'runner/load/x.ts',
      text: "import {\n  a,\n  b,\n} from '../adapters/references/file-sources.ts';",
      fault: 'imports runner/adapters/references/file-sources.ts',
    },
    {
      path: 'infra/local-aws/x.ts',
      text: "import { parse } from '../../runner/core/expression/template.ts';",
      fault: 'imports runner/core/expression/template.ts',
    },
    {
      path: 'runner/lambda/x.ts',
      text: "import { KINDS } from '../registry.ts';",
      fault: 'imports runner/registry.ts',
    },
    {
      path: 'runner/lambda/x.ts',
      text: "import * as table from '../kinds/verbs/table.ts';",
      fault: 'imports runner/kinds/verbs/table.ts',
    },
    { path: 'runner/new-folder/x.ts', text: '', fault: 'is in no layer' },
  ])('bites: $path $fault', ({ path, text, fault }) => {
    expect(faultsOf([{ path, text }])).toContainEqual(expect.stringContaining(fault));
  });

  it('bites: two sub-folders that import each other, or by way of a third', () => {
    const a = { path: 'runner/cli/a/x.ts', text: "import { y } from '../b/y.ts';" };
    const b = { path: 'runner/cli/b/y.ts', text: "import type { Z } from '../c/z.ts';" };
    const c = { path: 'runner/cli/c/z.ts', text: "const { x } = await import('../a/x.ts');" };

    expect(circlesOf([a, b])).toEqual([]);
    expect(circlesOf([a, b, c])).toEqual(['runner/cli/a', 'runner/cli/b', 'runner/cli/c']);
  });

  it('bites: a sub-folder with one file too many', () => {
    const paths = Array.from({ length: MOST_FILES + 1 }, (_, n) => `runner/core/base/${n}.ts`);

    expect(fullFolders(paths)).toEqual(['runner/core/base']);
    expect(fullFolders(paths.slice(1))).toEqual([]);
  });
});
