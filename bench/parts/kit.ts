import { kitPrograms, type Library, libraryOf } from '../measure/kit-bundles.ts';
import { inTurn, ratios } from '../measure/numbers.ts';
import { type Figure, partOf } from '../measure/part.ts';
import { measureNode, resultOf } from '../measure/processes.ts';

const KIT = './runner/trace/index.ts';

/** Imports of an application from each library. Powertools Tracer stands on CommonJS. */
const LIBRARIES = {
  ours: { called: '`@coalmine/trace`', statements: [`export * from '${KIT}';`] },
  carriers: {
    called: '`@coalmine/trace`, carriers and context',
    statements: [
      "export { read } from './runner/trace/carriers/read.ts';",
      "export { write } from './runner/trace/carriers/write.ts';",
      "export * from './runner/trace/ids/context.ts';",
    ],
  },
  logger: { called: 'Powertools Logger', statements: ["export * from '@aws-lambda-powertools/logger';"] },
  batch: { called: 'Powertools Batch', statements: ["export * from '@aws-lambda-powertools/batch';"] },
  tracer: {
    called: 'Powertools Tracer',
    statements: ["export * from '@aws-lambda-powertools/tracer';"],
    format: 'cjs',
  },
  idempotency: {
    called: 'Powertools Idempotency with DynamoDB',
    statements: [
      "export * from '@aws-lambda-powertools/idempotency';",
      "export * from '@aws-lambda-powertools/idempotency/dynamodb';",
    ],
  },
  api: { called: '`@opentelemetry/api`', statements: ["export * from '@opentelemetry/api';"] },
  w3c: {
    called: '`@opentelemetry/api` with W3C and AsyncLocalStorage',
    statements: [
      "export * from '@opentelemetry/api';",
      "export { W3CTraceContextPropagator } from '@opentelemetry/core';",
      "export { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';",
    ],
  },
} as const;

type Name = keyof typeof LIBRARIES;
const NAMES = Object.keys(LIBRARIES) as Name[];

const GOALS: Readonly<Record<string, Partial<Figure>>> = {
  oursStart: {
    atMost: 1,
    missed: {
      cause: 'measured on a busy machine only; the least of 21 rounds was 0.59 ms',
      best: 1.3,
    },
  },
  carriersStart: { atMost: 1 },
  carriersSize: {
    atMost: 2,
    missed: {
      cause:
        'nineteen commands, the limits of their services and the checks of W3C are needed by each import',
      best: 3.8,
    },
  },
};

type LibraryKey = `${Name}Start` | `${Name}Size`;

const libraryFigures = Object.fromEntries(
  NAMES.flatMap((name): readonly (readonly [string, Figure])[] => [
    [
      `${name}Start`,
      {
        name: `${LIBRARIES[name].called}, import: CPU above an empty module`,
        unit: 'ms',
        ...GOALS[`${name}Start`],
      },
    ],
    [
      `${name}Size`,
      { name: `${LIBRARIES[name].called}: size with gzip`, unit: 'kB', ...GOALS[`${name}Size`] },
    ],
  ]),
) as Readonly<Record<LibraryKey, Figure>>;

const PROGRAMS = ['bare', 'ours', 'powertools', 'opentelemetry', 'once-ours', 'once-powertools'] as const;

/** `@coalmine/trace` next to Powertools and OpenTelemetry: the same batches, each record of which sends one event with its id. */
export const kit = partOf({
  name: 'kit',
  about: '`@coalmine/trace` next to Powertools and OpenTelemetry: for an event, and at the start',
  figures: {
    ours: { name: 'an event by `@coalmine/trace`: CPU ÷ no ids at all', unit: '×' },
    powertools: {
      name: 'an event by Powertools Batch and Logger, ids by hand: CPU ÷ no ids at all',
      unit: '×',
    },
    opentelemetry: { name: 'an event by OpenTelemetry, ids by hand: CPU ÷ no ids at all', unit: '×' },
    once: { name: 'an effect by `once`: CPU ÷ by Powertools Idempotency', unit: '×', atMost: 1 },
    ...libraryFigures,
  },
  sizes: {
    full: { rounds: 7, batches: 500, starts: 21 },
    quick: { rounds: 3, batches: 200, starts: 5 },
    tiny: { rounds: 1, batches: 2, starts: 1 },
  },
  measure: async ({ rounds, batches, starts }) => {
    const paths = await kitPrograms(PROGRAMS);
    const cpuMs = async (...argv: readonly string[]) => (await measureNode(argv)).cpuMs;
    const events = async (path: string) => (await cpuMs(path, String(batches))) - (await cpuMs(path, '0'));
    const libraries = await each(async (name) => libraryOf(name, LIBRARIES[name]));
    const nothing = await libraryOf('nothing', { statements: [] });
    const took = await inTurn(
      rounds,
      works(PROGRAMS, async (name) => events(paths[name])),
    );
    const started = await inTurn(
      starts,
      works(NAMES, async (name) => resultOf<number>('kit/import.ts', [libraries[name].path, nothing.path])),
    );
    return {
      ours: ratios(took.ours, took.bare),
      powertools: ratios(took.powertools, took.bare),
      opentelemetry: ratios(took.opentelemetry, took.bare),
      once: ratios(took['once-ours'], took['once-powertools']),
      ...(Object.fromEntries(
        NAMES.flatMap((name) => [
          [`${name}Start`, started[name]],
          [`${name}Size`, [libraries[name].kilobytes]],
        ]),
      ) as unknown as Record<LibraryKey, readonly number[]>),
    };
  },
});

async function each(work: (name: Name) => Promise<Library>): Promise<Readonly<Record<Name, Library>>> {
  const found = await Promise.all(NAMES.map(async (name) => [name, await work(name)] as const));
  return Object.fromEntries(found) as Record<Name, Library>;
}

function works<One extends string, T>(
  names: readonly One[],
  work: (name: One) => Promise<T>,
): Readonly<Record<One, () => Promise<T>>> {
  return Object.fromEntries(names.map((name) => [name, async () => work(name)])) as Record<
    One,
    () => Promise<T>
  >;
}
