import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { traceHeaders } from '../../runner/trace/carriers/headers.ts';
import { read } from '../../runner/trace/carriers/read.ts';
import { contextOf, runIn } from '../../runner/trace/ids/context.ts';
import { fromXRay, newTraceparent, toXRay } from '../../runner/trace/ids/w3c.ts';
import { sampleSize } from '../support/effort.ts';

const TRACE = '12345678901234567890123456789012';
const GOOD = `00-${TRACE}-1234567890123456-01`;
const KEYS = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/';

/** The headers that the next hop gets after a request with these. A header that comes twice is joined by commas, as API Gateway does it. */
function passOn(...headers: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const names = Map.groupBy(headers, ([name]) => name);
  const joined = [...names].map(([name, all]) => [name, all.map(([, value]) => value).join(',')]);
  return runIn(
    contextOf(read({ headers: Object.fromEntries(joined) as Record<string, string> })),
    traceHeaders,
  );
}

const traceIdAfter = (name: string, value: string) => passOn([name, value])['traceparent']?.slice(3, 35);
const stateAfter = (...values: readonly string[]) =>
  passOn(['traceparent', GOOD], ...values.map((value) => ['tracestate', value] as const))['tracestate'];

// The cases of the working group's own test suite (w3c/trace-context, test/test.py).
describe('the vectors of W3C Trace Context', () => {
  it('a request without any gets a fresh one', () => {
    expect(passOn()['traceparent']).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/);
  });

  it('a traceparent keeps its trace id and its flags, and gets another parent id', () => {
    const { traceparent } = passOn(['traceparent', GOOD]);
    expect(traceparent).toMatch(new RegExp(`^00-${TRACE}-[\\da-f]{16}-01$`));
    expect(traceparent).not.toBe(GOOD);
  });

  it.each(['TraceParent', 'TrAcEpArEnT', 'TRACEPARENT'])('the header %s is one', (name) => {
    expect(traceIdAfter(name, GOOD)).toBe(TRACE);
  });

  it.each(['trace-parent', 'trace.parent'])('the header %s is none', (name) => {
    expect(traceIdAfter(name, GOOD)).not.toBe(TRACE);
  });

  it.each([
    [`cc${GOOD.slice(2)}`],
    [`cc${GOOD.slice(2)}-what-the-future-will-be-like`],
    [` ${GOOD}`],
    [`\t${GOOD}`],
    [`${GOOD} `],
    [`${GOOD}\t`],
    [`\t ${GOOD} \t`],
  ])('%j goes on', (value) => {
    expect(traceIdAfter('traceparent', value)).toBe(TRACE);
  });

  it.each([
    [`${GOOD}.`],
    [`${GOOD}-what-the-future-will-be-like`],
    [`cc${GOOD.slice(2)}.what-the-future-will-be-like`],
    [`ff${GOOD.slice(2)}`],
    [`.0${GOOD.slice(2)}`],
    [`0.${GOOD.slice(2)}`],
    [`000${GOOD.slice(2)}`],
    [`0000${GOOD.slice(2)}`],
    [`0${GOOD.slice(2)}`],
    [`00-${'0'.repeat(32)}-1234567890123456-01`],
    [`00-.${TRACE.slice(1)}-1234567890123456-01`],
    [`00-${TRACE.slice(1)}.-1234567890123456-01`],
    [`00-${TRACE}3-1234567890123456-01`],
    [`00-${TRACE.slice(1)}-1234567890123456-01`],
    [`00-${TRACE}-0000000000000000-01`],
    [`00-${TRACE}-.234567890123456-01`],
    [`00-${TRACE}-123456789012345.-01`],
    [`00-${TRACE}-12345678901234567-01`],
    [`00-${TRACE}-123456789012345-01`],
    [`00-${TRACE}-1234567890123456-.0`],
    [`00-${TRACE}-1234567890123456-0.`],
    [`00-${TRACE}-1234567890123456-001`],
    [`00-${TRACE}-1234567890123456-1`],
    [`00-${TRACE.replaceAll('1', 'A')}-1234567890123456-01`],
  ])('%j is dropped', (value) => {
    const { traceparent } = passOn(['traceparent', value]);
    expect(traceparent).toMatch(/^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/);
    expect(value).not.toContain(traceparent?.slice(3, 35));
  });

  it('two traceparents are none', () => {
    const other = GOOD.replace('012-', '011-');
    const { traceparent } = passOn(['traceparent', other], ['traceparent', GOOD]);
    expect(traceparent).not.toMatch(/-1234567890/);
  });

  it('a tracestate without a traceparent is dropped', () => {
    expect(passOn(['tracestate', 'foo=1,bar=2'])['tracestate']).toBeUndefined();
  });

  it.each(['TraceState', 'TrAcEsTaTe', 'TRACESTATE'])('the header %s is a tracestate', (name) => {
    expect(passOn(['traceparent', GOOD], [name, 'foo=1'])['tracestate']).toBe('foo=1');
  });

  it.each(['trace-state', 'trace.state'])('the header %s is no tracestate', (name) => {
    expect(passOn(['traceparent', GOOD], [name, 'foo=1'])['tracestate']).toBeUndefined();
  });

  const full = Array.from({ length: 32 }, (_, index) => `bar${index}=1`).join(',');
  const value = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))
    .join('')
    .replaceAll(/[,=]/g, '');

  it.each([
    ['two members', 'foo=1,bar=2'],
    ['white space', 'foo=1 \t , \t bar=2, \t baz=3'],
    ['tabs', 'foo=1\t \t,\t \tbar=2,\t \tbaz=3'],
    ['all characters', `${KEYS}=${value}`],
    ['all characters and a vendor', `${KEYS}@a-z0-9_-*/=${value}`],
    ['32 members', full],
    ['a key of 256', `${'z'.repeat(256)}=1`],
    ['a tenant of 241, a vendor of 14', `${'t'.repeat(241)}@${'v'.repeat(14)}=1`],
    ['a value of 256', `foo=${'1'.repeat(256)}`],
  ])('a tracestate with %s goes on', (_, state) => {
    expect(stateAfter(state)).toBe(state);
  });

  it.each([
    [['foo=1', ''], 'foo=1'],
    [['', 'foo=1'], 'foo=1'],
    [['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'], 'foo=1,bar=2,rojo=1,congo=2,baz=3'],
  ])('the tracestates %j are joined', (states, expected) => {
    expect(
      stateAfter(...states)
        ?.split(',')
        .filter(Boolean)
        .join(),
    ).toBe(expected);
  });

  it.each([
    ['nothing', ['']],
    ['a key twice', ['foo=1,foo=1']],
    ['a key with two values', ['foo=1,foo=2']],
    ['a key in two headers', ['foo=1', 'foo=1']],
    ['a space in a key', ['foo =1']],
    ['capitals', ['FOO=1']],
    ['a dot', ['foo.bar=1']],
    ['an empty vendor', ['foo@=1,bar=2']],
    ['an empty tenant', ['@foo=1,bar=2']],
    ['two ats', ['foo@@bar=1,bar=2']],
    ['two vendors', ['foo@bar@baz=1,bar=2']],
    ['33 members', [`${full},baz=1`]],
    ['a key of 257', [`${'z'.repeat(257)}=1`]],
    ['a tenant of 242', [`${'t'.repeat(242)}@v=1`]],
    ['a vendor of 15', [`t@${'v'.repeat(15)}=1`]],
    ['a value of 257', [`foo=${'1'.repeat(257)}`]],
    ['an equals sign in a value', ['foo=bar=baz']],
    ['a member without a value', ['foo=1,bar']],
  ])('a tracestate with %s is dropped', (_, states) => {
    expect(stateAfter(...states)).toBeUndefined();
  });
});

