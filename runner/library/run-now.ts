import { ownerProcess } from '../adapters/runtime/owner-process.ts';
import { systemRandom } from '../adapters/runtime/system-random.ts';
import { omitUndefined } from '../core/base/omit-undefined.ts';
import { randomHex } from '../core/base/run-id.ts';
import type { RunResult } from '../core/model/run-result.ts';
import { secretsOf } from '../core/redaction/redact.ts';
import { Interrupted } from '../engine/steps/classify-error.ts';
import type { LoadedCanary as WholeCanary } from '../load/index.ts';
import { openRuns } from '../runs/run-canaries.ts';
import { openRunReporters } from '../runs/run-reporters.ts';
import { tagged } from '../runs/selection.ts';
import type { Surroundings } from '../runs/surroundings.ts';
import { UsageError } from '../runs/usage-error.ts';
import { type Settings, settingsFrom } from '../settings.ts';
import { readCanaries, wholeOf } from './load-canaries.ts';
import type { LoadedCanary } from './loaded-canary.ts';
import type { LoadOptions, RunOptions } from './options.ts';

/** Most runs at a time, if a program names no number; the command line has the same. */
const CONCURRENCY = 10;

type Options = RunOptions & Required<LoadOptions>;

/** Makes runs for a program, with nothing of the process but what its options give. */
export async function runNow(
  given: readonly (string | LoadedCanary)[],
  options: Options,
): Promise<readonly RunResult[]> {
  const { concurrency = CONCURRENCY } = options;
  refuseUnusable(options, concurrency);
  if (given.length === 0) return Object.freeze([]);
  const { settings, around } = contextOf(options);
  const canaries = tagged(await chosen(given, options), options.tags ?? []);
  const reporting = await reportingOf(options, settings, around);
  const ending = endingWith(options.signal);
  try {
    const { reporters } = reporting;
    const of = { ...omitUndefined(options), canaries, settings, reporters, signal: ending.signal };
    const runs = openRuns({ ...of, ...OF_PROGRAM, store: isStored(options) }, around);
    try {
      const results = await runs.make(concurrency);
      await reporting.end();
      return Object.freeze(results);
    } finally {
      await runs.close();
    }
  } finally {
    ending.forget();
    reporting.close();
  }
}

/** Ways of a program, which a command has not: it cannot be asked to wait, and its options are values. */
const OF_PROGRAM = { waitsForTaps: true, envOption: (name: string) => `env: '${name}'` };

function refuseUnusable({ state, table }: Options, concurrency: number): void {
  if (!Number.isSafeInteger(concurrency) || concurrency < 1)
    throw new UsageError(`'concurrency' is ${concurrency}. Give a whole number from 1.`);
  if (state !== undefined && table !== undefined)
    throw new UsageError("State is kept in one place: give 'state' or 'table', not both.");
}

function isStored({ state, table }: Options): boolean {
  return state !== undefined || table !== undefined;
}

/** The settings and the surroundings of one call, with secrets of its own. */
function contextOf({ cwd, variables = process.env, onWarning }: Options): {
  readonly settings: Settings;
  readonly around: Surroundings;
} {
  const who = ownerProcess();
  const { settings, faults } = settingsFrom(variables, who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const secrets = secretsOf();
  const warn = (text: string): void => {
    const masked = secrets.redactor.text(text);
    try {
      onWarning(masked);
    } catch {
      process.emitWarning(masked, { type: 'CoalmineWarning' }); // a warning changes no verdict
    }
  };
  // Two calls in one process must not take each other's messages from a tap.
  const owner = `${settings.owner}, call ${randomHex(systemRandom(), 4)}`;
  return { settings: { ...settings, owner }, around: { env: variables, cwd, who, secrets, warn } };
}

async function reportingOf({ reporters = [] }: Options, settings: Settings, around: Surroundings) {
  const written = reporters.filter((one) => typeof one === 'string');
  const own = reporters.filter((one) => typeof one !== 'string');
  return openRunReporters(written, { settings, own }, around);
}

/** A signal that ends runs with a reason that they know, when the program's does. */
function endingWith(signal: AbortSignal | undefined): { readonly signal: AbortSignal; forget(): void } {
  const ending = new AbortController();
  const end = (): void => ending.abort(new Interrupted('The run was interrupted by its signal.'));
  if (signal?.aborted === true) end();
  signal?.addEventListener('abort', end);
  return { signal: ending.signal, forget: () => signal?.removeEventListener('abort', end) };
}

/** The canaries that are given, and those at the paths that are given. */
async function chosen(
  given: readonly (string | LoadedCanary)[],
  options: Options,
): Promise<readonly WholeCanary[]> {
  const paths = given.filter((one) => typeof one === 'string');
  const loaded = given.filter((one) => typeof one !== 'string');
  const read = paths.length > 0 ? await readCanaries(paths, options) : [];
  // A canary that is given twice runs once.
  const each = new Map([...read, ...loaded].map((one) => [(one as LoadedCanary | null)?.file ?? one, one]));
  return [...each.values()].map((one) => {
    const whole = wholeOf(one);
    if (whole === undefined) throw new UsageError("A canary is a path, or comes from 'loadCanaries'.");
    return whole;
  });
}
