import { memoryDesk } from '../adapters/inbox/memory-desk.ts';
import { inboxServer } from '../adapters/inbox/server.ts';
import { poster } from '../adapters/runtime/post.ts';
import { systemClock } from '../adapters/runtime/system-clock.ts';
import { systemRandom } from '../adapters/runtime/system-random.ts';
import type { Inboxes } from '../core/inbox/ports.ts';
import { inboxesOf } from '../engine/inbox/inboxes.ts';
import { feedOf, LONGEST_REQUEST_BYTES, MOST_ADMITTED, receive } from '../engine/inbox/receive.ts';
import type { Settings } from '../settings.ts';
import { UsageError } from './usage-error.ts';

/** Options of `run` and `watch` for the inboxes of their runs. */
export interface InboxOptions {
  /** The URL at which a tunnel leads to the inbox of this machine. @default an address of this machine alone */
  readonly inbox?: string | undefined;
  readonly inboxPort?: number | undefined;
}

/** Inboxes of one process, whose server listens from the first run that has one. */
export interface LocalInboxes extends Inboxes {
  close(): Promise<void>;
}

/** The port of the inbox behind a tunnel, which must know it. It has no owner at IANA. */
export const TUNNEL_PORT = 7374;

/** @throws UsageError for a value of `--inbox` that is no URL. */
export function assertInboxUrl(inbox: string | undefined): void {
  if (inbox !== undefined && !(/^https?:\/\/[^\s?#]+$/.test(inbox) && URL.canParse(inbox)))
    throw new UsageError(`'${inbox}' is no URL of an inbox: write one such as https://tunnel.example.com.`);
}

/** @throws UsageError for a URL that is none. */
export function localInboxes(
  { inbox, inboxPort }: InboxOptions,
  { env }: Pick<Settings, 'env'>,
): LocalInboxes {
  assertInboxUrl(inbox);
  const { desk, journal } = memoryDesk(feedOf);
  const [clock, random] = [systemClock(), systemRandom()];
  const server = inboxServer({
    port: inboxPort ?? (inbox === undefined ? 0 : TUNNEL_PORT),
    longestBytes: LONGEST_REQUEST_BYTES,
    nowMs: () => clock.nowMs(),
    receive: async (request) =>
      receive(request, { desk, journal, clock, random, most: MOST_ADMITTED, clocksDifferMs: 0 }),
  });
  const own = inboxesOf({
    desk,
    journal,
    clock,
    random,
    baseUrl: async () => {
      const url = await server.url();
      return inbox ?? url;
    },
    refused: () => server.refused(),
    // A proxy leads away from this machine.
    post: poster({ env: inbox === undefined ? {} : env }),
    remedy:
      inbox === undefined
        ? 'Let this machine reach itself at 127.0.0.1.'
        : `Let the tunnel of --inbox lead to port ${inboxPort ?? TUNNEL_PORT} of this machine.`,
  });
  return { ...own, close: async () => server.close() };
}