describe("X-Ray's form", () => {
  it('a header of X-Ray is a traceparent', () => {
    const header =
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:1|68fd508a:5|c512fbe3:2';
    expect(fromXRay(header)).toBe('00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01');
  });

  it('a header without a parent, as API Gateway makes it, gets one', () => {
    expect(fromXRay('Root=1-5759e988-bd862e3fe1be46a994272793')).toMatch(
      /^00-5759e988bd862e3fe1be46a994272793-[\da-f]{16}-00$/,
    );
  });

  it.each(['', 'Self=1-5759e988-bd862e3fe1be46a994272793', 'Root=2-1-1', 'nonsense'])(
    '%j is none',
    (header) => {
      expect(fromXRay(header)).toBeUndefined();
    },
  );

  it('every fresh traceparent comes back from its header of X-Ray', () => {
    fc.assert(
      fc.property(fc.constantFrom('00', '01', '02', '03'), (flags) => {
        const traceparent = `${newTraceparent().slice(0, 53)}${flags}`;
        expect(fromXRay(toXRay(traceparent))).toBe(`${traceparent.slice(0, 53)}0${Number(flags) % 2}`);
      }),
      { numRuns: sampleSize({ small: 20, full: 200 }) },
    );
  });

  it('a traceparent comes before a header of X-Ray, which a load balancer may have added', () => {
    const { traceparent } = passOn(
      ['x-amzn-trace-id', 'Root=1-5759e988-bd862e3fe1be46a994272793'],
      ['traceparent', GOOD],
    );
    expect(traceparent).toContain(TRACE);
  });
});
