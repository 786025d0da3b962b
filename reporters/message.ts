import { formatDuration } from '../runner/core/base/duration.ts';
import { formatSecond } from '../runner/core/base/format.ts';
import type { AlertStream, Notice, RunDigest } from '../runner/core/notice/notice.ts';
import { formatActual, formatExpected } from './format-check.ts';
import { type Link, linksOf } from './links.ts';
import { type Fact, factsOf, footerOf, nextOf } from './message-facts.ts';
import { sanitizeLine } from './plain-text.ts';

/** One failed comparison. */
export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

/** A notice as text, before it is rendered for any medium: every text is one line, and none is escaped. */
export interface Message {
  readonly tone: 'failing' | 'noData' | 'recovered' | 'ended';
  /** Subject, state and place: `order-flow is failing in prod`. */
  readonly title: string;
  /** The reason, in one sentence. */
  readonly lead: string;
  readonly differences: readonly Difference[];
  readonly facts: readonly Fact[];
  /** Context for the rest of the message. */
  readonly remarks: readonly string[];
  /** Next steps. */
  readonly next: readonly string[];
  readonly links: readonly Link[];
  /** Identification of the message. */
  readonly footer: readonly string[];
}

/** Options of a message, apart from its notice. */
export interface MessageWith {
  readonly dashboard?: string | undefined;
  /** Decision time of a late notice, epoch milliseconds. */
  readonly delayedSinceMs?: number | undefined;
}

/** The parts that differ by type of notice; the rest is the same for all. */
type MessageHead = Pick<Message, 'tone' | 'title' | 'lead' | 'remarks'>;

/** The verbs of the two machines. A closing that no run brought about has its own. */
const WORDS: Readonly<Record<AlertStream, Readonly<Record<'now' | 'still' | 'past' | 'over', string>>>> = {
  target: { now: 'is failing', still: 'is still failing', past: 'failed', over: 'works again' },
  observer: {
    now: 'cannot be checked',
    still: 'still cannot be checked',
    past: 'could not be checked',
    over: 'can be checked again',
  },
};

const SORTS: Readonly<Record<Notice['kind'], (notice: Notice) => MessageHead>> = {
  opened,
  upgraded,
  reminder,
  closed,
  combined,
  statusUpdate,
};

export function messageOf(notice: Notice, { dashboard, delayedSinceMs }: MessageWith = {}): Message {
  const { title, remarks, ...opening } = SORTS[notice.kind](notice);
  const test = notice.test === true;
  return cleaned({
    ...opening,
    title: test ? `TEST: ${title}` : title,
    differences: differencesIn(notice.run),
    facts: factsOf(notice),
    remarks: [
      ...(test ? ['This is a test of the channel, sent by hand. Nothing is wrong.'] : []),
      ...remarks,
      ...(notice.run?.step?.said ?? []).map((line) => `It said: ${line}`),
      ...(delayedSinceMs === undefined
        ? []
        : [`Late: this was decided at ${formatSecond(delayedSinceMs)}, and could not be delivered before.`]),
    ],
    next: nextOf(notice),
    links: linksOf(notice, dashboard),
    footer: footerOf(notice),
  });
}

/** Replacement for a message that cannot be made: an unreadable notice must not block the ones after it. */
export function plainMessageOf(notice: Partial<Notice>): Message {
  const canary = notice.about?.canary ?? 'a canary';
  return cleaned({
    tone: 'failing',
    title: `${canary}: ${notice.kind ?? 'a notice'}`,
    lead: 'The rest of this notice could not be put into words. Look at the canary itself.',
    differences: [],
    facts: [],
    remarks: [],
    next: [`coalmine run --tag, or the history of ${canary}, shows how things stand.`],
    links: [],
    footer: [`incident ${notice.incident ?? 'unknown'}`, `notice ${notice.id ?? 'unknown'}`],
  });
}

/** True while the incident lasts, as far as the notice shows. */
export function isOpen(notice: Notice): boolean {
  return notice.closedAtMs === undefined;
}

