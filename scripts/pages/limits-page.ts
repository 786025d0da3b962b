import { MOST_TAPS } from '../../infra/stack/parameters.ts';
import { KEPT_MS as TABLE_JOURNAL_KEPT_MS } from '../../runner/adapters/dynamodb/journal.ts';
import {
  LONGEST_HEADERS_BYTES,
  LONGEST_REQUEST_MS,
  MOST_CONNECTIONS,
} from '../../runner/adapters/inbox/server.ts';
import { KEPT_MS as REFERENCE_KEPT_MS } from '../../runner/adapters/references/read-references.ts';
import {
  MOST_KEPT as MOST_ENTRIES,
  KEPT_MS as OWN_JOURNAL_KEPT_MS,
} from '../../runner/adapters/taps/memory-journal.ts';
import { MAX_QUIET_MS } from '../../runner/core/alert/operator-actions.ts';
import { GIVEN_UP_AFTER_MS, MAX_UNCONFIRMED } from '../../runner/core/alert/outbox/delivery.ts';
import { formatDuration } from '../../runner/core/base/duration.ts';
import { CLEANUP_MS, MOST_TRIES } from '../../runner/core/cleanup/pending-cleanups.ts';
import { MOST_KEPT, MOST_OF_STEP } from '../../runner/core/evidence/bounded.ts';
import { MOST_RESULT_BYTES } from '../../runner/core/evidence/truncate-result.ts';
import { DELIVERY_TIMEOUT_MS, MAX_DELIVERY_TIMEOUT_MS } from '../../runner/core/model/channel.ts';
import { SHORTEST_SECRET } from '../../runner/core/redaction/encodings.ts';
import { KEPT_MS, PASSES_KEPT } from '../../runner/core/store/slot-transitions.ts';
import { MOST_BYTES as MOST_BUNDLE_BYTES } from '../../runner/deploy/build/bundle-function.ts';
import { LONGEST_REQUEST_BYTES, MOST_ADMITTED } from '../../runner/engine/inbox/receive.ts';
import { LEAST_DEADLINE_MS } from '../../runner/engine/schedule/plan.ts';
import { TICK_MS } from '../../runner/engine/schedule/scheduler-loop.ts';
import { MOST_HELD } from '../../runner/engine/taps/held-messages.ts';
import { PROBE_EVERY_MS } from '../../runner/engine/taps/tap-path.ts';
import { LONGEST_BODY_BYTES } from '../../runner/kinds/body.ts';
import { MOST_REDIRECTS } from '../../runner/kinds/http/request.ts';
import { formatReads } from '../../runner/kinds/read-limit.ts';
import { LONGEST_READING_MS } from '../../runner/kinds/streams/shard.ts';
import { MOST_SHARDS } from '../../runner/kinds/streams/stream-reader.ts';
import { DEFAULT_TIMEOUT_MS, LONGEST_NAME } from '../../runner/load/canary/compile.ts';
import { LEAST_INTERVAL_MS } from '../../runner/load/canary/schedule.ts';
import { DEEPEST_PART } from '../../runner/load/parts/open.ts';
import { SHORTEST_TIMEOUT_MS } from '../../runner/load/project/channels.ts';
import { SETTLE_MS } from '../../runner/load/step/compile-check.ts';
import { ACT_TIMEOUT_MS } from '../../runner/load/step/compile-step.ts';
import { LONGEST_CONFIRM_MS } from '../../runner/load/values/alert-policy.ts';
import {
  LONGEST_CHAIN,
  LONGEST_RUN_MS,
  LONGEST_SCALAR,
  MOST_BYTES,
  MOST_DEPTH,
  MOST_FILLED,
  MOST_STEPS,
  MOST_TOKENS,
} from '../../runner/load/yaml/limits.ts';
import { KINDS } from '../../runner/registry.ts';
import { sentence, table } from './markdown.ts';

/** A subject, its limit, and the effect beyond it. */
type Limit = readonly [string, string, string];

const REFUSED = '`validate` refuses it';

