import { Session } from 'node:inspector/promises';
import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { shouldInstrument } from '@jest/transform';
import { type TestGlobals, useGlobals } from './globals.ts';

const require = createRequire(import.meta.url);
const GLOBALS = new URL('globals.ts', import.meta.url).href;

registerHooks({
  resolve: (name, context, next) =>
    name === '@jest/globals' ? { url: GLOBALS, shortCircuit: true } : next(name, context),
});

let profiler: Session | undefined;

type Instrumented = Parameters<typeof shouldInstrument>;
type Coverage = Awaited<ReturnType<typeof takeCoverage>>;

/** Loads tests and the program by Node, once for all test files of a process (docs/decisions/0062-test-files-share-modules.md). */
export default class SharedModules {
  private readonly config: Instrumented[2];
  private readonly options: Instrumented[1];
  private coverage: Coverage = [];

  constructor(...given: readonly unknown[]) {
    [this.config, this.options] = [given[0], given[5]] as [Instrumented[2], Instrumented[1]];
    const { watch, watchAll } = given[7] as { readonly watch: boolean; readonly watchAll: boolean };
    if (watch || watchAll)
      throw new Error('Modules are loaded once, so jest would watch old ones. Run npm test again.');
  }

  unstable_shouldLoadAsEsm(): boolean {
    return true;
  }

  async unstable_importModule(path: string): Promise<void> {
    await import(pathToFileURL(path).href);
  }

  /** Evaluates jest's runner again for each test file, since it keeps the tests of one file. */
  requireInternalModule(path: string): unknown {
    Reflect.deleteProperty(globalThis, Symbol.for('EVENT_HANDLERS'));
    delete require.cache[path];
    return require(path);
  }

  requireModule(path: string): unknown {
    return require(path);
  }

  setGlobalsForRuntime(globals: TestGlobals): void {
    useGlobals(globals);
  }

  /** Counts from the first test file on: V8 counts no branches of a function that was compiled before. */
  async collectV8Coverage(): Promise<void> {
    if (profiler !== undefined) return;
    profiler = new Session();
    profiler.connect();
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  async stopCollectingV8Coverage(): Promise<void> {
    this.coverage = profiler === undefined ? [] : await takeCoverage(profiler);
  }

  getAllV8CoverageInfoCopy(): readonly {
    readonly codeTransformResult: undefined;
    readonly result: Coverage[number];
  }[] {
    return this.coverage
      .filter(({ url }) => shouldInstrument(url, this.options, this.config))
      .map((result) => ({ codeTransformResult: undefined, result }));
  }

  getAllCoverageInfoCopy(): undefined {}
  getSourceMaps(): undefined {}
  enterTestCode(): void {}
  leaveTestCode(): void {}
  teardown(): void {}
}

async function takeCoverage(session: Session) {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return result
    .filter(({ url }) => url.startsWith('file://'))
    .map((script) => ({ ...script, url: fileURLToPath(script.url) }));
}
