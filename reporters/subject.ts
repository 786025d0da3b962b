import { RUNNER_CAUSE } from '../runner/core/alert/common-cause.ts';
import { CLEANUP_ALERTS, channelOfAlerts, STATE_ALERTS } from '../runner/core/alert/runner-alerts.ts';
import type { CanaryFacts, Notice, NoticeGroup } from '../runner/core/notice/notice.ts';

/** The subject of a notice, with its verbs; `during` follows "while it". */
interface Subject extends Verbs {
  readonly name: string;
  /** Words that agree with the name in number. */
  readonly was: 'was' | 'were';
  readonly has: 'has' | 'have';
  readonly it: 'it' | 'they';
  readonly its: 'its' | 'their';
  /** The resource at which several canaries fail, behind a verb: ` at table orders`. */
  readonly at: string;
}

const ONE = { was: 'was', has: 'has', it: 'it', its: 'its', at: '' } as const;
const SEVERAL = { was: 'were', has: 'have', it: 'they', its: 'their' } as const;

interface Verbs {
  readonly now: string;
  readonly still: string;
  readonly during: string;
  readonly past: string;
  readonly over: string;
}

const TARGET: Verbs = {
  now: 'is failing',
  still: 'is still failing',
  during: 'was failing',
  past: 'failed',
  over: 'works again',
};

const NEW_TARGET: Verbs = { ...TARGET, over: 'passes for the first time' };

const TARGETS: Verbs = {
  now: 'fail',
  still: 'still fail',
  during: 'failed',
  past: 'failed',
  over: 'work again',
};

const NEW_TARGETS: Verbs = { ...TARGETS, over: 'pass for the first time' };

const OBSERVER: Verbs = {
  now: 'cannot be checked',
  still: 'still cannot be checked',
  during: 'could not be checked',
  past: 'could not be checked',
  over: 'can be checked again',
};

const CHANNEL: Verbs = {
  now: 'is broken',
  still: 'is still broken',
  during: 'was broken',
  past: 'was broken',
  over: 'works again',
};

const CLEANUP: Verbs = {
  now: 'is incomplete',
  still: 'is still incomplete',
  during: 'was incomplete',
  past: 'was incomplete',
  over: 'is complete',
};

/** The properties of a notice that name its subject. */
type NoticeSubject = Pick<Notice, 'stream' | 'neverPassed' | 'group'> & {
  readonly about: Pick<CanaryFacts, 'canary'>;
};

const STATE: Verbs = {
  now: 'was damaged',
  still: 'was damaged',
  during: 'was damaged',
  past: 'was damaged',
  over: 'is whole again',
};

/** The canary or canaries of a notice, or the part of the runner that the notice is about. */
export function subjectOf({ about, stream, neverPassed, group }: NoticeSubject): Subject {
  if (joinsSeveral(group)) {
    const verbs = stream === 'observer' ? OBSERVER : neverPassed ? NEW_TARGETS : TARGETS;
    const at = group.cause === RUNNER_CAUSE ? '' : ` at ${group.cause}`;
    return { name: about.canary, ...SEVERAL, ...verbs, at };
  }
  const channel = channelOfAlerts(about.canary);
  if (channel !== undefined) return { name: `Channel '${channel}'`, ...ONE, ...CHANNEL };
  if (about.canary === CLEANUP_ALERTS) return { name: 'Cleanup', ...ONE, ...CLEANUP };
  if (about.canary === STATE_ALERTS) return { name: 'State', ...ONE, ...STATE };
  if (stream === 'observer') return { name: about.canary, ...ONE, ...OBSERVER };
  return { name: about.canary, ...ONE, ...(neverPassed ? NEW_TARGET : TARGET) };
}

/** True for the group of a notice about several incidents. */
export function joinsSeveral(group: NoticeGroup | undefined): group is NoticeGroup {
  return group !== undefined && group.members.length > 1;
}
