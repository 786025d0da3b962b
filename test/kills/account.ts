import type { HistoryEntry } from '../../runner/core/store/slots.ts';

/** The members of a notice that the account needs (docs/reference/notice.schema.json), and the path that received it. */
export interface ReceivedNotice extends Sent {
  readonly path: string;
}

interface Sent {
  readonly incident: string;
  readonly kind: string;
  readonly stream: 'target' | 'observer';
  readonly canary: { readonly name: string };
  /** Its incidents, if it is about several. */
  readonly group?: {
    readonly members: readonly { readonly canary: string; readonly incident: string }[];
  } | null;
}

/** A received notice; one for each incident, if it is about several. */
export function noticesIn({ group, ...notice }: Sent, path: string): readonly ReceivedNotice[] {
  if (group === undefined || group === null) return [{ ...notice, path }];
  return group.members.map(({ canary, incident }) => ({
    ...notice,
    incident,
    canary: { name: canary },
    path,
  }));
}

/** Everything that is known in the end. */
export interface Known {
  /** Slots that each canary should have had, epoch milliseconds. */
  readonly due: ReadonlyMap<string, readonly number[]>;
  /** Every record of the state. */
  readonly history: readonly HistoryEntry[];
  /** Runs that reached the system: `<canary> <run id>`, each as often as it came. */
  readonly runs: readonly string[];
  /** Incidents that each canary had by its state, in both streams. */
  readonly incidents: ReadonlyMap<string, number>;
  readonly processed: readonly ReceivedNotice[];
}

/** Breaches of the guarantees of docs/reference/reliability.md, a sentence each, by the guarantee. */
export function breachesOf(known: Known): Readonly<Record<string, readonly string[]>> {
  return {
    'slots lost': lostSlots(known),
    'slots run twice': doubledSlots(known),
    'incidents not notified': unnotifiedIncidents(known),
    'ends not notified': unnotifiedEnds(known.processed),
    'ends before beginnings': endsBeforeBeginnings(known.processed),
  };
}

/** Path of the channel that is the fallback of another. */
export const FALLBACK = '/spare';

const BEGINS: ReadonlySet<string> = new Set(['opened', 'combined', 'statusUpdate']);
const ENDS: ReadonlySet<string> = new Set(['closed', 'combined']);

/** Slots without a record. One record may stand for several missed slots in a row. */
function lostSlots({ due, history }: Known): readonly string[] {
  return [...due].flatMap(([canary, slots]) => {
    const covered = new Set<number>();
    for (const { atMs, count } of history.filter((one) => one.canary === canary && isSlot(one))) {
      const first = slots.indexOf(atMs);
      for (const slot of first < 0 ? [] : slots.slice(first, first + count)) covered.add(slot);
    }
    return slots.filter((slot) => !covered.has(slot)).map((slot) => `${canary} ${time(slot)} has no record`);
  });
}

/**
 * A slot was run twice if two runs of it reached the system. A run that was caught up may begin just before the next slot: its record says
 * which slot it was for. A run without a record is placed by its id, which begins with the second of its start.
 */
function doubledSlots({ due, history, runs }: Known): readonly string[] {
  const recorded = new Map(
    history.filter(isSlot).map(({ run, atMs }): readonly [unknown, number] => [run?.runId, atMs]),
  );
  const bySlot = Map.groupBy(new Set(runs), (run) => {
    const [canary = '', runId = ''] = run.split(' ');
    const startedAtMs = Number.parseInt(runId.slice(0, 8), 16) * 1_000 + 999;
    const slot = recorded.get(runId) ?? due.get(canary)?.findLast((one) => one <= startedAtMs);
    return `${canary} ${slot === undefined ? 'before its first slot' : time(slot)}`;
  });
  const twice = [...bySlot].filter(([, all]) => all.length > 1).map(([slot]) => `${slot} ran twice`);
  const again = runs.filter((run, index) => runs.indexOf(run) !== index).map((run) => `${run} acted twice`);
  return [...twice, ...again];
}

function unnotifiedIncidents({ incidents, processed }: Known): readonly string[] {
  return [...incidents].flatMap(([canary, count]) => {
    const own = processed.filter(({ canary: { name }, kind }) => name === canary && BEGINS.has(kind));
    const notified = new Set(own.filter((one) => !isRequest(one)).map(({ incident }) => incident));
    return notified.size === count
      ? []
      : [`${canary} had ${count} incidents, and ${notified.size} were notified`];
  });
}

/**
 * By receiver: a receiver of an end must have received the beginning. A fallback may receive the end alone, in place of a channel that
 * received the beginning (docs/reference/reliability.md, "Notices").
 */
function endsBeforeBeginnings(processed: readonly ReceivedNotice[]): readonly string[] {
  const byReceiver = Map.groupBy(processed, ({ path, incident }) => `${incident} at ${path}`);
  return [...byReceiver.values()].flatMap(([first]) => {
    if (
      first === undefined ||
      BEGINS.has(first.kind) ||
      (first.path === FALLBACK && standsIn(first, processed))
    )
      return [];
    return [`${first.incident} at ${first.path} began with '${first.kind}'`];
  });
}

/** True if another receiver has processed the beginning before. */
function standsIn(end: ReceivedNotice, processed: readonly ReceivedNotice[]): boolean {
  return processed
    .slice(0, processed.indexOf(end))
    .some(({ incident, path, kind }) => incident === end.incident && path !== end.path && BEGINS.has(kind));
}

/** True for a request to close an incident by hand (runner/core/alert/outbox/by-hand.ts). */
function isRequest({ incident }: ReceivedNotice): boolean {
  return incident.includes('~');
}

function unnotifiedEnds(processed: readonly ReceivedNotice[]): readonly string[] {
  return [...Map.groupBy(processed, ({ incident }) => incident)]
    .filter(([, notices]) => !notices.some(({ kind }) => ENDS.has(kind)))
    .map(([incident]) => `${incident} has no end`);
}

function isSlot({ what }: HistoryEntry): boolean {
  return what !== 'late' && what !== 'extra';
}

function time(atMs: number): string {
  return new Date(atMs).toISOString();
}
