import { describe, expect, it } from '@jest/globals';
import type { Span } from '../../../reporters/traces/span.ts';
import { attributesOf } from '../../../reporters/traces/span.ts';
import { BATCH_BYTES, bodyOf, MOST_BYTES, SpanQueue } from '../../../reporters/traces/span-queue.ts';

const RESOURCE = attributesOf({ 'service.name': 'coalmine' });

function span(name: string): Span {
  const ids = { traceId: '0'.repeat(32), spanId: '0'.repeat(16) };
  return { ...ids, name, kind: 1, startTimeUnixNano: '1', endTimeUnixNano: '2', attributes: [] };
}

const MEGABYTE = 'x'.repeat(1_000_000);

function queueOf(names: readonly string[]): SpanQueue {
  const queue = new SpanQueue();
  queue.add({ resource: RESOURCE, spans: names.map(span) });
  return queue;
}

function namesIn(queue: SpanQueue): readonly string[] {
  return queue.take().map((one) => (JSON.parse(one.span) as Span).name.slice(0, 2));
}

describe('spans that wait', () => {
  it('are taken from the oldest on, as many as one request holds', () => {
    const queue = queueOf(['1', '2', '3', '4', '5'].map((name) => `${name} ${MEGABYTE}`));

    expect(namesIn(queue)).toEqual(['1 ', '2 ', '3 ']);
    expect(namesIn(queue)).toEqual(['4 ', '5 ']);
    expect(namesIn(queue)).toEqual([]);
  });

  it('are taken one at a time, if one alone is too large for a request', () => {
    const queue = queueOf([`1 ${'x'.repeat(BATCH_BYTES)}`, '2 ']);

    expect(namesIn(queue)).toEqual(['1 ']);
    expect(namesIn(queue)).toEqual(['2 ']);
  });

  it('stay in their order if some are put back', () => {
    const queue = queueOf(['1 ', '2 ']);
    const taken = queue.take();
    queue.add({ resource: RESOURCE, spans: [span('3 ')] });
    queue.putBack(taken);

    expect(queue.length).toBe(3);
    expect(namesIn(queue)).toEqual(['1 ', '2 ', '3 ']);
  });

  it('take a bounded memory: the oldest are dropped, and counted once', () => {
    const queue = queueOf(Array.from({ length: 20 }, (_, index) => `${index} ${MEGABYTE}`));

    expect(queue.length * MEGABYTE.length).toBeLessThan(MOST_BYTES);
    expect(queue.takeDropped()).toBe(20 - queue.length);
    expect(queue.takeDropped()).toBe(0);
    expect(namesIn(queue)[0]).toBe('5 ');
  });

  it('make one body, in which those of a resource stand together', () => {
    const queue = queueOf(['a', 'b']);
    queue.add({ resource: attributesOf({ 'service.name': 'other' }), spans: [span('c')] });
    const body = JSON.parse(bodyOf(queue.take())) as {
      readonly resourceSpans: readonly {
        readonly resource: unknown;
        readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
      }[];
    };

    expect(body.resourceSpans.map(({ scopeSpans }) => scopeSpans[0]?.spans.map(({ name }) => name))).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
    expect(body.resourceSpans[0]?.resource).toEqual({ attributes: RESOURCE });
  });
});