function opened(notice: Notice): MessageHead {
  const never = 'It has not passed once since it was first seen: the canary itself may be wrong.';
  return {
    tone: toneOf(notice),
    title: titled(notice, WORDS[notice.stream].now),
    lead: whyOf(notice),
    remarks: [...(notice.neverPassed && notice.run !== undefined ? [never] : []), ...blindness(notice)],
  };
}

function upgraded(notice: Notice): MessageHead {
  return {
    ...opened(notice),
    title: `${titled(notice, WORDS[notice.stream].still)}, and now ${notice.severity}`,
  };
}

function reminder(notice: Notice): MessageHead {
  const flapping = 'It comes and goes, and stays open until it is quiet.';
  const { remarks, ...rest } = opened(notice);
  const lasted = formatDuration(notice.atMs - notice.openedAtMs);
  return {
    ...rest,
    title: `${titled(notice, WORDS[notice.stream].still)}, for ${lasted}`,
    remarks: [...(notice.flapping ? [flapping] : []), ...remarks],
  };
}

function closed(notice: Notice): MessageHead {
  const { stream, closeReason = 'resolved' } = notice;
  const lasted = `It ${WORDS[stream].past} for ${formatDuration((notice.closedAtMs ?? notice.atMs) - notice.openedAtMs)}.`;
  if (closeReason === 'resolved')
    return { tone: 'recovered', title: titled(notice, WORDS[stream].over), lead: lasted, remarks: [] };
  return {
    tone: 'ended',
    title: `${titled(notice, `was ${closeReason}`)}, and ${WORDS[stream].past} until then`,
    lead: [lasted, `It was ${closeReason}, so it is not known whether that is over.`, notice.reason ?? '']
      .join(' ')
      .trim(),
    remarks: [],
  };
}

function combined(notice: Notice): MessageHead {
  const { stream, closeReason = 'resolved' } = notice;
  const ended = closeReason === 'resolved' ? WORDS[stream].over : `was then ${closeReason}`;
  const missed = 'This was not told while it lasted: the channel was away.';
  return {
    tone: closeReason === 'resolved' ? 'recovered' : 'ended',
    title: titled(notice, `${WORDS[stream].past} and ${ended}`),
    lead: `${closed(notice).lead} ${whyOf(notice)}`,
    remarks: [missed],
  };
}

function statusUpdate(notice: Notice): MessageHead {
  const { remarks, ...rest } = isOpen(notice) ? opened(notice) : closed(notice);
  const unsure = `How things stand at ${formatSecond(notice.atMs)}. An earlier message may be missing, or may come twice.`;
  return { ...rest, remarks: [unsure, ...remarks] };
}

function titled({ about }: Notice, words: string): string {
  return `${about.canary} ${words} in ${about.environment}`;
}

function toneOf({ stream }: Notice): Message['tone'] {
  return stream === 'target' ? 'failing' : 'noData';
}

/** The reason: that of the step that did not pass, of the run, or of a decision without a run. */
function whyOf({ run, reason = '' }: Notice): string {
  const why = run === undefined ? reason : run.reason;
  return run?.step === undefined ? why : `“${run.step.name}”: ${why}`;
}

function blindness({ stream, run }: Notice): readonly string[] {
  return stream === 'observer' && run !== undefined
    ? ['Blind means: the canary could not tell. Whether the system works is not known.']
    : [];
}

function differencesIn(run: RunDigest | undefined): readonly Difference[] {
  return (run?.step?.failed ?? []).map((check) => ({
    what: check.path === '' ? check.operator : check.path,
    expected: formatExpected(check),
    actual: formatActual(check),
  }));
}

/** The message with every text on one line and without invisible characters. Links consist of safe characters already. */
function cleaned(message: Message): Message {
  return {
    ...message,
    title: sanitizeLine(message.title),
    lead: sanitizeLine(message.lead),
    differences: message.differences.map(({ what, expected, actual }) => ({
      what: sanitizeLine(what),
      expected: sanitizeLine(expected),
      actual: sanitizeLine(actual),
    })),
    facts: message.facts.map(({ label, value }) => ({ label, value: sanitizeLine(value) })),
    remarks: message.remarks.map(sanitizeLine),
    next: message.next.map(sanitizeLine),
    footer: message.footer.map(sanitizeLine),
  };
}
