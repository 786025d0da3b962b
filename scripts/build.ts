import { chmodSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { writeDeclarations } from './packages/declarations.ts';
import { buildFunctionModules } from './packages/function-modules.ts';
import { entryPoints, ROOT, readManifest } from './packages/manifest.ts';
import { commandLineModules, MODULE_BUNDLE } from './packages/module-bundle.ts';
import { refuseOldNode } from './packages/old-node.ts';
import { licenceNotices } from './packages/third-party.ts';

/**
 * `node scripts/build.ts [folder]`: builds both packages. Node does not strip types below node_modules, so an installed package is
 * plain JavaScript, with its declarations next to it. With a folder, it bundles both there, without declarations.
 */
const [asked] = process.argv.slice(2);
const TRACE = 'runner/trace';

await bundleCoalmine(asked ?? 'dist');
await bundleTrace(asked === undefined ? `${TRACE}/dist` : join(asked, 'trace'));
if (asked === undefined) {
  writeDeclarations(
    entryPoints().map(({ source }) => source),
    'dist/types',
  );
  writeDeclarations([`${TRACE}/index.ts`], `${TRACE}/dist`, TRACE);
}

/** Bundles one chunk for each command and each AWS client. So a command loads only what it needs. */
async function bundleCoalmine(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const entries = entryPoints();
  const { metafile } = await build({
    ...MODULE_BUNDLE,
    entryPoints: {
      bin: 'runner/cli/bin.ts',
      ...Object.fromEntries(entries.map(({ name, source }) => [`${name}-module`, source])),
    },
    outdir: folder,
    external: ['esbuild', 'aws-cdk-lib', 'constructs', '@jest/globals', 'vitest'], // the user's own
    legalComments: 'none',
    metafile: true,
    plugins: [commandLineModules()],
  });
  writeCommand(join(folder, 'coalmine.mjs'));
  writeFileSync(join(folder, 'required-node.mjs'), refuseOldNode('Coalmine', 24, 'throw'));
  // Modules are evaluated in order: an old Node gets its line before it meets what it does not know.
  for (const { name } of entries)
    writeFileSync(
      join(folder, `${name}.mjs`),
      `import './required-node.mjs';\nexport * from './${name}-module.mjs';\n`,
    );
  report(join(folder, 'coalmine.mjs'), metafile);
  const functions = await buildFunctionModules(join(folder, 'functions'));
  writeFileSync(join(folder, 'THIRD-PARTY-LICENCES.txt'), licenceNotices([metafile, functions]));
  report(join(folder, 'functions'), functions);
}

function report(path: string, { outputs }: Metafile): void {
  const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
  process.stdout.write(`${path}, ${Math.round(bytes / 1_024)} kB in ${Object.keys(outputs).length} chunks\n`);
}

/** Writes the command, in plain, old JavaScript. */
function writeCommand(path: string): void {
  writeFileSync(
    path,
    `#!/usr/bin/env node
${refuseOldNode('Coalmine', 24, 'exit')}const { enableCompileCache } = await import('node:module');
enableCompileCache();
await import('./bin.mjs');
`,
  );
  chmodSync(path, 0o755);
}

async function bundleTrace(folder: string): Promise<void> {
  const { name, engines } = readManifest(TRACE);
  rmSync(folder, { recursive: true, force: true });
  await build({
    entryPoints: [`${TRACE}/index.ts`],
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    banner: { js: refuseOldNode(name, Number.parseInt(engines.node.replace('>=', ''), 10), 'throw') },
  });
  copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
}
