import type { ReporterContext, ReporterKind } from '../../../reporters/contract.ts';
import type { RunResult } from '../../../runner/core/model/run-result.ts';
import type { Reporter, ReporterEvents } from '../../../runner/core/report/reporter.ts';
import { joinReporters, type Reporters } from '../../../runner/core/report/reporters.ts';
import { ManualClock } from './manual-clock.ts';

/** One event, and its name. */
export type ReportedEvent = {
  [Event in keyof ReporterEvents]: { readonly event: Event; readonly value: ReporterEvents[Event] };
}[keyof ReporterEvents];

/** Reporters that hand every event to one function. */
export function eventReporters(receive: (reported: ReportedEvent) => void): Pick<Reporters, 'has' | 'emit'> {
  return { has: () => true, emit: (event, value) => receive({ event, value } as ReportedEvent) };
}

/** Opens a row of the table with a context of a test, and gives what it wrote. */
export async function opened(kind: ReporterKind, more: Partial<ReporterContext> = {}) {
  const parts: string[] = [];
  const context: ReporterContext = {
    out: { write: (text) => void parts.push(text) },
    env: {},
    clientOf: (constructor) => new constructor({} as never),
    post: async () => Promise.reject(new Error('no post is needed')),
    clock: new ManualClock(),
    random: { bytes: (count) => new Uint8Array(count) },
    learn: () => {},
    stepMetrics: true,
    print: () => {},
    ...more,
  };
  return { reporter: await kind.open(context), text: () => parts.join('') };
}

/** The text that a reporter writes of some runs. */
export async function reportOf(
  kind: ReporterKind,
  results: readonly RunResult[],
  more: Partial<ReporterContext> = {},
): Promise<string> {
  const { reporter, text } = await opened(kind, more);
  await reportTo(reporter, results);
  return text();
}

/** Gives a reporter the beginning and the end of some runs, and its own end. What it throws is thrown. */
export async function reportTo(reporter: Reporter, results: readonly RunResult[]): Promise<void> {
  const failures: unknown[] = [];
  const failed = (_: string, thrown: unknown): void => void failures.push(thrown);
  const reporters = joinReporters([reporter], { clock: new ManualClock(), endWithinMs: 60_000, failed });
  for (const { runId, canary, startedAtMs } of results)
    reporters.emit('onRunStart', { runId, canary, atMs: startedAtMs });
  for (const result of results) reporters.emit('onRunEnd', result);
  await reporters.end();
  if (failures.length > 0) throw failures[0];
}
