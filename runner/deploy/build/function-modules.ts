import { join } from 'node:path';

/** The modules that a function's entry imports, by name, with their sources from the root. */
export const FUNCTION_MODULES = {
  tick: 'runner/lambda/tick.ts',
  worker: 'runner/lambda/worker.ts',
  'tap-reader': 'runner/lambda/tap-reader.ts',
  inbox: 'runner/lambda/inbox.ts',
  verbs: 'runner/kinds/verbs/table.ts',
  nouns: 'runner/kinds/nouns/table.ts',
  notifiers: 'reporters/notifications/table.ts',
  reporters: 'reporters/registry/table.ts',
  sources: 'runner/adapters/references/table.ts',
  changes: 'runner/adapters/changes/table.ts',
} as const;
export type ModuleName = keyof typeof FUNCTION_MODULES;

/** Packages that an entry or its texts import by name, by the name of the module that holds each in an installed package. */
export const PACKAGE_MODULES = {
  re2js: 're2js',
  'cron-parser': 'cron-parser',
  '@aws-sdk/client-sts': 'client-sts',
  'ajv/dist/runtime/ucs2length': 'ucs2length',
} as const;

/** The code from which functions are bundled: the sources of a clone, or the modules of an installed package. */
export interface FunctionCode {
  /** Folder from which imports are resolved. */
  readonly folder: string;
  /** The import of a module, relative to the folder. */
  pathOf(name: ModuleName): string;
  /** Files in place of packages, by the names under which those are imported. */
  readonly packages: Readonly<Record<string, string>>;
}

/** The sources of a clone, whose packages are in its `node_modules`. */
export function sourceCode(root: string): FunctionCode {
  return { folder: root, pathOf: (name) => `./${FUNCTION_MODULES[name]}`, packages: {} };
}

/** The modules of an installed package, made by scripts/packages/function-modules.ts. */
export function builtCode(folder: string): FunctionCode {
  const files = Object.entries(PACKAGE_MODULES).map(
    ([name, file]) => [name, join(folder, `${file}.mjs`)] as const,
  );
  return { folder, pathOf: (name) => `./${name}.mjs`, packages: Object.fromEntries(files) };
}

/** The code that belongs to this file: it is a source, or bundled into the command line, next to the modules. */
export function ownCode(): FunctionCode {
  const { dirname, filename } = import.meta;
  return filename.endsWith('.ts')
    ? sourceCode(join(dirname, '../../..'))
    : builtCode(join(dirname, 'functions'));
}
