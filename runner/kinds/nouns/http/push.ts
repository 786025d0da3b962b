import { Type } from 'typebox';
import { ObserverError } from '../../../core/base/errors.ts';
import type { Evidence } from '../../../core/model/run-result.ts';
import type { Connection } from '../../../core/taps/feeds.ts';
import { watchFeed } from '../../aws/feed-watch.ts';
import type { Noun, PollRequest, PollResult, Watch, WatchContext } from '../../kind.ts';
import { closed, text } from '../../schema.ts';

const input = closed({
  connection: Type.Optional(
    text('Name that a `connect` above gave its connection by `as`; the one without a name when left out'),
  ),
});

/** Watches what the system pushes over a connection that a `connect` opened. */
export const push = {
  name: 'push',
  summary: 'a message that the system pushed over a connection of this run',
  input,
  view: {
    body: {
      description:
        'parsed if it is JSON, otherwise text; a binary message is decompressed (gzip, zlib, Zstandard), and is base64 if it is no JSON. For AppSync: `data` of the subscription, or the event',
    },
    errors: { type: 'list', description: 'errors of a GraphQL subscription' },
  },
  selects: 'id',
  consistency:
    'Everything that came over the connection since it was opened, in its order. A lost connection is an error of each check that needed it longer. The last poll sends a ping: without an answer, it is unknown if all has come.',
  reads: 'all',
  pauseMs: { first: 25, longest: 2_000 },
  permissions: () => [],
  hop: ({ connection }) => (connection === undefined ? 'the connection' : `connection ${connection}`),
  quotes: ['body', 'errors'],
  lacksId: () => 'the push does not have the id',
  needsOpen: ({ connection = 'default' }) => connection,
  example: `expect: push
has:
  body:
    status: SHIPPED
within: 10s
`,
  open: async ({ connection: name = 'default' }, context) => {
    let watched: Watched | undefined;
    const watching = (): Watched | undefined => {
      watched ??= watchOver(name, context);
      return watched;
    };
    let isLossKnown = false;
    let wakeAgain = (): void => {};
    return {
      // Pushes from before the loss count: only the poll after it is an error.
      poll: async (ask) => {
        const { connection, watch } = watching() ?? {};
        if (connection === undefined || watch === undefined) return notYet(name, ask);
        const { lost } = connection;
        if (lost !== undefined && isLossKnown) throw lost;
        const result = await watch.poll(ask);
        isLossKnown = lost !== undefined;
        if (isLossKnown) wakeAgain();
        return { ...result, selected: result.selected.map(undated) };
      },
      subscribe: (wake) => {
        wakeAgain = wake;
        return watching()?.watch.subscribe?.(wake) ?? (() => {});
      },
      close: async () => {},
    };
  },
} satisfies Noun<typeof input>;

interface Watched {
  readonly connection: Connection;
  readonly watch: Watch;
}

function watchOver(name: string, context: WatchContext): Watched | undefined {
  const connection = context.connections.named(name);
  if (connection === undefined) return undefined;
  const { feed } = connection;
  const noun = { kind: 'push', called: 'push', feed, context, valueStands: 'anywhere' } as const;
  return { connection, watch: watchFeed({ ...noun, missedBy: () => undefined }) };
}

/** A check under `throughout` begins before the act that opens the connection. */
function notYet(name: string, { last }: PollRequest): PollResult {
  if (!last) return { selected: [], nearby: [] };
  const called = name === 'default' ? 'a connection' : `the connection '${name}'`;
  throw new ObserverError(`No step opened ${called}, so it is unknown if something was pushed.`, {
    permanent: true,
  });
}

/** Evidence without a date: no service gave it one, and the runner's own may be late. */
function undated(evidence: Evidence): Evidence {
  const { happenedAtMs: _, ...rest } = evidence;
  return rest;
}
