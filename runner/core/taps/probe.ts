import { isJsonMap, type Json } from '../base/json.ts';
import type { TapDefinition } from '../model/project.ts';

/**
 * Mark of a probe, which is sent over a bus or topic only to test its tap. It is the source of an event, the name of an attribute
 * of a message, and a key in the journal.
 */
export const PROBE = 'coalmine.probe';

/** True if probes are sent over a tap's bus or topic. Other subscribers of a topic receive them too, so there they must be enabled. */
export function sendsProbes({ on, probe }: Pick<TapDefinition, 'on' | 'probe'>): boolean {
  return 'bus' in on || probe;
}

export function isProbe(data: Json): boolean {
  if (!isJsonMap(data)) return false;
  const { source, attributes } = data;
  return source === PROBE || (isJsonMap(attributes ?? null) && Object.hasOwn(attributes as object, PROBE));
}
