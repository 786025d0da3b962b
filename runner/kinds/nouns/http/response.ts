import { Type } from 'typebox';
import { formatDuration } from '../../../core/base/duration.ts';
import { TargetError } from '../../../core/base/errors.ts';
import { headersOf } from '../../../core/taps/propagation.ts';
import { LONGEST_BODY_BYTES } from '../../body.ts';
import { AUTH_KEYS, authFaults, authorizeBy, authPermissions } from '../../http/http-auth.ts';
import { REDIRECT_KEYS } from '../../http/redirect.ts';
import { exchange, HTTP_VIEW, hostOf, splitRequest } from '../../http/request.ts';
import { requestFaults } from '../../http/request-faults.ts';
import { requestLineFaults } from '../../http/request-line.ts';
import type { Noun } from '../../kind.ts';
import { LONGEST_POLL_MS, pollLimit } from '../../poll-limit.ts';
import { closed, scalars } from '../../schema.ts';

const input = closed({
  http: Type.String({
    pattern: '^(GET|HEAD) \\S+$',
    description: 'GET or HEAD and a URL; it is asked again and again, so it must change nothing',
  }),
  headers: Type.Optional(scalars('Request headers')),
  query: Type.Optional(scalars('Query parameters; they are URL-encoded for you')),
  ...REDIRECT_KEYS,
  ...AUTH_KEYS,
});

/** Reads a URL until it answers as expected. */
export const response = {
  name: 'response',
  summary: 'the answer of a URL',
  input,
  view: HTTP_VIEW,
  selects: 'address',
  consistency: 'The answer of the URL at that moment; caches on the way are not bypassed.',
  reads: { most: LONGEST_BODY_BYTES, unit: 'bytes of a body', beyond: 'a check of `body`' },
  pauseMs: { first: 25, longest: 2_000 },
  permissions: ({ http, auth }) => authPermissions(http, auth),
  hop: ({ http }) => hostOf(http),
  quotes: ['body'],
  repliesToUs: true,
  example: `expect: response
http: GET https://api.example.com/orders/ord_1
has:
  body:
    status: SHIPPED
within: 30s
`,
  faults: ({ http, ...asked }, of) => [
    ...requestLineFaults(http, { key: 'http', filled: of.filled, methods: ['GET', 'HEAD'] }),
    ...authFaults(asked),
    ...requestFaults(asked, { key: 'http', request: http }, of),
  ],
  open: async ({ http, auth, ...asked }, context) => {
    // One span for the whole watch: repeated reads are one thing in the trace.
    const ids = { ...context, spanId: context.runId.slice(-16) };
    const authorize = authorizeBy(auth, context);
    const own = context.correlate === false ? {} : headersOf(ids, context.correlation);
    return {
      poll: async () => {
        const limit = pollLimit(() => lateFault(http), context);
        const given = { ...context, signal: limit.signal };
        const answer = await exchange({ ...splitRequest(http), ...asked, own, authorize }, given).finally(
          limit.end,
        );
        const evidence = { kind: 'response', id: http, takenAtMs: context.clock.nowMs(), ...answer };
        return { selected: [evidence], nearby: [] };
      },
      close: async () => {},
    };
  },
} satisfies Noun<typeof input>;

function lateFault(http: string): TargetError {
  return new TargetError(`${hostOf(http)} did not answer within ${formatDuration(LONGEST_POLL_MS)}.`);
}
