import type { AwsClients } from '../../adapters/aws/clients.ts';
import { classifyAwsError, faultSortOf } from '../../adapters/aws/errors.ts';
import { executionsWith } from '../../adapters/traces/executions.ts';
import { logLines, type TraceQuery } from '../../adapters/traces/log-lines.ts';
import { MOST_TRACES, segmentsOf } from '../../adapters/traces/segments.ts';
import { stateMachineNameOf } from '../../core/aws/resources/state-machine.ts';
import { CanaryError } from '../../core/base/errors.ts';
import { xrayIdOf } from '../../core/base/run-id.ts';
import { mapWithConcurrency } from '../../core/base/with-concurrency.ts';
import type { Redactor } from '../../core/redaction/redact.ts';
import type { Journal, JournalEntry } from '../../core/taps/ports.ts';
import { UNWRITTEN_KEY, unwrittenAmong } from '../../core/taps/unwritten.ts';
import { entriesOfExecution } from '../../core/trace/entries-of-execution.ts';
import { entriesOfJournal } from '../../core/trace/entries-of-journal.ts';
import { entriesOfLogs } from '../../core/trace/entries-of-logs.ts';
import { entriesOfSegments } from '../../core/trace/entries-of-segments.ts';
import type { SourceReading, TraceEntry } from '../../core/trace/trace.ts';
import { raceAbort } from '../../engine/abort.ts';
import type { TracedResources } from './resources.ts';

/** Means to read the sources of a trace. */
export interface ReadFor {
  readonly clients: AwsClients;
  /** Masks what is read before it is shortened. */
  readonly redactor: Redactor;
  /** The journal of a deployed stack; absent without its table. */
  readonly journal: Journal | undefined;
  readonly resources: TracedResources;
  readonly query: Omit<TraceQuery, 'signal'>;
  readonly nowMs: number;
  /** Time limit of one source, in milliseconds. @default 20 s */
  readonly longestMs?: number;
}

const AT_A_TIME = 4;
/** The journal of a stack keeps an entry for so long (runner/adapters/dynamodb/journal.ts). */
const JOURNAL_KEPT_MS = 3_600_000;

type Source = Required<Omit<SourceReading, 'entries' | 'unread'>> & {
  read(signal: AbortSignal): Promise<{ readonly entries: readonly TraceEntry[]; readonly unread?: string }>;
};

/** Reads every source but the runs. One that cannot be read says why; none is left out. */
export async function readSources(given: ReadFor): Promise<readonly SourceReading[]> {
  const { resources, longestMs = 20_000 } = given;
  const unknown = resources.unknown.map((one) => ({ ...one, entries: [], unread: NAMELESS }));
  const sources = [
    ...journalSources(given),
    ...resources.logGroups.map((group) => logSource(group, given)),
    ...resources.stateMachines.map((arn) => executionSource(arn, given)),
    xraySource(given),
  ];
  const readings = await mapWithConcurrency(AT_A_TIME, sources, async ({ read, right, ...source }) => {
    const signal = AbortSignal.timeout(longestMs);
    try {
      return { ...source, ...(await raceAbort(read(signal), signal)) };
    } catch (thrown) {
      const isDenied = !signal.aborted && faultSortOf(thrown) === 'denied';
      return {
        ...source,
        entries: [],
        unread: reasonOf(thrown, signal),
        ...(isDenied ? { right } : {}),
      };
    }
  });
  return [...readings, ...unknown];
}

const NAMELESS = 'Its name is known in a run only, or could not be read.';

function reasonOf(thrown: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'AWS did not answer in time.';
  const fault = classifyAwsError(thrown);
  if (fault instanceof CanaryError) return fault.message;
  throw fault;
}

const IS_MORE = 'There is more than was read. Narrow it with --since.';

function outcome(entries: readonly TraceEntry[], isWhole: boolean) {
  return isWhole ? { entries } : { entries, unread: IS_MORE };
}

function journalSources({ journal, redactor, resources, query, nowMs }: ReadFor): readonly Source[] {
  const shared = { source: 'journal', right: 'dynamodb:Query' } as const;
  if (journal === undefined) {
    const unread =
      'It is in the memory of the process that ran, and not kept. Name the table of a deployed stack: --table.';
    return [{ ...shared, about: 'the journal of taps', read: async () => ({ entries: [], unread }) }];
  }
  const { ids, value } = query.subject;
  const keys = [...ids, ...(value === undefined ? [] : [value])];
  const isOld = query.fromMs < nowMs - JOURNAL_KEPT_MS;
  const old = 'Entries older than an hour are not kept.';
  return resources.feeds.map((feed) => ({
    ...shared,
    about: `the journal of ${feed}`,
    read: async () => {
      const read = async (key: string) => journal.read({ feed, key, sinceMs: query.fromMs });
      const [marks, ...found] = await Promise.all([UNWRITTEN_KEY, ...keys].map(read));
      const reasons = [...unreadIn(found.flat()), ...unwrittenIn(marks), ...(isOld ? [old] : [])];
      const entries = entriesOfJournal(found.flat(), redactor);
      return reasons.length === 0 ? { entries } : { entries, unread: reasons.join(' ') };
    },
  }));
}

function unreadIn(entries: readonly JournalEntry[]): readonly string[] {
  const partly = new Map(entries.flatMap(({ id, unread = [] }) => unread.map(({ why }) => [id, why])));
  const [why] = partly.values();
  return why === undefined ? [] : [`Of ${partly.size} of its entries not all could be read: ${why}.`];
}

function unwrittenIn(marks: readonly JournalEntry[] = []): readonly string[] {
  const left = unwrittenAmong(marks);
  return left === 0 ? [] : [`Messages that were received and could not be written to it: ${left}.`];
}

function logSource(group: string, { clients, redactor, query }: ReadFor): Source {
  return {
    source: 'logs',
    about: `log group ${group}`,
    right: 'logs:FilterLogEvents',
    read: async (signal) => {
      const { things, isWhole } = await logLines(clients, group, { ...query, signal });
      return outcome(entriesOfLogs(group, things, redactor), isWhole);
    },
  };
}

function executionSource(arn: string, { clients, redactor, query }: ReadFor): Source {
  const name = stateMachineNameOf(arn);
  return {
    source: 'executions',
    about: `state machine ${name}`,
    right: 'states:ListExecutions, states:DescribeExecution, states:GetExecutionHistory',
    read: async (signal) => {
      const { things, isWhole } = await executionsWith(clients, arn, { ...query, signal });
      const entries = things.flatMap((one) => entriesOfExecution(name, one, redactor));
      return outcome(entries, isWhole);
    },
  };
}

function xraySource({ clients, query }: ReadFor): Source {
  const { ids } = query.subject;
  return {
    source: 'x-ray',
    about: 'X-Ray',
    right: 'xray:BatchGetTraces, xray:GetTraceSegmentDestination',
    read: async (signal) => {
      if (ids.length === 0)
        return { entries: [], unread: 'A value is no trace id, and no run with it is known.' };
      const { things, isWhole } = await segmentsOf(clients, ids.map(xrayIdOf), signal);
      return outcome(entriesOfSegments(things), isWhole && ids.length <= MOST_TRACES);
    },
  };
}
