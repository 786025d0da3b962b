import { DefinitionError } from '../../core/base/errors.ts';
import { CLEANUP_MS } from '../../core/cleanup/pending-cleanups.ts';
import type { RunInbox } from '../../core/inbox/ports.ts';
import { raceAbort } from '../abort.ts';
import type { Run } from '../context/run-context.ts';
import { usesInbox } from '../context/uses-inbox.ts';

/**
 * Opens the inbox of a run, if its canary has one. Its token is masked from then on.
 * @throws DefinitionError where none can be opened; ObserverError if it cannot be reached
 */
export async function openInbox(run: Run): Promise<RunInbox | undefined> {
  const { engine, request, signal, startedAtMs } = run;
  if (!usesInbox(request, engine)) return undefined;
  if (engine.inboxes === undefined)
    throw new DefinitionError(
      'No inbox can be opened here, so ${run.inbox} has no value. Use run, watch or a stack.',
    );
  const opening = engine.inboxes.open({ untilMs: startedAtMs + request.canary.timeoutMs + CLEANUP_MS });
  const inbox = await raceAbort(opening, signal);
  const mask: RunInbox['mask'] = (text, name) => run.secrets?.learn(text, name);
  mask(inbox.token, 'inboxToken');
  return { ...inbox, mask };
}

/** Closes it. A receiver that cannot be reached refuses requests after the run's time. */
export async function closeInbox({ inbox }: Run): Promise<void> {
  await inbox?.close().catch(() => {});
}
