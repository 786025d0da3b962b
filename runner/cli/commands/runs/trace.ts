import { aroundRun } from '../../../../reporters/around-run.ts';
import { painter, wantsColour } from '../../../../reporters/terminal/paint.ts';
import { awsClients } from '../../../adapters/aws/clients.ts';
import { classifyAwsError } from '../../../adapters/aws/errors.ts';
import { dynamodbJournal } from '../../../adapters/dynamodb/journal.ts';
import { clientOptions } from '../../../app-parts.ts';
import { type App, composeApp } from '../../../compose-app.ts';
import { parseDuration } from '../../../core/base/duration.ts';
import { CanaryError } from '../../../core/base/errors.ts';
import { shellWord, visibleJson } from '../../../core/base/format.ts';
import { newRunId } from '../../../core/base/run-id.ts';
import { runInHistory } from '../../../core/compare/run-in-history.ts';
import { externalsIn } from '../../../core/expression/values.ts';
import type { RunResult } from '../../../core/model/run-result.ts';
import type { StateStore } from '../../../core/store/ports.ts';
import type { Journal } from '../../../core/taps/ports.ts';
import { tracedRun } from '../../../core/trace/entries-of-run.ts';
import { subjectOf, type TraceSubject, timeOf } from '../../../core/trace/subject.ts';
import { type Trace, traceOf } from '../../../core/trace/trace.ts';
import { readOutside, settledTaps } from '../../../doctor/outside.ts';
import { resolvedSteps } from '../../../doctor/resolved-steps.ts';
import { renderTracePage, type TracedResult } from '../../../pages/trace/trace-page.ts';
import { openStore } from '../../../runs/open-store.ts';
import { reportFile } from '../../../runs/report-file.ts';
import { select } from '../../../runs/selection.ts';
import { UsageError } from '../../../runs/usage-error.ts';
import { settingsFrom } from '../../../settings.ts';
import { formatTrace } from '../../output/format-trace.ts';
import { EXIT, type Io } from '../../setup/io.ts';
import { oneFleet, type ProjectAt, projectOf, sound } from '../../setup/selection.ts';
import { tableOfStack } from '../../setup/state-of-stack.ts';
import { type ReadOptions, reportingFaults } from '../../setup/with-store.ts';
import { readSources } from '../../tracing/read-sources.ts';
import { type TracedResources, tracedResources } from '../../tracing/resources.ts';
import { type TracedRuns, tracedRuns } from '../../tracing/traced-runs.ts';

export interface TraceOptions extends ReadOptions {
  readonly since?: string;
  /** Log groups in addition to those that canaries name. */
  readonly logGroup: readonly string[];
  /** The path of a file for a page, in place of text. */
  readonly html?: string;
  readonly format: 'text' | 'json';
}

/**
 * `coalmine trace`: everything that is known of one series of events, in the order of time. Exit code 1 if nothing is known and every
 * source was read, 3 if nothing is known and one was not.
 */
export async function trace(
  asked: string,
  paths: readonly string[],
  options: TraceOptions,
  io: Io,
): Promise<number> {
  const forMs = options.since === undefined ? undefined : parseDuration(options.since);
  if (options.since !== undefined && forMs === undefined)
    throw new UsageError(`'${options.since}' is not a duration. Write --since 2h.`);
  const loaded = sound(await select(paths, io), io);
  if (loaded === undefined) return EXIT.usage;
  const fleet = { ...oneFleet(loaded, options.env, `trace ${shellWord(asked)}`), ...projectOf(loaded) };
  const state = { ...options, ...(await tableOfStack({ ...options, ...fleet }, io)) };
  return reportingFaults(io, async () => {
    const page = options.html === undefined ? undefined : reportFile(io.cwd, options.html);
    const found = await read(asked, { forMs, fleet, options: state }, io);
    const { trace: known, results } = found;
    if (page !== undefined) page.write(renderTracePage(known, results));
    else if (options.format === 'json') io.stdout.write(`${visibleJson(known, 2)}\n`);
    else io.stdout.write(formatTrace(known, painter(wantsColour(io.env, io.stdout.isTTY === true))));
    return exitCodeOf(known);
  });
}

