import { resolve } from 'node:path';
import type { ClientOf, Place } from '../../reporters/contract.ts';
import {
  openReporter,
  type ReporterSpec,
  type ReporterTable,
  reporterSpecs,
} from '../../reporters/registry/open.ts';
import * as builtIn from '../../reporters/registry/table.ts';
import { classifyAwsError } from '../adapters/aws/errors.ts';
import { poster } from '../adapters/runtime/post.ts';
import { systemRandom } from '../adapters/runtime/system-random.ts';
import type { Clock } from '../core/base/clock.ts';
import { DefinitionError, thrownMessage } from '../core/base/errors.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import type { Reporter } from '../core/report/reporter.ts';
import { joinReporters, type Reporters } from '../core/report/reporters.ts';
import { reportFile } from './report-file.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage-error.ts';

/** The time in which reporters must end when a command is over. */
const END_WITHIN_MS = 10_000;

/** Reporters and their context. */
export interface ReportersFor {
  readonly place: Exclude<Place, 'functions'>;
  readonly around: Pick<Surroundings, 'cwd' | 'env' | 'stdout' | 'warn' | 'secrets'>;
  readonly clock: Clock;
  readonly clientOf: ClientOf;
  /** Fills the references of a target in. */
  readonly fill?: (text: string) => Promise<string>;
  /** Prints a line for the operator. @default on standard error */
  print?(line: string): void;
  /** Reporters of the command itself. */
  readonly own?: readonly Reporter[];
  /** The reporters that may be named. @default all of `reporters/registry/table.ts` */
  readonly table?: ReporterTable;
}

/**
 * Opens reporters, written as NAME or NAME:TARGET. On a standard output `run` has the console too, unless another one takes it. A failure of one
 * is a warning, and changes nothing else.
 * @throws UsageError for one that cannot be opened, and for two texts on standard output or in one file.
 */
export async function reportersFor(written: readonly string[], of: ReportersFor): Promise<Reporters> {
  const { around, own = [] } = of;
  const opened = await usable(async () => openAll(written, of));
  const failed = (reporter: string, thrown: unknown): void => {
    const why = thrownMessage(classifyAwsError(thrown));
    around.warn(`The reporter '${reporter}' failed; no verdict changes. ${why}`);
  };
  return joinReporters([...own, ...opened], { clock: of.clock, endWithinMs: END_WITHIN_MS, failed });
}

async function openAll(written: readonly string[], of: ReportersFor): Promise<readonly Reporter[]> {
  const asked = reporterSpecs(written, of.table ?? builtIn, of.place).map((spec) =>
    placed(spec, of.around.env),
  );
  const plain = asked.filter(({ kind, target }) => kind.text === true && target === undefined);
  const { stdout } = of.around;
  const hasConsole = of.place === 'run' && stdout !== undefined && plain.length === 0;
  const specs = hasConsole ? [{ kind: builtIn.console }, ...asked] : asked;
  refuseMixed(asked, plain, of.around);
  return Promise.all(specs.map(async (spec) => openOne(spec, of)));
}

/** @throws UsageError if two texts would mix, or if one would mix with the output of another program. */
function refuseMixed(
  asked: readonly PlacedSpec[],
  [plain, second]: readonly PlacedSpec[],
  { stdout, cwd }: ReportersFor['around'],
): void {
  if (stdout === undefined && plain !== undefined) {
    const { name } = plain.kind;
    throw new UsageError(
      `The reporter '${name}' would write on standard output, which belongs to this program. Give it a file: '${name}:FILE'.`,
    );
  }
  if (second !== undefined)
    throw new UsageError(
      'Two reporters on standard output would mix. Give one of them a file: --reporter junit:report.xml.',
    );
  const places = asked.flatMap(({ kind, target }) =>
    kind.text === true && target !== undefined ? [resolve(cwd, target)] : [],
  );
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  if (twice !== undefined)
    throw new UsageError(
      `Two reporters would write ${twice}, and the second over the first. Name two files.`,
    );
}

/** A reporter and its file, which may be appended to. */
interface PlacedSpec extends ReporterSpec {
  readonly append?: true;
}

/**
 * A reporter with the file that the environment gives to it, unless the user has named one.
 * @throws DefinitionError if there is none.
 */
function placed(spec: ReporterSpec, env: Surroundings['env']): PlacedSpec {
  const { name, appendsTo } = spec.kind;
  if (appendsTo === undefined || spec.target !== undefined) return spec;
  const target = env[appendsTo] ?? '';
  if (target !== '') return { ...spec, target, append: true };
  throw new DefinitionError(
    `The reporter '${name}' writes to the file that ${appendsTo} names, and that variable is not set. Name a file: --reporter ${name}:FILE.`,
  );
}

async function openOne(spec: PlacedSpec, of: ReportersFor): Promise<Reporter> {
  const { around, clientOf, clock, fill, print = around.warn } = of;
  const { env, cwd, secrets } = around;
  const base = {
    env,
    cwd,
    clientOf,
    clock,
    print,
    post: poster({ env, runtimeApi: env['AWS_LAMBDA_RUNTIME_API'] }),
    random: systemRandom(),
    learn: (secret: string) => secrets?.learn(secret),
    stepMetrics: true,
    ...omitUndefined({ fill }),
  };
  if (spec.kind.text !== true || spec.target === undefined)
    return openReporter(spec, { ...base, out: around.stdout ?? NO_OUTPUT });
  const file = reportFile(around.cwd, spec.target, spec.append);
  const parts: string[] = [];
  const reporter = await openReporter(spec, {
    ...base,
    out: { write: (text) => void parts.push(text) },
  });
  return {
    ...reporter,
    onEnd: async () => {
      await reporter.onEnd?.();
      file.write(parts.join(''));
    },
  };
}

/** For a reporter that writes no text. */
const NO_OUTPUT = { write: () => {} };

async function usable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof DefinitionError) throw new UsageError(thrown.message);
    throw thrown;
  }
}
