import { isJsonMap, type Json } from '../base/json.ts';
import type { TapDefinition } from '../model/project.ts';

/**
 * The mark of what is sent over a bus or topic only to see whether it comes out of a tap: the source of an event, the name of
 * an attribute of a message, and the key under which the journal keeps it.
 */
export const PROBE = 'coalmine.probe';

/** True if probes are sent over a tap's bus or topic. Who else listens to a topic gets them too, so there they must be asked for. */
export function sendsProbes({ on, probe }: Pick<TapDefinition, 'on' | 'probe'>): boolean {
  return 'bus' in on || probe;
}

/** True if an opened event or message is such a probe. */
export function isProbe(data: Json): boolean {
  if (!isJsonMap(data)) return false;
  const { source, attributes } = data;
  return source === PROBE || (isJsonMap(attributes ?? null) && Object.hasOwn(attributes as object, PROBE));
}
