import { CLEANUP_ALERTS, channelOfAlerts, STATE_ALERTS } from '../runner/core/alert/runner-alerts.ts';
import type { CanaryFacts, Notice } from '../runner/core/notice/notice.ts';

/** The subject of a notice, with its verbs; `during` follows "while it". */
interface Subject extends Verbs {
  readonly name: string;
}

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
type NoticeSubject = Pick<Notice, 'stream' | 'neverPassed'> & { readonly about: Pick<CanaryFacts, 'canary'> };

const STATE: Verbs = {
  now: 'was damaged',
  still: 'was damaged',
  during: 'was damaged',
  past: 'was damaged',
  over: 'is whole again',
};

/** The canary of a notice, or the part of the runner that the notice is about. */
export function subjectOf({ about, stream, neverPassed }: NoticeSubject): Subject {
  const channel = channelOfAlerts(about.canary);
  if (channel !== undefined) return { name: `Channel '${channel}'`, ...CHANNEL };
  if (about.canary === CLEANUP_ALERTS) return { name: 'Cleanup', ...CLEANUP };
  if (about.canary === STATE_ALERTS) return { name: 'State', ...STATE };
  if (stream === 'observer') return { name: about.canary, ...OBSERVER };
  return { name: about.canary, ...(neverPassed ? NEW_TARGET : TARGET) };
}
