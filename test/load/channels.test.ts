import { describe, expect, it } from '@jest/globals';
import { load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { filesOf, GOOD } from './support.ts';

/** A project with these channels, and one canary in it. */
function projectWith(channels: string) {
  const text = `project: p\nchannels:\n${channels}`;
  const canary = `canary: c\nowner: o\nalert: { to: [a] }\nsteps:\n  - http: GET https://example.com/\n`;
  return load(filesOf({ 'coalmine.config.yaml': text, 'a.canary.yaml': canary }), KINDS);
}

describe('channels', () => {
  it('are read with all that is said of them', () => {
    const { canaries } = load(filesOf(GOOD), KINDS);

    expect(canaries[0]?.project.channels).toEqual([
      {
        name: 'team',
        kind: 'slack',
        address: '${secret:canary/slack#team}',
        options: {},
        fallback: 'pager',
      },
      { name: 'pager', kind: 'sns', address: '${cf:alerts.TopicArn}', options: { format: 'chat' } },
      { name: 'events', kind: 'eventbridge', address: 'alerts', options: {} },
      {
        name: 'duty',
        kind: 'pagerduty',
        address: '${secret:canary/pagerduty#key}',
        options: { endpoint: 'https://events.eu.pagerduty.com' },
        pages: true,
      },
      {
        name: 'hook',
        kind: 'webhook',
        address: 'https://example.com/hook',
        options: { secret: '${secret:canary/hook#key}' },
      },
    ]);
  });

  it('have a time limit of their own', () => {
    const { canaries } = projectWith('  a: { slack: https://example.com/x, timeout: 25s }\n');

    expect(canaries[0]?.project.channels).toMatchObject([{ name: 'a', timeoutMs: 25_000 }]);
  });

  it.each([
    {
      title: 'waits longer than a notice is leased for',
      channels: '  a: { slack: https://hooks.example.com/x, timeout: 31s }\n',
      says: "'timeout: 31s' is too long",
    },
    {
      title: 'waits for no answer at all',
      channels: '  a: { slack: https://hooks.example.com/x, timeout: 500ms }\n',
      says: "'timeout: 500ms' is too short",
    },
    {
      title: 'goes nowhere',
      channels: '  a: { fallback: b }\n  b: { slack: https://hooks.example.com/x }\n',
      says: "channel 'a' goes nowhere",
    },
    {
      title: 'goes to two places',
      channels: '  a: { slack: https://hooks.example.com/x, sns: y }\n',
      says: "channel 'a' goes to two places, slack and sns",
    },
    {
      title: 'stands in for itself',
      channels: '  a: { slack: https://hooks.example.com/x, fallback: a }\n',
      says: "'a' cannot be its own fallback",
    },
    {
      title: 'has a format that there is none of',
      channels: '  a: { sns: arn:aws:sns:eu-west-1:123456789012:t, format: html }\n',
      says: "'format' cannot be 'html'",
    },
    {
      title: 'has a format and is no topic',
      channels: '  a: { slack: https://hooks.example.com/x, format: chat }\n',
      says: "'format' sets the format of the messages to a topic, and 'a' is slack",
    },
    {
      title: 'has a secret that nothing is signed with',
      channels: '  a: { slack: https://hooks.example.com/x, secret: y }\n',
      says: "'secret' signs the requests to a webhook, and 'a' is slack",
    },
    {
      title: 'has an endpoint and is not PagerDuty',
      channels: '  a: { webhook: https://hooks.example.com/x, endpoint: y }\n',
      says: "'endpoint' says where PagerDuty takes events, and 'a' is webhook",
    },
    { title: 'is no map', channels: '  a: x\n', says: "channel 'a' must be a map, and is the text 'x'" },
  ])('are refused where one $title, and nothing else is complained of', ({ channels, says }) => {
    expect(projectWith(channels).diagnostics.map(({ message }) => message)).toEqual([says]);
  });
});
