import type { Plugin } from 'esbuild';

/**
 * Bundles other text in place of some modules, by the names under which they are imported. The text may import the module that it
 * replaces; its imports are resolved from `folder`.
 */
export function replaceModules(texts: Readonly<Record<string, string>>, folder: string): Plugin {
  return {
    name: 'replace-modules',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, namespace }) =>
        namespace !== 'replaced' && Object.hasOwn(texts, path) ? { path, namespace: 'replaced' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'replaced' }, ({ path }) => ({
        contents: texts[path] as string,
        resolveDir: folder,
      }));
    },
  };
}

/**
 * Packages that take 5 to 15 ms to begin (bench/README.md), and that few canaries need: a bundle begins one with its first call.
 * In the sources each is an import like any other.
 */
export const LAZY_PACKAGES = {
  re2js: lazily('re2js', 'RE2JS', 'compile'),
  'cron-parser': lazily('cron-parser', 'CronExpressionParser', 'parse'),
};

/** Names of the client of S3 that functions import. */
export const S3_NAMES = [
  'S3Client',
  'DeleteObjectCommand',
  'GetObjectCommand',
  'HeadObjectCommand',
  'ListObjectsV2Command',
  'PutObjectCommand',
] as const;

/** Texts in place of modules that are needed by no function as they are. */
export const FUNCTION_REPLACEMENTS = {
  // Compiled checks replace the schemas; nothing else reads them at run time.
  typebox: 'export const Type = new Proxy({}, { get: () => () => ({}) });',
  // A late import takes the whole package. Without the calls that no function makes, it is 32 kB smaller.
  '@aws-sdk/client-s3': `export { ${S3_NAMES.join(', ')} } from '@aws-sdk/client-s3';`,
  // Lambda sets a function's credentials in its environment; the rest of the chain is for developers' machines.
  '@aws-sdk/credential-provider-node':
    "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
};

function lazily(name: string, exported: string, method: string): string {
  return `export const ${exported} = { ${method}: (text) => require('${name}').${exported}.${method}(text) };`;
}
