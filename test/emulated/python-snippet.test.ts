import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { headersOf, write } from '../../runner/trace/carriers/write.ts';
import { contextOf } from '../../runner/trace/ids/context.ts';
import { fencesOf, readPage } from '../support/pages.ts';
import { busEvent, HOPS, requests } from '../trace/hops.ts';

const SENT = contextOf({ id: 'canary-6b0c75191b39c426f5e475211e34c176' });
const SNIPPET =
  fencesOf(readPage('docs/guide/making-your-application-traceable.md')).find(({ info }) => info === 'python')
    ?.text ?? '';

/** The value of an expression after the snippet of the page, as JSON. */
function python(expression: string, input: unknown): unknown {
  const program = `${SNIPPET}\nimport sys\nvalue = json.load(sys.stdin)\nprint(json.dumps(${expression}))\n`;
  return JSON.parse(
    execFileSync('python3', ['-c', program], { input: JSON.stringify(input), encoding: 'utf8' }),
  ) as unknown;
}

const recordOf = (name: string): unknown => {
  const { command, input, deliver } = HOPS[name] as (typeof HOPS)[string];
  const event = deliver(write(command, input, SENT, () => {})) as { readonly Records?: readonly unknown[] };
  return event.Records?.[0] ?? event;
};

describe("the Python of the page on an application's ids", () => {
  it.each([
    ['a request', requests(headersOf(SENT))['API Gateway, REST']],
    ['an event', recordOf('event bus → function')],
    ['a message of a queue', recordOf('queue → function')],
    ['a message of a topic', recordOf('topic → function')],
    ['the input of a task', recordOf('execution → state machine → function')],
  ])('reads the id of %s, as the kit writes it', (_, event) => {
    expect(python('correlation_id(value)', event)).toBe(SENT.id);
  });

  it('finds none where none is', () => {
    expect(python('correlation_id(value)', {})).toBeNull();
  });

  it('writes an event whose id comes out at the next hop', () => {
    const entry = python('event_entry("shop", "shop.orders", "OrderPlaced", {"n": 1}, value)', SENT.id);
    expect(python('correlation_id(value)', busEvent(entry as Record<string, unknown>))).toBe(SENT.id);
  });
});
