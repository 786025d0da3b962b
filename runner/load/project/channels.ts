import type { Channel, ChannelKind } from '../../core/model/project.ts';
import type { Issue, Report } from '../yaml/diagnostics.ts';
import { entryOf, oneOf, readMap, refuse, type Shape, template, text, type Values } from '../yaml/reader.ts';
import type { Entry, MapTree, Tree } from '../yaml/tree.ts';

/** Keys of a channel, and the required keys of each kind. */
const CHANNEL = {
  slack: { read: template },
  sns: { read: template },
  pagerduty: { read: template },
  webhook: { read: template },
  eventbridge: { read: template },
  secret: { read: template },
  fallback: { read: text() },
  format: { read: oneOf('text', 'chat') },
  endpoint: { read: template },
} satisfies Shape;

const KINDS: readonly ChannelKind[] = ['slack', 'sns', 'pagerduty', 'webhook', 'eventbridge'];

/** The keys that only one kind of channel reads, and their purpose. */
const OWN_KEYS = {
  secret: { kind: 'webhook', purpose: 'signs what a webhook is sent' },
  format: { kind: 'sns', purpose: 'says what a topic is told' },
  endpoint: { kind: 'pagerduty', purpose: 'says where PagerDuty takes events' },
} as const satisfies Partial<Record<keyof typeof CHANNEL, { kind: ChannelKind; purpose: string }>>;

/** Reads the channels of a project. A faulty one keeps its name, so that its users are not reported too. */
export function readChannels(one: Tree, report: Report, key: string): readonly Channel[] | undefined {
  if (one.sort !== 'map')
    return refuse(one, report, {
      rule: 'type',
      message: `'${key}' must be a map`,
      hint: 'write name: { slack: ${secret:…} }',
    });
  const names = one.entries.map((entry) => entry.key);
  return one.entries.map((entry) => readChannel(entry, names, report));
}

function readChannel(entry: Entry, names: readonly string[], report: Report): Channel {
  const read = readMap(entry.value, CHANNEL, report, `channel '${entry.key}'`);
  const faulty: Channel = { name: entry.key, kind: 'webhook', address: '' };
  if (read === undefined || entry.value.sort !== 'map') return faulty;
  const kind = kindOf(entry, entry.value, report);
  checkFallback(entry, read.fallback, names, report);
  if (kind === undefined) return faulty;
  checkOwnKeys(entry, kind, report);
  return { ...faulty, kind, address: read[kind] ?? '', ...optionsIn(read) };
}

function kindOf({ key, keyAt }: Entry, { entries }: MapTree, report: Report): ChannelKind | undefined {
  const [kind, ...more] = KINDS.filter((one) => entries.some((inner) => inner.key === one));
  if (kind !== undefined && more.length === 0) return kind;
  if (!entries.some((inner) => !Object.hasOwn(CHANNEL, inner.key)))
    report.error(keyAt, {
      rule: 'channel',
      message: `channel '${key}' goes nowhere, or to two places`,
      hint: `give it one of ${KINDS.join(', ')}`,
    });
  return undefined;
}

function checkFallback(
  { key, keyAt, value }: Entry,
  fallback: string | undefined,
  names: readonly string[],
  report: Report,
): void {
  if (fallback === undefined || (names.includes(fallback) && fallback !== key)) return;
  const fault: Issue = {
    rule: 'channel',
    message: `'${fallback}' cannot stand in for '${key}'`,
    hint: 'name another channel of this file',
  };
  report.error(entryOf(value, 'fallback')?.value.at ?? keyAt, fault);
}

function checkOwnKeys({ key, value }: Entry, kind: ChannelKind, report: Report): void {
  for (const [own, { kind: its, purpose }] of Object.entries(OWN_KEYS)) {
    const entry = entryOf(value, own);
    if (entry === undefined || kind === its) continue;
    const message = `'${own}' ${purpose}, and '${key}' is ${kind}`;
    report.error(entry.keyAt, { rule: 'channel', message, hint: `leave ${own} out` });
  }
}

function optionsIn({ secret, fallback, format, endpoint }: Values<typeof CHANNEL>): Partial<Channel> {
  return {
    ...(secret === undefined ? {} : { secret }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(format === undefined ? {} : { format }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
