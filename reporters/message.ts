import { formatDuration } from '../runner/core/base/duration.ts';
import { formatSecond } from '../runner/core/base/format.ts';
import type { Notice, RunDigest } from '../runner/core/notice/notice.ts';
import { changesLines } from '../runner/core/report/format-changes.ts';
import { formatActual, formatExpected, otherLines } from '../runner/core/report/format-check.ts';
import { membersText, othersText } from './group-text.ts';
import { type Link, type LinksFrom, linksOf } from './links.ts';
import { type Fact, factsOf, footerOf, nextOf } from './message-facts.ts';
import { sanitizeLine } from './plain-text.ts';
import { joinsSeveral, subjectOf } from './subject.ts';

/** Changes before an incident in a message; the newest are the most likely cause. */
const MOST_CHANGES = 4;

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
export interface MessageWith extends LinksFrom {
  /** Options by which a command finds the state of the runner. @default the notice's environment */
  readonly commandOptions?: string | undefined;
  /** Decision time of a late notice, epoch milliseconds. */
  readonly delayedSinceMs?: number | undefined;
}

/** The parts that differ by type of notice; the rest is the same for all. */
type MessageHead = Pick<Message, 'tone' | 'title' | 'lead' | 'remarks'>;

const HEADS: Readonly<Record<Notice['kind'], (notice: Notice) => MessageHead>> = {
  opened,
  upgraded,
  reminder,
  closed,
  combined,
  statusUpdate,
};

export function messageOf(notice: Notice, given: MessageWith = {}): Message {
  const { commandOptions, delayedSinceMs } = given;
  const { title, remarks, ...opening } = HEADS[notice.kind](notice);
  const test = notice.test === true;
  const links = linksOf(notice, given);
  return cleaned({
    ...opening,
    title: test ? `TEST: ${title}` : title,
    differences: differencesIn(notice.run),
    facts: factsOf(notice),
    remarks: [
      ...(test ? ['This is a test of the channel, sent by hand. Nothing is wrong.'] : []),
      ...remarks,
      ...othersText(notice),
      ...changesText(notice),
      ...otherLines(notice.run?.reason ?? '', notice.run?.step?.quotes ?? []).map(
        (line) => `The system reported: ${line}`,
      ),
      ...(delayedSinceMs === undefined
        ? []
        : [
            `Late: this notice was decided at ${formatSecond(delayedSinceMs)}, and could not be delivered before.`,
          ]),
    ],
    next: nextOf(notice, links, commandOptions),
    links,
    footer: footerOf(notice),
  });
}

function changesText({ changes, closedAtMs }: Notice): readonly string[] {
  return changes === undefined || closedAtMs !== undefined ? [] : changesLines(changes, MOST_CHANGES);
}

/** Replacement for a message that cannot be made: an unreadable notice must not block the ones after it. */
export function plainMessageOf(notice: Partial<Notice>): Message {
  const canary = notice.about?.canary ?? 'a canary';
  return cleaned({
    tone: 'failing',
    title: `${canary}: ${notice.kind ?? 'a notice'}`,
    lead: 'The rest of this notice could not be formatted. The history of the canary has the facts.',
    differences: [],
    facts: [],
    remarks: [],
    next: [`See its newest runs: coalmine history --canary ${canary}`],
    links: [],
    footer: [`incident ${notice.incident ?? 'unknown'}`, `notice ${notice.id ?? 'unknown'}`],
  });
}

/** True while the incident lasts, or one of its group, as far as the notice shows. */
export function isOpen({ group, closedAtMs }: Notice): boolean {
  return group?.isOpen ?? closedAtMs === undefined;
}

function opened(notice: Notice): MessageHead {
  const never = 'The canary itself may be wrong, so this notice pages no one.';
  const { group } = notice;
  const isJoined = joinsSeveral(group);
  return {
    tone: toneOf(notice),
    title: `${titled(notice, subjectOf(notice).now)}${neverPassed(notice)}`,
    lead: isJoined ? membersText(group) : whyOf(notice),
    remarks: [
      ...(isJoined ? [`The first of them: ${whyOf(notice)}`] : []),
      ...(notice.neverPassed ? [never] : []),
      ...noDataRemark(notice),
    ],
  };
}

function upgraded(notice: Notice): MessageHead {
  return {
    ...opened(notice),
    title: `${titled(notice, subjectOf(notice).still)}, now ${notice.severity}${neverPassed(notice)}`,
  };
}

