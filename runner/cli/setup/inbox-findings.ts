import { inboxUrl } from '../../core/inbox/token.ts';
import type { Canary } from '../../core/model/canary.ts';
import type { Environment } from '../../core/model/project.ts';
import { isLoopback } from '../../core/network/blocked-addresses.ts';
import { type ConcernedFinding, type Finding, fine } from '../../doctor/question/finding.ts';
import { usesInbox } from '../../engine/context/uses-inbox.ts';
import type { Engine } from '../../engine/engine.ts';
import { type InboxOptions, TUNNEL_PORT } from '../../runs/local-inbox.ts';
import type { Settings } from '../../settings.ts';

/** The place of the runs, as far as their inboxes depend on it. */
export interface InboxPlace extends InboxOptions {
  /** The deployed stack of the runs; this machine, if absent. */
  readonly stack?: { readonly name: string; readonly inboxUrl?: string } | undefined;
  readonly settings: Pick<Settings, 'endpoint'>;
}

/** The URL of the inbox that each canary with one would have, and a doubt if a system in AWS cannot reach it. */
export function inboxFindings(
  { canaries, environment }: { readonly canaries: readonly Canary[]; readonly environment: Environment },
  place: InboxPlace,
  engine: Pick<Engine, 'nouns'>,
): readonly ConcernedFinding[] {
  return canaries
    .filter((canary) => usesInbox({ canary, environment }, engine))
    .map(({ name }) => ({ canary: name, ...findingAt(place) }));
}

function findingAt({ stack, inbox, inboxPort, settings }: InboxPlace): Finding {
  if (stack !== undefined)
    return stack.inboxUrl === undefined
      ? withoutInbox(stack.name)
      : fine(`inbox at ${pattern(stack.inboxUrl)}`);
  if (inbox === undefined) {
    const what = `inbox at ${pattern(`http://127.0.0.1:${inboxPort ?? '<any>'}`)}`;
    const todo = 'Use --inbox with the URL of a tunnel, or run the canary in a stack.';
    return { ...fine(what), ...doubtIn(settings, todo) };
  }
  const what = `inbox at ${pattern(inbox)}, from where a tunnel leads to port ${inboxPort ?? TUNNEL_PORT} of this machine`;
  const isLocal = isLoopback(new URL(inbox).hostname);
  return {
    ...fine(what),
    ...(isLocal ? doubtIn(settings, 'Give --inbox the public URL of the tunnel.') : {}),
  };
}

/** No doubt if the canaries run against an AWS on this machine, which reaches loopback addresses. */
function doubtIn({ endpoint }: InboxPlace['settings'], todo: string): Partial<Finding> {
  if (endpoint !== undefined && isLoopback(new URL(endpoint).hostname)) return {};
  const why = 'A system in AWS cannot reach a loopback address: its callbacks would never come.';
  return { level: 'doubt', why, todo };
}

function withoutInbox(stack: string): Finding {
  return {
    level: 'problem',
    what: `the stack ${stack} has no inbox`,
    why: 'No canary of it had one when it was deployed: the run ends in an error before it acts.',
    todo: `Deploy the stack ${stack} again, with this canary.`,
  };
}

function pattern(base: string): string {
  return inboxUrl(base, '<token>');
}
