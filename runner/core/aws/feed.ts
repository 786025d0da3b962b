import { busNameOf } from './resources/bus.ts';
import { topicNameOf } from './resources/topic.ts';

export function addressOf(on: { readonly bus: string } | { readonly topic: string }): string {
  return 'bus' in on ? on.bus : on.topic;
}

/** Display name, and the key of its entries in the journal: `bus orders`, `topic ships`. */
export function feedNameOf(on: { readonly bus: string } | { readonly topic: string }): string {
  return 'bus' in on ? `bus ${busNameOf(on.bus)}` : `topic ${topicNameOf(on.topic)}`;
}