function reminder(notice: Notice): MessageHead {
  const flapping = 'Flapping: the incident stays open until nothing has failed for an hour or more.';
  const { remarks, ...rest } = opened(notice);
  const lasted = formatDuration(notice.atMs - notice.sinceMs);
  return {
    ...rest,
    title: `${titled(notice, subjectOf(notice).still)} after ${lasted}${neverPassed(notice)}`,
    remarks: [...(notice.flapping ? [flapping] : []), ...remarks],
  };
}

function closed(notice: Notice): MessageHead {
  const { closeReason = 'resolved' } = notice;
  const { past, over, during, it, its, was } = subjectOf(notice);
  const lasted = lastedText(notice, past);
  if (closeReason === 'resolved') {
    const title = `${titled(notice, over)}${formatStillOpen(notice)}`;
    return { tone: 'recovered', title, lead: lasted, remarks: [] };
  }
  if (closeReason === 'moved') {
    const title = `${titled(notice, subjectOf(notice).now)}: ${its} notices go to another address`;
    return { tone: 'ended', title, lead: notice.reason ?? '', remarks: [] };
  }
  const { name, at } = subjectOf(notice);
  const cause = joinsSeveral(notice.group) ? '' : (notice.reason ?? '');
  return {
    tone: 'ended',
    title: `${name} ${was} ${closeReason} in ${notice.about.environment} while ${it} ${during}${at}`,
    lead: [lasted, `${capitalized(it)} ${was} ${closeReason}, so nothing shows that this is over.`, cause]
      .join(' ')
      .trim(),
    remarks: [],
  };
}

/** The duration of what is over; of several, that from the first failure to the last end. */
function lastedText({ group, closedAtMs, atMs, sinceMs }: Notice, past: string): string {
  const lasted = formatDuration((closedAtMs ?? atMs) - sinceMs);
  return joinsSeveral(group) ? `${membersText(group)}. It lasted ${lasted}.` : `It ${past} for ${lasted}.`;
}

function combined(notice: Notice): MessageHead {
  const { closeReason = 'resolved', incidents, about, reason = '' } = notice;
  if (incidents !== undefined) {
    const title = `${incidents} incidents began and ended in ${about.environment}`;
    return { tone: 'recovered', title, lead: reason, remarks: [] };
  }
  if (notice.byHand !== undefined) {
    const title = titled(notice, `has an incident to close by hand at channel '${notice.byHand}'`);
    return { tone: 'ended', title, lead: reason, remarks: [] };
  }
  const { past, over, was } = subjectOf(notice);
  const ended = closeReason === 'resolved' ? over : `${was} then ${closeReason}`;
  const missed = joinsSeveral(notice.group)
    ? 'The incidents were over before this notice was sent.'
    : 'The incident was over before this notice could be delivered.';
  return {
    tone: closeReason === 'resolved' ? 'recovered' : 'ended',
    title: `${titled(notice, past)} and ${ended}`,
    lead: `${closed(notice).lead} ${whyOf(notice)}`,
    remarks: [missed],
  };
}

function statusUpdate(notice: Notice): MessageHead {
  const { remarks, ...rest } = notice.closedAtMs === undefined ? opened(notice) : closed(notice);
  const unsure = `Status at ${formatSecond(notice.atMs)}. An earlier message may be missing, or may arrive twice.`;
  return { ...rest, remarks: [unsure, ...remarks] };
}

function titled(notice: Notice, words: string): string {
  const { name, at } = subjectOf(notice);
  return `${name} ${words}${at} in ${notice.about.environment}`;
}

/** The end of a title about some incidents of a group that goes on. */
function formatStillOpen({ group }: Notice): string {
  if (group?.isOpen !== true) return '';
  const count = group.others.length;
  return `; ${count} ${count === 1 ? 'other' : 'others'} not yet`;
}

/** The end of a title. */
function neverPassed(notice: Notice): string {
  return notice.neverPassed ? `, and ${subjectOf(notice).has} never passed yet` : '';
}

function toneOf({ stream }: Notice): Message['tone'] {
  return stream === 'target' ? 'failing' : 'noData';
}

/** The reason: that of the step that did not pass, of the run, or of a decision without a run. */
function whyOf({ run, reason = '' }: Notice): string {
  const why = run === undefined ? reason : run.reason;
  return run?.step === undefined ? capitalized(why) : `“${run.step.name}”: ${why}`;
}

function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function noDataRemark({ stream, run }: Notice): readonly string[] {
  return stream === 'observer' && run !== undefined
    ? ['The check gave no data, which says nothing about the system: it may work or not.']
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
