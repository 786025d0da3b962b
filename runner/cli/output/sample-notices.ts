import type { CanaryFacts, Notice } from '../../core/notice/notice.ts';

const LASTED_MS = 120_000;

/** Origin of the sample. */
export type SampleFrom = Pick<CanaryFacts, 'project' | 'environment' | 'region' | 'owner'> & {
  readonly atMs: number;
};

/** A sample incident and its end, so that nothing stays open anywhere. Both say that they are a test. */
export function sampleNotices({ atMs, ...from }: SampleFrom): readonly [Notice, Notice] {
  const incident = `channel-test@${Math.floor(atMs).toString(36)}#target1`;
  const opened: Notice = {
    id: `${incident}:opened:1`,
    incident,
    stream: 'target',
    kind: 'opened',
    number: 1,
    severity: 'info',
    atMs,
    sinceMs: atMs - LASTED_MS,
    lastPassedAtMs: atMs - 2 * LASTED_MS,
    openedAtMs: atMs,
    runs: 2,
    neverPassed: false,
    flapping: false,
    about: { ...from, canary: 'channel-test', tags: [], source: 'no file' },
    reason: 'A sample: this is where a message says which step failed, and why.',
    test: true,
  };
  return [
    opened,
    { ...opened, id: `${incident}:closed:1`, kind: 'closed', closedAtMs: atMs, closeReason: 'resolved' },
  ];
}
