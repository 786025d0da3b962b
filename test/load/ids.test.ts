import { describe, expect, it } from '@jest/globals';
import { load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { filesOf } from './support.ts';

const REPLACED = 'is put in by Coalmine, which would replace what stands here';

function diagnosticsOf(steps: string, project = ''): readonly string[] {
  const files = {
    'coalmine.config.yaml': `project: p\n${project}`,
    'a.canary.yaml': `canary: a\nowner: b\nsteps:\n${steps}\n`,
  };
  return load(filesOf(files), KINDS).diagnostics.map(
    ({ line, severity, message, hint }) => `${line} ${severity}: ${message} · ${hint}`,
  );
}

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:ships';
const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:m';
const EVENT = 'putEvent: b\n    source: s\n    detailType: d\n    detail:';

describe('an act whose file has a value where an id of the run goes', () => {
  it.each([
    ['metadata.correlationId', `${EVENT} { metadata: { correlationId: mine } }`],
    ['metadata.canary', `${EVENT} { metadata: { canary: blue } }`],
    ['metadata.traceparent', `${EVENT} { metadata: { traceparent: x } }`],
    ['canary', `publish: ${TOPIC}\n    body: x\n    attributes: { canary: blue }`],
    ['correlationId', 'sendMessage: q\n    body: x\n    attributes: { correlationId: mine }'],
    ['metadata.canary', 'invoke: f\n    body: { metadata: { canary: false } }'],
    ['metadata.correlationId', `startExecution: ${MACHINE}\n    body: { metadata: { correlationId: a } }`],
    ['correlationId', 'putItem: tab\n    item: { id: "1", correlationId: mine }'],
    ['canary', 'putItem: tab\n    item: { id: "1", canary: blue }'],
  ])('is refused: %s', (name, step) => {
    const [fault, ...others] = diagnosticsOf(`  - ${step}`);

    expect(fault).toContain(`error: '${name}' ${REPLACED} · say correlate: false, or name another field`);
    expect(others).toEqual([]);
    expect(diagnosticsOf(`  - ${step}\n    correlate: false`)).toEqual([]);
  });

  it.each([
    `${EVENT} { metadata: { correlationId: "\${run.correlationId}", canary: true } }`,
    `${EVENT} { metadata: { owner: me }, canary: blue }`,
    'invoke: f\n    body: text',
    'sendMessage: q\n    body: { canary: blue }\n    attributes: { canary: "true", tenant: acme }',
    'http: POST https://x\n    headers: { traceparent: mine }',
    'deleteItem: tab\n    key: { canary: blue }',
  ])('is let through where nothing of it is lost: %s', (step) => {
    expect(diagnosticsOf(`  - ${step}`).filter((one) => one.includes('error'))).toEqual([]);
  });

  it('goes by the names of the project file', () => {
    const project = 'correlation: { field: trace.id, ttl: expires }\n';
    const item = '  - putItem: tab\n    item: { id: "1", expires: 1700000000 }';

    expect(diagnosticsOf(`  - ${EVENT} { trace: { id: mine } }`, project)).toHaveLength(1);
    expect(diagnosticsOf(`  - ${EVENT} { metadata: { correlationId: mine } }`, project)).toEqual([]);
    expect(diagnosticsOf(item, project)[0]).toContain("'expires'");
    expect(diagnosticsOf(item)).toEqual([]);
  });

  it('is reported where the value stands, in cleanup too', () => {
    const steps =
      '  - http: POST https://x\ncleanup:\n  - sendMessage: q\n    body: x\n    attributes:\n      canary: "${run.id}"';

    expect(diagnosticsOf(steps)).toEqual([expect.stringMatching(/^9 error: 'canary'/)]);
  });
});

describe('a never by the run’s id', () => {
  const never = '  - never: message\n    queue: dlq\n    for: 5s';
  const warning = "no step above sends the run's id, so no message carries it and this always passes";

  it.each([
    ['nothing is done above', never],
    ['what is done above sends no id', `  - http: POST https://x\n    correlate: false\n${never}`],
    ['a verb above has none to send', `  - deleteObject: inbox\n    key: k\n${never}`],
    ['the id is sent below only', `${never}\n  - http: POST https://x`],
  ])('is warned of where %s', (_, steps) => {
    expect(diagnosticsOf(steps)).toEqual([expect.stringContaining(`warning: ${warning}`)]);
  });

  it.each([
    ['an act above sends it', `  - http: POST https://x\n${never}`],
    ['it selects by a value', `${never}\n    correlate: ord-1`],
    ['it is found by its address', '  - never: item\n    table: tab\n    key: { id: "1" }\n    for: 5s'],
    ['it is an expect, which fails by itself', '  - expect: message\n    queue: q\n    within: 5s'],
  ])('is not where %s', (_, steps) => {
    expect(diagnosticsOf(steps)).toEqual([]);
  });
});

describe('a check of everything that comes through a tap', () => {
  const BUS = 'arn:aws:events:eu-west-1:123456789012:event-bus/orders';
  const check = (verb: string, on: string) =>
    `  - ${verb}: ${on.startsWith('bus') ? 'event' : 'message'}\n    ${on}\n    correlate: false\n    ${verb === 'never' ? 'for' : 'within'}: 5s`;
  const faults = (verb: string, on: string, more: string) =>
    diagnosticsOf(check(verb, on), `taps: [{ ${on}${more} }]\n`).filter((one) => one.includes(' error: '));

  it.each([
    { title: 'a bus', on: `bus: ${BUS}`, more: '' },
    { title: 'a bus, with ids', on: `bus: ${BUS}`, more: ', ids: [detail.orderId]' },
    { title: 'a topic', on: `topic: ${TOPIC}`, more: '' },
  ])('is refused if the tap does not let everything through: $title', ({ on, more }) => {
    for (const verb of ['expect', 'never'])
      expect(faults(verb, on, more)).toEqual([
        expect.stringContaining('has no pattern, so it does not let all traffic through'),
      ]);
  });

  it.each([
    { title: 'a bus, with a pattern', on: `bus: ${BUS}`, more: ', pattern: { source: [shop] }' },
    { title: 'a topic, with a pattern', on: `topic: ${TOPIC}`, more: ', pattern: { kind: [order] }' },
    { title: 'a topic, with ids', on: `topic: ${TOPIC}`, more: ', ids: [body.orderId]' },
  ])('is let through otherwise: $title', ({ on, more }) => {
    for (const verb of ['expect', 'never']) expect(faults(verb, on, more)).toEqual([]);
  });
});

describe('a window on the values of a metric', () => {
  const metric = (mode: string, key: string, window: string): string =>
    `  - ${mode}: metric\n    namespace: Shop\n    metricName: Errors\n    ${key}: ${window}\ntimeout: 5m`;

  it.each([
    { mode: 'never', key: 'for', outcome: 'this passes over what comes later' },
    { mode: 'expect', key: 'within', outcome: 'this may fail for want of them' },
  ])('is warned of in an $mode if it ends before they come', ({ mode, key, outcome }) => {
    expect(diagnosticsOf(metric(mode, key, '90s'))).toEqual([
      expect.stringContaining(
        `warning: the values of a metric come late, and 90 s is too short for them: ${outcome}`,
      ),
    ]);
    expect(diagnosticsOf(metric(mode, key, '3m'))).toEqual([]);
  });

  it('is as long as the period of its values, and two minutes', () => {
    const ofPeriod = (period: string, window: string): readonly string[] =>
      diagnosticsOf(
        metric('never', `period: ${period}\n    for`, window).replace('timeout: 5m', 'timeout: 14m'),
      );

    expect(ofPeriod('5m', '6m')).toEqual([
      expect.stringMatching(/6 min is too short.* · write for: 7m or more, or a shorter period$/),
    ]);
    expect(ofPeriod('5m', '7m')).toEqual([]);
    expect(ofPeriod('1h', '10m')).toEqual([
      expect.stringContaining('write for: 62m or more, or a shorter period'),
    ]);
  });
});
