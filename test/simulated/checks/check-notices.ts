import type { Entry, EventLog, FaultKind } from './event-log.ts';
import { heldIn, only, STREAMS } from './event-log.ts';

type Received = Entry & { readonly what: 'heard' };

/** Violations of the promises about notices: none lost, none repeated without cause, the last one true, no page for a new canary. */
export function noticeFaults(log: EventLog): readonly string[] {
  const received = Map.groupBy(only(log, 'heard'), topicOf);
  // Names and addresses change: what a receiver was sent counts then, not what a channel was.
  if (log.channelsChanged) return [...unnotified(log), ...unended(log), ...bugs(log)];
  return [
    ...lost(log, received),
    ...repeated(log),
    ...endsBeforeBeginnings(log),
    ...untrueLastWords(log, received),
    ...untrueKeys(log, received),
    ...pagedWithoutPass(log),
    ...bugs(log),
  ];
}

/** Number of repeated messages. */
export function duplicatesIn(log: EventLog): number {
  return [...copiesIn(log).values()].reduce((sum, copies) => sum + copies.length - 1, 0);
}

function topicOf({ channel, notice }: Pick<Received, 'channel' | 'notice'>): string {
  return `${notice.incident}:${channel}`;
}

/** Some receiver gets the beginning of each incident that people are to be notified of, or it is reported as undelivered. */
function unnotified(log: EventLog): readonly string[] {
  const reached = new Set(
    [...only(log, 'heard'), ...only(log, 'undelivered')].map(({ notice }) => notice.incident),
  );
  const notified = only(log, 'saved').flatMap(({ next }) =>
    STREAMS.flatMap((stream) => next.alert[stream].lastNotified?.incident ?? []),
  );
  return [...new Set(notified)]
    .filter((incident) => !reached.has(incident))
    .map((incident) => `lost notice: no receiver heard of ${incident}`);
}

/** Each receiver that accepted a beginning gets an end, or operators are asked by name to close the incident there. */
function unended(log: EventLog): readonly string[] {
  const open = openIn(log);
  const asked = new Set(
    [
      ...only(log, 'heard').filter(({ notice }) => notice.byHand !== undefined),
      ...only(log, 'undelivered').filter(({ notice }) => notice.closedAtMs !== undefined),
    ].map(({ notice }) => notice.incident.split('~')[0]),
  );
  const accepted = new Set(
    only(log, 'saved').flatMap(({ next }) =>
      Object.entries(next.alert.receipts ?? {}).flatMap(([incident, receipts]) =>
        receipts
          .filter((receipt) => receipt.accepted.length > 0)
          .map(({ address }) => receiverOf(incident, address)),
      ),
    ),
  );
  const ended = new Set(
    only(log, 'heard')
      .filter(({ notice }) => notice.closedAtMs !== undefined)
      .map(({ notice, address }) => receiverOf(notice.incident, address)),
  );
  return [...accepted].flatMap((receiver) => {
    const [incident = ''] = receiver.split(' at ');
    const isFine = ended.has(receiver) || open.has(incident) || asked.has(incident.split('~')[0]);
    return isFine ? [] : [`lost notice: no end of ${receiver}`];
  });
}

function receiverOf(incident: string, address: string | undefined): string {
  return `${incident} at ${address}`;
}

/**
 * Every channel marked as notified of an incident, and of its end, received it; or its fallback did; or the notice was reported as
 * undelivered.
 */
function lost(log: EventLog, received: ReadonlyMap<string, readonly Received[]>): readonly string[] {
  const wanted = new Map<string, { incident: string; channel: string; isOver: boolean }>();
  const undelivered = new Set(only(log, 'undelivered').map(({ notice }) => notice.incident));
  const open = openIn(log);
  const faults: string[] = [];
  for (const { before, next } of only(log, 'saved')) {
    for (const stream of STREAMS) {
      const notified = next.alert[stream].lastNotified;
      if (notified === undefined || before?.alert[stream].lastNotified?.incident === notified.incident)
        continue;
      if (
        (next.alert.deliveredTo[notified.incident] ?? []).length === 0 &&
        !undelivered.has(notified.incident)
      )
        faults.push(`lost notice: nobody is to hear of ${notified.incident}`);
    }
    for (const [incident, channels] of Object.entries({
      ...before?.alert.deliveredTo,
      ...next.alert.deliveredTo,
    }))
      for (const channel of channels) {
        const isOver = next.alert.deliveredTo[incident] === undefined && !open.has(incident);
        wanted.set(`${incident}:${channel}`, { incident, channel, isOver });
      }
  }
  for (const { incident, channel, isOver } of wanted.values()) {
    const messages = standInsOf(log, channel).flatMap((name) => received.get(`${incident}:${name}`) ?? []);
    if (undelivered.has(incident)) continue;
    if (messages.length === 0) faults.push(`lost notice: ${channel} never heard of ${incident}`);
    else if (isOver && !messages.some(({ notice }) => notice.closedAtMs !== undefined))
      faults.push(`lost notice: ${channel} never heard that ${incident} was over`);
  }
  return faults;
}

/** A channel, its fallback, and so on: a channel that is notified anyway may be given up too. */
function standInsOf(log: EventLog, channel: string): readonly string[] {
  const fallback = log.fallbacks.get(channel);
  return fallback === undefined ? [channel] : [channel, ...standInsOf(log, fallback)];
}

function copiesIn(log: EventLog): ReadonlyMap<string, readonly Received[]> {
  const copies = Map.groupBy(only(log, 'heard'), ({ channel, notice }) => `${notice.id}:${channel}`);
  return new Map([...copies].filter(([, all]) => all.length > 1));
}

