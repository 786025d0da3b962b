import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import type { Step } from '../runner/core/model/canary.ts';
import type { Fleet } from '../runner/engine/fleet-context.ts';
import { KINDS } from '../runner/registry.ts';

/** Channels that are told by HTTP, and so need a client for it. */
const BY_HTTP = ['slack', 'pagerduty', 'webhook'];

/**
 * Leaves out of a bundle what the fleet does not use: kinds, sorts of channels, sources of references. Each has an AWS client or
 * an HTTP client of its own, and a cold start reads them all.
 */
export function pruneUnused(fleet: Fleet): Plugin {
  const kinds = new Set(stepsOf(fleet).map(({ kind }) => kind));
  const channels = new Set<string>(fleet.project.channels.map(({ kind }) => kind));
  const text = JSON.stringify(fleet);
  const tellsByHttp = BY_HTTP.some((kind) => channels.has(kind));
  return {
    name: 'used-alone',
    setup: (build) => {
      const only = (filter: RegExp, used: (name: string) => boolean): void => {
        build.onLoad({ filter }, async ({ path }) => ({
          contents: keepLines(await readFile(path, 'utf8'), used),
          loader: 'ts',
        }));
      };
      only(/kinds\/(verbs|nouns)\/table\.ts$/, (name) => kinds.has(name));
      only(/notifications\/table\.ts$/, (name) => channels.has(name));
      build.onLoad({ filter: /adapters\/references\/table\.ts$/ }, () => ({
        contents: sourcesIn(text),
        loader: 'ts',
      }));
      const unused = (filter: RegExp, from: string): void => {
        build.onResolve({ filter }, ({ importer }) =>
          importer.endsWith(from) ? { path: from, namespace: 'unused' } : undefined,
        );
      };
      if (!tellsByHttp) unused(/^undici$/, '/notifications/shared/post.ts');
      if (fleet.environment.role === undefined) unused(/^@aws-sdk\/client-sts$/, '/aws/role-credentials.ts');
      if (!text.includes('"cron":')) unused(/^cron-parser$/, '/schedule/cron.ts');
      if (!text.includes('"$matches":')) unused(/^re2js$/, '/matching/regex.ts');
      // Lambda gives a function its credentials in its environment; the rest of the chain is for people's machines.
      build.onLoad({ filter: /credential-provider-node\/dist-es\/index\.js$/ }, ({ path }) => ({
        contents: FROM_ENVIRONMENT,
        resolveDir: dirname(path),
      }));
      build.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
      // Shapes are looked at by the checks that are compiled from them, and by nothing else at run time.
      build.onResolve({ filter: /^typebox$/ }, () => ({ path: 'typebox', namespace: 'shapes' }));
      build.onLoad({ filter: /.*/, namespace: 'shapes' }, () => ({ contents: NO_SHAPES }));
      build.onResolve({ filter: /^coalmine:checks$/ }, () => ({ path: 'checks', namespace: 'checks' }));
      build.onLoad({ filter: /.*/, namespace: 'checks' }, () => ({
        contents: checksOf(kinds),
        resolveDir: import.meta.dirname,
      }));
    },
  };
}

function stepsOf({ canaries }: Fleet): readonly Step[] {
  return canaries.flatMap(({ steps, cleanup }): readonly Step[] => [...steps, ...cleanup]);
}

const NO_SHAPES = 'export const Type = new Proxy({}, { get: () => () => ({}) });';

const FROM_ENVIRONMENT = "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';";

/** A table has one line for each entry: `export { http } from './http.ts';`. */
function keepLines(table: string, used: (name: string) => boolean): string {
  const lines = table.split('\n').filter((line) => {
    const [, name] = /^export \{ (\w+) \} from/.exec(line) ?? [];
    return name === undefined || used(name);
  });
  return [...lines, 'export {};'].join('\n');
}

function sourcesIn(fleet: string): string {
  const used = ['ssm', 'secret', 'cf'].filter((scheme) => fleet.includes(`\${${scheme}:`));
  const imports = used.map((scheme) => `import { ${scheme} } from './${scheme}.ts';`);
  return [...imports, `export const SOURCES = { ${used.join(', ')} };`].join('\n');
}

/** The inputs' schemas as code, so that no compiler is needed at run time. */
function checksOf(kinds: ReadonlySet<string>): string {
  const ajv = new Ajv({ allErrors: true, strict: false, validateSchema: false, code: { source: true } });
  const known = Object.values({ ...KINDS.verbs, ...KINDS.nouns }).filter(({ name }) => kinds.has(name));
  for (const { name, input } of known) ajv.addSchema(JSON.parse(JSON.stringify(input)) as object, name);
  const write = standalone as unknown as (from: Ajv, names: Readonly<Record<string, string>>) => string;
  return write(ajv, Object.fromEntries(known.map(({ name }) => [name, name])));
}
