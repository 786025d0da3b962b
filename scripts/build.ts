import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { commandLineModules, MODULE_BUNDLE } from './module-bundle.ts';

/**
 * Bundles the command line into a folder, `dist` unless it is given: one chunk for each command and each AWS client. So a command loads only
 * what it needs. Node does not strip types below node_modules, so an installed package must be plain JavaScript.
 */
const [folder = 'dist'] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
const { metafile } = await build({
  ...MODULE_BUNDLE,
  entryPoints: { bin: 'runner/cli/bin.ts' },
  outdir: folder,
  legalComments: 'none',
  metafile: true,
  plugins: [commandLineModules()],
});

// Plain, old JavaScript, so that it runs on any Node.
writeFileSync(
  `${folder}/coalmine.mjs`,
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
chmodSync(`${folder}/coalmine.mjs`, 0o755);
const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
process.stdout.write(
  `${folder}/coalmine.mjs, ${Math.round(bytes / 1024)} kB in ${Object.keys(metafile.outputs).length} chunks\n`,
);
