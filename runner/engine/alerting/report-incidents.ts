import type { IncidentChange } from '../../core/report/reporter.ts';
import type { Engine } from '../engine.ts';
import type { ProposedState } from '../fleet-context.ts';

const STREAMS = ['target', 'observer'] as const;

/** Reports the incidents that some events opened or closed. */
export function reportIncidents({ reporters }: Pick<Engine, 'reporters'>, applied: ProposedState): void {
  for (const change of changesOf(applied)) reporters?.emit('onIncident', change);
}

function changesOf({ before, state, notices }: ProposedState): readonly IncidentChange[] {
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