const SECTIONS: Readonly<Record<string, readonly Limit[]>> = {
  Files: [
    ['size of a file', bytes(MOST_BYTES), REFUSED],
    ['tokens of YAML in a file', count(MOST_TOKENS), REFUSED],
    ['levels of nesting', count(MOST_DEPTH), REFUSED],
    ['one text', bytes(LONGEST_SCALAR), REFUSED],
    ['steps of a canary, its parts and its cleanup included', count(MOST_STEPS), REFUSED],
    ['levels of parts that use parts', count(DEEPEST_PART), REFUSED],
    ['names that refer to one another in a row', count(LONGEST_CHAIN), REFUSED],
    ['a var or a step with its values filled in', `${count(MOST_FILLED)} characters`, REFUSED],
    ["a canary's name", `${LONGEST_NAME} characters`, REFUSED],
  ],
  Runs: [
    [
      'a run',
      `${time(DEFAULT_TIMEOUT_MS)} by default, ${time(LONGEST_RUN_MS)} at most`,
      'what was not done by then is an `error`',
    ],
    [
      'an act',
      `${time(ACT_TIMEOUT_MS)} by default`,
      'it ends as a timeout, with the blame of [that](blame.md)',
    ],
    ['cleanup, after the time of the run', time(CLEANUP_MS), 'a sweep does the rest'],
    [
      'attempts of a sweep at one run',
      count(MOST_TRIES),
      'the operators are notified; `coalmine sweep` tries again',
    ],
    ['a check with `count: 1`, after it holds', time(SETTLE_MS), 'a duplicate that comes later is not seen'],
    ['a `gone`, after nothing is there', time(SETTLE_MS), 'what comes back later is not seen'],
    ['the body of an answer or object', bytes(LONGEST_BODY_BYTES), 'a check of the body is an `error`'],
    ['redirects of one request', count(MOST_REDIRECTS), 'the act fails'],
    [
      'evidence that a step keeps',
      `${bytes(MOST_OF_STEP)} of text, and ${bytes(MOST_KEPT)} for the run`,
      'it is shortened, after it was compared',
    ],
    ['a value that is secret', `${SHORTEST_SECRET} characters at least`, 'the run is an `error`'],
    ['a reference that was read', time(REFERENCE_KEPT_MS), 'it is read again'],
  ],
  'Taps, queues, streams and inboxes': [
    [
      'the body of a request to an inbox',
      bytes(LONGEST_REQUEST_BYTES),
      'it gets status 413; a check of the body is an `error`',
    ],
    [
      'the headers of a request to an inbox on one machine',
      bytes(LONGEST_HEADERS_BYTES),
      'it gets status 431, and the check is an `error`',
    ],
    [
      'the time of a request to an inbox on one machine',
      time(LONGEST_REQUEST_MS),
      'it gets status 408, and the check is an `error`',
    ],
    [
      'connections to the inboxes of one machine',
      count(MOST_CONNECTIONS),
      'one more is closed, and the check is an `error`',
    ],
    ['a request to an inbox of a stack', '6 MB', 'Lambda refuses it, and it is never seen'],
    [
      'requests to one inbox',
      `${count(MOST_ADMITTED)}, probes of ours included`,
      'they get status 429, and the check is an `error`',
    ],
    ['messages of a watched queue', count(MOST_HELD), 'the check is an `error`'],
    ['time between two probes of a tap', time(PROBE_EVERY_MS), ''],
    [
      'entries of a tap on one machine',
      `${count(MOST_ENTRIES)} in ${time(OWN_JOURNAL_KEPT_MS)}`,
      'the check is an `error`',
    ],
    ['entries of a tap of a stack', time(TABLE_JOURNAL_KEPT_MS), 'they are deleted'],
    ['buses, and topics, of one stack', `${MOST_TAPS} each`, 'deploy a second stack'],
    ['shards of a watched stream', count(MOST_SHARDS), 'the check is an `error`'],
    ['reading of a stream to its end', time(LONGEST_READING_MS), 'the check is an `error`'],
  ],
  Schedules: [
    ['`every`', `${time(LEAST_INTERVAL_MS)} at least`, REFUSED],
    ['planning', `once in ${time(TICK_MS)}`, ''],
    [
      'a slot that is late',
      `twice the time between two slots, and ${time(LEAST_DEADLINE_MS)} at least`,
      'it is counted as missed',
    ],
  ],
  Notices: [
    ['`alert: after`', '1 to 99, or up to `99 of 99`', REFUSED],
    ['`alert: recover`', '1 to 100', REFUSED],
    ['`alert: confirm`', `${time(LONGEST_CONFIRM_MS)} at most`, REFUSED],
    [
      'one try to send',
      `${time(DELIVERY_TIMEOUT_MS)} by default, ${time(SHORTEST_TIMEOUT_MS)} to ${time(MAX_DELIVERY_TIMEOUT_MS)}`,
      'it is tried again',
    ],
    ['tries whose answer was lost', count(MAX_UNCONFIRMED), 'the fallback gets the notice'],
    ['tries in all', time(GIVEN_UP_AFTER_MS), 'the notice is given up, and the operators are notified'],
    ['a mute or an acknowledgement', `${time(MAX_QUIET_MS)} at most`, 'repeat it'],
  ],
  State: [
    ['history', `${KEPT_MS / 86_400_000} days`, 'it is deleted'],
    ['passed runs of a canary that are kept in full', `the newest ${PASSES_KEPT}`, 'a summary stays'],
    ['one result', bytes(MOST_RESULT_BYTES), 'values are left out, and marked'],
    ['the bundle of one function', bytes(MOST_BUNDLE_BYTES), 'the build fails'],
  ],
};

/** `docs/reference/limits.md`: sizes, counts and times, from the constants that the code reads. */
export function limitsPage(): string {
  const reads = Object.values(KINDS.nouns).map(({ name, reads: limit }) => [
    `\`${name}\``,
    sentence(formatReads(limit)),
  ]);
  return [
    '# Limits',
    '',
    "This page is made from the constants of the code by `npm run generate`. [AWS's own quotas](../guide/operating.md#costs-and-quotas) hold too.",
    '',
    ...Object.entries(SECTIONS).flatMap(([title, rows]) => [
      `## ${title}`,
      '',
      table(['of', 'limit', 'beyond it'], rows),
      '',
    ]),
    '## Reads of one poll',
    '',
    table(['noun', 'reads'], reads),
    '',
  ].join('\n');
}

function bytes(number: number): string {
  if (number % 1_048_576 === 0) return `${number / 1_048_576} MiB`;
  return number % 1_024 === 0 ? `${number / 1_024} KiB` : `${count(number / 1_000)} kB`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function time(ms: number): string {
  return formatDuration(ms);
}
