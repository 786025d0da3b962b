import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');

/** Which way the arrows point: what the files of a layer may import, and words that they may not hold. */
interface Layer {
  readonly name: string;
  /** The paths of its files. */
  readonly files: RegExp;
  readonly may: RegExp;
  /** What may be imported for its types alone, or by `await import()` inside a function. */
  readonly late?: RegExp;
  readonly never?: RegExp;
}

const TIMERS = /\bDate\.now\b|\bMath\.random\b|\bsetTimeout\(|\bsetInterval\(|\bprocess\./;

const LAYERS: readonly Layer[] = [
  {
    name: 'core',
    files: /^runner\/core\//,
    may: /^(runner\/core\/|cron-parser$|re2js$|typebox|node:crypto$)/,
    never: TIMERS,
  },
  {
    name: 'kinds',
    files: /^runner\/kinds\/(verbs|nouns)\/(?!table)/,
    may: /^(runner\/core\/|runner\/kinds\/[^/]+$|typebox)/,
    late: /^(@aws-sdk\/|undici$)/,
    never: TIMERS,
  },
  { name: 'tables of kinds', files: /^runner\/kinds\/(verbs|nouns)\/table\.ts$/, may: /^runner\/kinds\// },
  {
    name: 'shared pieces of kinds',
    files: /^runner\/kinds\/[^/]+$/,
    may: /^(runner\/core\/|runner\/kinds\/[^/]+$|typebox)/,
    late: /^(@aws-sdk\/|@smithy\/signature-v4$|undici($|\/lib\/(dispatcher\/agent|api\/api-request|core\/connect)\.js$)|node:)/,
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
    late: /^@aws-sdk\//,
  },
  { name: 'trace kit', files: /^runner\/trace\//, may: /^(runner\/core\/trace\.ts$|node:)/ },
  { name: 'settings', files: /^runner\/settings\.ts$/, may: /^(runner\/core\/|node:)/ },
  {
    name: 'compose',
    files: /^runner\/(compose|application|outside)\.ts$/,
    may: /^(runner\/|reporters\/notifications\/)/,
  },
  {
    // What a function of the stack does not need is not in it: no YAML, no compiler of schemas, no command line.
    name: 'functions',
    files: /^runner\/lambda\//,
    may: /^(reporters\/metrics\/|runner\/(core|engine|adapters|kinds|lambda)\/|runner\/(outside|settings)\.ts$|runner\/load\/input-problem\.ts$)/,
    late: /^aws-lambda$/,
  },
  {
    name: 'deployment',
    files: /^runner\/deploy\//,
    may: /^(runner\/(core|kinds|deploy)\/|runner\/engine\/monitor\.ts$|runner\/adapters\/reference-sources\/table\.ts$)/,
    late: /^runner\/load\/index\.ts$/,
    never: TIMERS,
  },
  {
    // What is asked of an account, by reading alone.
    name: 'doctor',
    files: /^runner\/doctor\//,
    may: /^(runner\/(core|kinds|doctor|adapters)\/|runner\/deploy\/arns\.ts$|node:util$)/,
    late: /^(@aws-sdk\/|runner\/load\/index\.ts$)/,
    never: TIMERS,
  },
  { name: 'cli', files: /^runner\/cli\//, may: /^(runner\/|reporters\/|commander$|node:|package\.json$)/ },
  {
    name: 'metrics',
    files: /^reporters\/metrics\//,
    may: /^(runner\/core\/|reporters\/metrics\/)/,
    late: /^@aws-sdk\/client-cloudwatch$/,
    never: TIMERS,
  },
  {
    name: 'reporters',
    files: /^reporters\/(?!notifications\/)/,
    may: /^(runner\/core\/|reporters\/|log-update$|node:)/,
  },
  {
    name: 'tables of notifiers',
    files: /^reporters\/notifications\/table\.ts$/,
    may: /^reporters\/notifications\//,
  },
  {
    // A notifier knows no other notifier, and has no timer: its deadline is the signal that it is given.
    name: 'notifiers',
    files: /^reporters\/notifications\/(?!table)/,
    may: /^(runner\/core\/|reporters\/[^/]+$|reporters\/terminal\/say-check\.ts$|reporters\/notifications\/(?!(sns|slack|pagerduty|webhook|eventbridge)\.ts)|node:(crypto|dns)$)/,
    late: /^(@aws-sdk\/|undici$)/,
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
    may: /^(runner\/|infra\/local-aws\/|examples\/shop\/|node:)/,
  },
  {
    name: 'shop',
    files: /^examples\/shop\/(?!start)/,
    may: /^(runner\/trace\/|infra\/local-aws\/|examples\/shop\/|@aws-sdk\/|node:)/,
    late: /^aws-lambda$/,
  },
  // bin.mjs and coalmine:checks stand in texts of files that a build writes.
  {
    name: 'scripts',
    files: /^scripts\//,
    may: /^(runner\/|infra\/(stack|dashboard)\/|scripts\/|esbuild$|ajv|node:|coalmine:checks$)/,
  },
];

const FOLDERS = ['runner', 'reporters', 'infra', 'examples', 'scripts'];

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
    ];
  });
}

const SOURCES: readonly Source[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name) && !name.endsWith('.d.ts'))
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

  it('sees the imports that there are', () => {
    expect(SOURCES.flatMap(importsOf).length).toBeGreaterThan(400);
  });

  it.each([
    {
      path: 'runner/core/x.ts',
      text: "import type { SQSClient } from '@aws-sdk/client-sqs';",
      fault: 'imports @aws-sdk/client-sqs',
    },
    { path: 'runner/core/x.ts', text: "import { readFileSync } from 'fs';", fault: 'imports node:fs' },
    { path: 'runner/core/x.ts', text: 'const now = Date.now();', fault: 'holds Date.now' },
    {
      path: 'runner/engine/x.ts',
      text: "import { http } from '../kinds/verbs/http.ts';",
      fault: 'imports runner/kinds/verbs/http.ts',
    },
    {
      path: 'runner/engine/x.ts',
      text: "const { load } = await import('../load/index.ts');",
      fault: 'imports runner/load/index.ts',
    },
    {
      path: 'runner/kinds/verbs/x.ts',
      text: "import { putEvent } from './put-event.ts';",
      fault: 'imports runner/kinds/verbs/put-event.ts',
    },
    {
      path: 'runner/kinds/nouns/x.ts',
      text: "import { SQSClient } from '@aws-sdk/client-sqs';",
      fault: 'imports @aws-sdk/client-sqs',
    },
    { path: 'runner/kinds/nouns/x.ts', text: 'setTimeout(() => {}, 5);', fault: 'holds setTimeout(' },
    {
      path: 'runner/adapters/x.ts',
      text: "export { runCanary } from '../engine/run-canary.ts';",
      fault: 'imports runner/engine/run/run-canary.ts',
    },
    {
      path: 'reporters/files/x.ts',
      text: "import '../../runner/engine/run-canary.ts';",
      fault: 'imports runner/engine/run/run-canary.ts',
    },
    {
      path: 'reporters/notifications/x.ts',
      text: "import { slack } from './slack.ts';",
      fault: 'imports reporters/notifications/slack.ts',
    },
    {
      path: 'reporters/notifications/x.ts',
      text: "import { SNSClient } from '@aws-sdk/client-sns';",
      fault: 'imports @aws-sdk/client-sns',
    },
    { path: 'reporters/notifications/x.ts', text: 'setTimeout(() => {}, 5);', fault: 'holds setTimeout(' },
    {
      path: 'runner/load/x.ts',
      text: "import {\n  a,\n  b,\n} from '../adapters/file-sources.ts';",
      fault: 'imports runner/adapters/references/file-sources.ts',
    },
    {
      path: 'infra/local-aws/x.ts',
      text: "import { parse } from '../../runner/core/template.ts';",
      fault: 'imports runner/core/expression/template.ts',
    },
    { path: 'runner/new-folder/x.ts', text: '', fault: 'is in no layer' },
  ])('bites: $path $fault', ({ path, text, fault }) => {
    expect(faultsOf([{ path, text }])).toEqual([expect.stringContaining(fault)]);
  });
});