function exitCodeOf(found: Trace): number {
  if (found.entries.length > 0) return EXIT.good;
  return found.sources.some(({ unread }) => unread !== undefined) ? EXIT.error : EXIT.failed;
}

interface ReadWith {
  /** Length of the stretch of time that is read, up to now; absent: as the id says. */
  readonly forMs: number | undefined;
  readonly fleet: ReturnType<typeof oneFleet> & ProjectAt;
  readonly options: TraceOptions;
}

interface FoundTrace {
  readonly trace: Trace;
  /** Its runs as their own pages show them. */
  readonly results: readonly TracedResult[];
}

async function read(asked: string, { forMs, fleet, options }: ReadWith, io: Io): Promise<FoundTrace> {
  const { settings, faults } = settingsFrom(io.env, io.who);
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const app = composeApp({ settings, ...fleet, secrets: io.secrets });
  const own = awsClients(clientOptions(settings));
  try {
    const { clock, redactor } = app.engine;
    const nowMs = clock.nowMs();
    const time = { nowMs, sinceMs: forMs === undefined ? undefined : nowMs - forMs };
    const resources = await resourcesOf(app, { fleet, options, nowMs }, io);
    const first = subjectOf(asked);
    const { subject, runs, reading, results } = await runsOf(
      first,
      { fleet, options, sinceMs: timeOf(first, time).fromMs },
      io,
    );
    const namespace = `${fleet.project.name}/${fleet.environment.name}`;
    const journal = (table: string): Journal => dynamodbJournal({ clients: own, table, namespace, clock });
    const readings = await readSources({
      clients: app.clients,
      redactor,
      journal: options.table === undefined ? undefined : journal(options.table),
      resources,
      query: { subject, ...timeOf(subject, time) },
      nowMs,
    });
    return redactor.deep({ trace: traceOf(asked, runs.map(tracedRun), [reading, ...readings]), results });
  } finally {
    own.close();
    await app.close();
  }
}

type WithFleet = Pick<ReadWith, 'fleet' | 'options'>;

/** The resources that the canaries name. Their secrets are read too: a text of the system in which one stands is masked. */
async function resourcesOf(
  { engine: { references, random } }: App,
  { fleet: { project, environment, canaries }, options, nowMs }: WithFleet & { readonly nowMs: number },
  { stderr }: Io,
): Promise<TracedResources> {
  const names = canaries.flatMap((canary) => externalsIn(canary, environment));
  const { values, findings } = await readOutside(names, references);
  for (const { level, what, why = '' } of findings.values())
    if (level !== 'fine') stderr.write(`${what}: its value is not masked in what follows. ${why}\n`);
  const known = { environment, externals: values, runId: newRunId(nowMs, random), nowMs };
  const steps = canaries.flatMap((canary) => resolvedSteps(canary, known));
  return tracedResources(steps, await settledTaps(project, environment, references), options.logGroup);
}

/** The runs of the state, or the reason why it could not be read. */
async function runsOf(
  subject: TraceSubject,
  { fleet, options, sinceMs }: WithFleet & { readonly sinceMs: number },
  io: Io,
): Promise<TracedRuns & Pick<FoundTrace, 'results'>> {
  try {
    const store = await openStore({ ...options, ...fleet }, false, io);
    try {
      const found = await tracedRuns(subject, store.runs, sinceMs);
      return { ...found, results: options.html === undefined ? [] : await resultsOf(found.runs, store, io) };
    } finally {
      await store.close();
    }
  } catch (thrown) {
    const fault = classifyAwsError(thrown);
    if (!(fault instanceof CanaryError)) throw fault;
    const about = {
      source: 'runs',
      about: 'the history of runs',
      entries: [],
      unread: fault.message,
    } as const;
    return { subject, runs: [], reading: about, results: [] };
  }
}

async function resultsOf(
  runs: TracedRuns['runs'],
  store: StateStore,
  io: Io,
): Promise<FoundTrace['results']> {
  const around = async (run: RunResult): Promise<TracedResult> => ({
    run,
    around: aroundRun(run, await runInHistory(store, run), io),
  });
  return Promise.all(runs.map(around));
}
