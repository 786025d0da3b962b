import { sayDuration } from '../runner/core/base/duration.ts';
import type { Machine, Notice, RunDigest } from '../runner/core/notice/notice.ts';
import { sayActual, sayExpected } from './format-check.ts';
import { type Link, linksOf } from './links.ts';
import { type Fact, factsOf, footerOf, nextOf, sayTime } from './message-facts.ts';
import { oneLine } from './plain-text.ts';

/** One comparison that was lost. */
export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

/** A notice as people read it, before it is written for any medium: every text is one line, and none is escaped. */
export interface Message {
  readonly tone: 'failing' | 'blind' | 'recovered' | 'ended';
  /** What happened to what, where: `order-flow is failing in prod`. */
  readonly title: string;
  /** Why, in one sentence. */
  readonly lead: string;
  readonly differences: readonly Difference[];
  readonly facts: readonly Fact[];
  /** What must be known to read the rest rightly. */
  readonly remarks: readonly string[];
  /** What to do now. */
  readonly next: readonly string[];
  readonly links: readonly Link[];
  /** By what the message is recognised. */
  readonly footer: readonly string[];
}

/** What a message is made with beside its notice. */
export interface MessageWith {
  /** Name of the CloudWatch dashboard. */
  readonly dashboard?: string | undefined;
  /** When a notice that comes late was decided, epoch milliseconds. */
  readonly delayedSinceMs?: number | undefined;
}

/** What each sort of notice says of its own; the rest is the same for all. */
type Opening = Pick<Message, 'tone' | 'title' | 'lead' | 'remarks'>;

/** The verbs of the two machines. A closing that no run brought about has its own. */
const WORDS: Readonly<Record<Machine, Readonly<Record<'now' | 'still' | 'past' | 'over', string>>>> = {
  service: { now: 'is failing', still: 'is still failing', past: 'failed', over: 'works again' },
  blind: { now: 'is blind', still: 'is still blind', past: 'was blind', over: 'can see again' },
};

const SORTS: Readonly<Record<Notice['kind'], (notice: Notice) => Opening>> = {
  opened,
  upgraded,
  reminder,
  closed,
  combined,
  standing,
};

/** The message of a notice. */
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
        : [`Late: this was decided at ${sayTime(delayedSinceMs)}, and could not be delivered before.`]),
    ],
    next: nextOf(notice),
    links: linksOf(notice, dashboard),
    footer: footerOf(notice),
  });
}

/** What is said where a message cannot be made: a notice that cannot be read must not hold up those behind it. */
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

/** True while the incident lasts, as far as the notice knows. */
export function isOpen(notice: Notice): boolean {
  return notice.closedAtMs === undefined;
}

function opened(notice: Notice): Opening {
  const never = 'It has not passed once since it was first seen: the canary itself may be wrong.';
  return {
    tone: toneOf(notice),
    title: titled(notice, WORDS[notice.machine].now),
    lead: whyOf(notice),
    remarks: [...(notice.neverPassed && notice.run !== undefined ? [never] : []), ...blindness(notice)],
  };
}

function upgraded(notice: Notice): Opening {
  return {
    ...opened(notice),
    title: `${titled(notice, WORDS[notice.machine].still)}, and now ${notice.severity}`,
  };
}

function reminder(notice: Notice): Opening {
  const flapping = 'It comes and goes, and stays open until it is quiet.';
  const { remarks, ...rest } = opened(notice);
  const lasted = sayDuration(notice.atMs - notice.openedAtMs);
  return {
    ...rest,
    title: `${titled(notice, WORDS[notice.machine].still)}, for ${lasted}`,
    remarks: [...(notice.flapping ? [flapping] : []), ...remarks],
  };
}

function closed(notice: Notice): Opening {
  const { machine, closeReason = 'resolved' } = notice;
  const lasted = `It ${WORDS[machine].past} for ${sayDuration((notice.closedAtMs ?? notice.atMs) - notice.openedAtMs)}.`;
  if (closeReason === 'resolved')
    return { tone: 'recovered', title: titled(notice, WORDS[machine].over), lead: lasted, remarks: [] };
  return {
    tone: 'ended',
    title: `${titled(notice, `was ${closeReason}`)}, and ${WORDS[machine].past} until then`,
    lead: [lasted, `It was ${closeReason}, so it is not known whether that is over.`, notice.reason ?? '']
      .join(' ')
      .trim(),
    remarks: [],
  };
}

function combined(notice: Notice): Opening {
  const { machine, closeReason = 'resolved' } = notice;
  const ended = closeReason === 'resolved' ? WORDS[machine].over : `was then ${closeReason}`;
  const missed = 'This was not told while it lasted: the channel was away.';
  return {
    tone: closeReason === 'resolved' ? 'recovered' : 'ended',
    title: titled(notice, `${WORDS[machine].past} and ${ended}`),
    lead: `${closed(notice).lead} ${whyOf(notice)}`,
    remarks: [missed],
  };
}

function standing(notice: Notice): Opening {
  const { remarks, ...rest } = isOpen(notice) ? opened(notice) : closed(notice);
  const unsure = `How things stand at ${sayTime(notice.atMs)}. An earlier message may be missing, or may come twice.`;
  return { ...rest, remarks: [unsure, ...remarks] };
}

function titled({ about }: Notice, words: string): string {
  return `${about.canary} ${words} in ${about.environment}`;
}

function toneOf({ machine }: Notice): Message['tone'] {
  return machine === 'service' ? 'failing' : 'blind';
}

/** Why, by the step that did not pass, by the run, or by whoever decided without one. */
function whyOf({ run, reason = '' }: Notice): string {
  const why = run === undefined ? reason : run.reason;
  return run?.step === undefined ? why : `“${run.step.name}”: ${why}`;
}

function blindness({ machine, run }: Notice): readonly string[] {
  return machine === 'blind' && run !== undefined
    ? ['Blind means: the canary could not tell. Whether the system works is not known.']
    : [];
}

function differencesIn(run: RunDigest | undefined): readonly Difference[] {
  return (run?.step?.lost ?? []).map((check) => ({
    what: check.path === '' ? check.operator : check.path,
    expected: sayExpected(check),
    actual: sayActual(check),
  }));
}

/** The same message, every text of it on one line and without what is unseen. Links are made of safe characters as it is. */
function cleaned(message: Message): Message {
  return {
    ...message,
    title: oneLine(message.title),
    lead: oneLine(message.lead),
    differences: message.differences.map(({ what, expected, actual }) => ({
      what: oneLine(what),
      expected: oneLine(expected),
      actual: oneLine(actual),
    })),
    facts: message.facts.map(({ label, value }) => ({ label, value: oneLine(value) })),
    remarks: message.remarks.map(oneLine),
    next: message.next.map(oneLine),
    footer: message.footer.map(oneLine),
  };
}
