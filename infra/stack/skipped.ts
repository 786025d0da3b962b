import type { Section } from '../../runner/deploy/intrinsics.ts';

/** Rules of checkov that do not fit a resource, each with the reason: they are read from its metadata. */
export function skipped(rules: Readonly<Record<string, string>>): Section {
  return { checkov: { skip: Object.entries(rules).map(([id, comment]) => ({ id, comment })) } };
}
