import { mentionsInbox } from '../core/inbox/mentions-inbox.ts';
import type { Fleet } from '../engine/fleet-context.ts';

/** The functions of every stack, each a file of runner/lambda. */
export const FUNCTIONS = ['tick', 'worker', 'tap-reader'] as const;
export type FunctionName = (typeof FUNCTIONS)[number] | 'inbox';

/** True for a fleet of which a canary mentions the inbox of its runs. */
export function hasInbox({ canaries, environment }: Pick<Fleet, 'canaries' | 'environment'>): boolean {
  return canaries.some((canary) => mentionsInbox(canary, environment));
}

/** The functions of the stack of a fleet. */
export function functionsOf(fleet: Pick<Fleet, 'canaries' | 'environment'>): readonly FunctionName[] {
  return hasInbox(fleet) ? [...FUNCTIONS, 'inbox'] : FUNCTIONS;
}

/** The logical name of a function in the template, without its ending `Function`: `TapReader` of `tap-reader`. */
export function logicalNameOf(name: FunctionName): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}
