import { describe, expect, it } from '@jest/globals';
import { matches } from '../../../infra/local-aws/events/event-pattern.ts';
import { patternOf, stackPatternOf } from '../../../runner/adapters/taps/tap-pattern.ts';
import { NO_PROJECT, type TapDefinition } from '../../../runner/core/model/project.ts';
import { PROBE } from '../../../runner/core/taps/probe.ts';

type Pattern = Parameters<typeof matches>[0];
type Event = Parameters<typeof matches>[1];

const FIELD = 'metadata.correlationId';
const OWN = { metadata: { correlationId: 'canary-6b0c9cc5f8076bf317432a183022d16f' } };

function letsThrough(ids: readonly string[], event: Event, pattern?: Pattern): boolean {
  const tap = { on: { bus: 'orders' }, ids, probe: false, ...(pattern === undefined ? {} : { pattern }) };
  return matches(patternOf(tap, FIELD) as unknown as Pattern, event);
}

describe('a tap on a bus', () => {
  it.each<{ title: string; ids: readonly string[] }>([
    { title: 'without ids', ids: [] },
    { title: 'with ids, though the event has none of them', ids: ['detail.orderId'] },
  ])('lets canary traffic and probes through: $title', ({ ids }) => {
    expect(letsThrough(ids, { source: 'shop', detail: { ...OWN, reason: 'no stock' } })).toBe(true);
    expect(letsThrough(ids, { source: PROBE, detail: OWN })).toBe(true);
    expect(letsThrough(ids, { source: 'shop', detail: { reason: 'no stock' } })).toBe(false);
  });

  it('lets through what has one of its ids', () => {
    const event = { source: 'shop', detail: { orderId: 'o-1' } };

    expect(letsThrough(['detail.orderId', 'detail.no'], event)).toBe(true);
    expect(letsThrough([], event)).toBe(false);
  });

  it('lets through what its pattern says and probes, and nothing else', () => {
    const pattern = { source: ['shop'] };

    expect(letsThrough([], { source: 'shop', detail: {} }, pattern)).toBe(true);
    expect(letsThrough([], { source: PROBE, detail: OWN }, pattern)).toBe(true);
    expect(letsThrough([], { source: 'billing', detail: OWN }, pattern)).toBe(false);
  });
});

describe('the taps of a deployed stack', () => {
  const tap = (on: TapDefinition['on'], more: Partial<TapDefinition> = {}): TapDefinition => ({
    on,
    ids: [],
    probe: false,
    ...more,
  });
  const bus = { bus: 'orders' };
  const topic = { topic: 'arn:aws:sns:eu-west-1:123456789012:ships' };
  const own = { correlationId: [{ prefix: 'canary-' }] };
  const filterOf = (...taps: readonly TapDefinition[]) => stackPatternOf('topic', { ...NO_PROJECT, taps });
  const patternOfBuses = (...taps: readonly TapDefinition[]) =>
    stackPatternOf('bus', { ...NO_PROJECT, taps });

  it('let canary traffic through, and what the taps of the file name', () => {
    expect(filterOf()).toEqual(own);
    expect(filterOf(tap(topic), tap(bus, { pattern: { source: ['shop'] } }))).toEqual(own);
    expect(filterOf(tap(topic, { pattern: { kind: ['order'] } }))).toEqual({
      $or: [own, { kind: ['order'] }],
    });
    expect(patternOfBuses(tap(bus), tap(topic))).toEqual({ detail: { metadata: own } });
    expect(patternOfBuses(tap(bus, { pattern: { source: ['shop'] } }))).toEqual({
      $or: [{ detail: { metadata: own } }, { source: ['shop'] }, { source: [PROBE] }],
    });
  });

  it('let all messages of topics through if one of them looks for ids in bodies', () => {
    expect(filterOf(tap(topic, { ids: ['body.orderId'] }), tap(topic))).toBeUndefined();
  });
});
