import type { CanaryState } from '../../core/alert/alert-state.ts';
import type { AppliedEvents } from '../../core/alert/outbox/apply-events.ts';
import type { IncidentChange } from '../../core/report/reporter.ts';
import type { Engine } from '../engine.ts';

const STREAMS = ['target', 'observer'] as const;

/** Reports the incidents that some events opened or closed. */
export function reportIncidents(
  { reporters }: Pick<Engine, 'reporters'>,
  applied: AppliedEvents & { readonly before: CanaryState },
): void {
  for (const change of changesOf(applied)) reporters?.emit('onIncident', change);
}

function changesOf({
  before,
  state,
  notices,
}: AppliedEvents & { readonly before: CanaryState }): readonly IncidentChange[] {
  return STREAMS.flatMap((stream) => {
    const [old, now] = [before.alert[stream].incident, state.alert[stream].incident];
    if (old?.id === now?.id) return [];
    const ends = [
      { change: 'closed', one: old },
      { change: 'opened', one: now },
    ] as const;
    return ends.flatMap(({ change, one }) => {
      if (one === undefined) return [];
      const { id: incident, severity, sinceMs, neverPassed } = one;
      const isNoticed = notices.some((notice) => notice.incident === incident);
      const { about } = state.alert;
      return [{ change, incident, stream, severity, sinceMs, neverPassed, about, isNoticed }];
    });
  });
}
