import { mentionsInbox } from '../../core/inbox/mentions-inbox.ts';
import type { Engine, RunRequest } from '../engine.ts';

/** True if the runs of a canary have an inbox: a step mentions it, or watches it. */
export function usesInbox(
  { canary, environment }: Pick<RunRequest, 'canary' | 'environment'>,
  { nouns }: Pick<Engine, 'nouns'>,
): boolean {
  return (
    mentionsInbox(canary, environment) ||
    canary.steps.some(({ mode, kind }) => mode !== 'act' && nouns[kind]?.inbox === true)
  );
}
