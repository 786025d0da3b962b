import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { COMMAND_LINE_PACKAGES, replaceModules } from './replace-modules.ts';

/**
 * Bundles the command line into `dist/`: one chunk for each command and each AWS client, so that a command loads only what it
 * needs. Node does not strip types below node_modules, so an installed package must be plain JavaScript.
 */
rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: { bin: 'runner/cli/bin.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  legalComments: 'none',
  metafile: true,
  plugins: [replaceModules(COMMAND_LINE_PACKAGES)],
  banner: {
    js: "import{createRequire as coalmineRequire}from'node:module';const require=coalmineRequire(import.meta.url);",
  },
});

// Plain, old JavaScript, so that it runs on any Node.
writeFileSync(
  'dist/coalmine.mjs',
  `#!/usr/bin/env node
const [major] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error('Coalmine needs Node 24 or newer; this is ' + process.version + '. In a clone, npx and npm run use the right one by themselves.');
  process.exit(2);
}
const { enableCompileCache } = await import('node:module');
enableCompileCache();
await import('./bin.mjs');
`,
);
chmodSync('dist/coalmine.mjs', 0o755);
const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
process.stdout.write(
  `dist/coalmine.mjs, ${Math.round(bytes / 1024)} kB in ${Object.keys(metafile.outputs).length} chunks\n`,
);