/** A sender may die, sleep, be slow or lose an answer; then, and only then, the next one sends again. */
const EXCUSES: readonly FaultKind[] = [
  'refused',
  'answer lost',
  'slow',
  'frozen',
  'standstill',
  'crash',
  'store away',
  'channel answer lost',
  'channel slow',
];
const SENDING_MS = 90_000; // from the lease to the sample, tries of a slow store included

function repeated(log: EventLog): readonly string[] {
  const excuses = only(log, 'fault').filter(({ kind }) => EXCUSES.includes(kind));
  // Or its own message is late: it was in transit, or the sender slept, when another process presumed it lost and sent it again.
  const wasHeldUp = (copy: Received, { atMs: sentAgainMs }: Received): boolean =>
    excuses.some(
      ({ kind, about, runner, atMs, untilMs = atMs }) =>
        runner === copy.runner &&
        (kind === 'frozen' ||
          kind === 'standstill' ||
          about === copy.channel ||
          about === `notifier ${copy.channel}`) &&
        atMs <= sentAgainMs &&
        sentAgainMs <= untilMs &&
        copy.atMs <= untilMs + SENDING_MS,
    );
  return [...copiesIn(log)].flatMap(([key, copies]) =>
    copies.slice(1).flatMap((copy, index) => {
      const earlier = copies[index] as Received;
      const isExcused = excuses.some(
        ({ runner, atMs, untilMs = atMs }) =>
          runner === earlier.runner && untilMs >= earlier.atMs - SENDING_MS && atMs <= copy.atMs,
      );
      return isExcused || wasHeldUp(copy, earlier)
        ? []
        : [`duplicate without a cause: ${key} by ${earlier.runner} and ${copy.runner}`];
    }),
  );
}

/** Updates go to the channels that received the opening; an end goes to their fallbacks too. */
function endsBeforeBeginnings(log: EventLog): readonly string[] {
  const begun = new Set<string>();
  return only(log, 'heard').flatMap((entry) => {
    const { channel, notice } = entry;
    if (notice.kind === 'reminder' || notice.kind === 'upgraded')
      return begun.has(topicOf(entry)) ? [] : [`news without a beginning: ${notice.id} on ${channel}`];
    if (notice.kind !== 'closed') {
      begun.add(topicOf(entry));
      return [];
    }
    const standsFor = [...log.fallbacks].filter(([, fallback]) => fallback === channel).map(([name]) => name);
    const others = [log.fallbacks.get(channel) ?? channel, ...standsFor, channel];
    return others.some((name) => begun.has(`${notice.incident}:${name}`))
      ? []
      : [`an end without a beginning: ${notice.id} on ${channel}`];
  });
}

/**
 * The last message of a channel is the state of the incident, except for a channel that was given up, with another one notified instead.
 */
function untrueLastWords(
  log: EventLog,
  received: ReadonlyMap<string, readonly Received[]>,
): readonly string[] {
  const open = openIn(log);
  const givenUp = givenUpIn(log, received);
  return [...received].flatMap(([topic, messages]) => {
    const { notice } = messages.at(-1) as Received;
    const isTrue = (notice.closedAtMs === undefined) === open.has(notice.incident);
    return isTrue || givenUp.has(topic) ? [] : [`the last word is not true: ${topic} heard ${notice.id}`];
  });
}

/** The incidents that are open for people: their end is not decided, or may still wait. */
function openIn(log: EventLog): ReadonlySet<string | undefined> {
  const held = [...heldIn(log)].filter(({ notice }) => notice.kind === 'closed');
  return new Set([
    ...[...log.states.values()].flatMap(({ alert }) => STREAMS.map((stream) => alert[stream].incident?.id)),
    ...held.map(({ notice }) => notice.incident),
  ]);
}

/** The incidents with a notice that its channel never received. */
function givenUpIn(log: EventLog, received: ReadonlyMap<string, readonly Received[]>): ReadonlySet<string> {
  return new Set(
    only(log, 'saved').flatMap(({ before, next }) =>
      (before?.outbox ?? []).flatMap((row) =>
        next.outbox.some(({ id }) => id === row.id) ||
        (received.get(topicOf(row)) ?? []).some(({ notice }) => notice.id === row.notice.id)
          ? []
          : [topicOf(row)],
      ),
    ),
  );
}

/**
 * A receiver that goes by keys has an alert open for an incident that is open, and none whose incidents are over. An incident that was given
 * up at a channel does not count there.
 */
function untrueKeys(log: EventLog, received: ReadonlyMap<string, readonly Received[]>): readonly string[] {
  const open = openIn(log);
  const givenUp = givenUpIn(log, received);
  const messages = Map.groupBy(only(log, 'heard'), ({ key, channel }) => `${key}:${channel}`);
  const keys = new Map([...received].map(([topic, heard]) => [topic, (heard.at(-1) as Received).key]));
  return [...messages].flatMap(([alert, heard]) => {
    const here = heard.filter((one) => keys.get(topicOf(one)) === one.key);
    if (here.length === 0 || here.some((one) => givenUp.has(topicOf(one)))) return [];
    const isOpen = here.some(({ notice }) => open.has(notice.incident));
    return isOpen === heard.at(-1)?.isOpen
      ? []
      : [`the last word is not true: ${alert} is ${isOpen ? 'closed' : 'open'}`];
  });
}

/** A canary that has never passed pages no one. */
function pagedWithoutPass(log: EventLog): readonly string[] {
  return only(log, 'heard').flatMap(({ channel, notice }) =>
    notice.neverPassed && log.paging.has(channel) ? [`paged without a pass: ${notice.id} on ${channel}`] : [],
  );
}

/** Only our own classes of errors are thrown. */
function bugs(log: EventLog): readonly string[] {
  return only(log, 'bug').map(({ message, runner }) => `bug in ${runner}: ${message}`);
}
