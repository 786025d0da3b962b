import { describe, expect, it } from '@jest/globals';
import { type InboxPlace, inboxFindings } from '../../runner/cli/setup/inbox-findings.ts';
import type { Noun } from '../../runner/kinds/kind.ts';
import { request } from '../../runner/kinds/nouns/http/request.ts';
import { actStep, canaryOf, expectStep } from '../support/run/builders.ts';

const NOUNS = { request: request as unknown as Noun };
const AWS = {};
const LOCAL_AWS = { endpoint: 'http://localhost:4566' };
const MENTIONS = canaryOf({}, actStep('order', { input: { callbackUrl: '${run.inbox}/placed' } }));

function found(place: Partial<InboxPlace>, ...canaries: readonly (typeof MENTIONS)[]) {
  const fleet = {
    canaries: canaries.length === 0 ? [MENTIONS] : canaries,
    environment: { name: 'default', vars: {} },
  };
  return inboxFindings(fleet, { settings: AWS, ...place }, { nouns: NOUNS });
}

describe('the doctor, of the inboxes of canaries', () => {
  it.each<[string, Partial<InboxPlace>, string, string]>([
    ['on this machine', {}, 'doubt', 'inbox at http://127.0.0.1:<any>/inbox/<token>'],
    ['at a port', { inboxPort: 81 }, 'doubt', 'inbox at http://127.0.0.1:81/inbox/<token>'],
    [
      'beside an AWS on this machine',
      { settings: LOCAL_AWS },
      'fine',
      'inbox at http://127.0.0.1:<any>/inbox/<token>',
    ],
    [
      'behind a tunnel',
      { inbox: 'https://t.example/a/' },
      'fine',
      'inbox at https://t.example/a/inbox/<token>, from where a tunnel leads to port 7374 of this machine',
    ],
    [
      'behind a tunnel to a port',
      { inbox: 'https://t.example', inboxPort: 81 },
      'fine',
      'inbox at https://t.example/inbox/<token>, from where a tunnel leads to port 81 of this machine',
    ],
    [
      'behind a tunnel that is on this machine itself',
      { inbox: 'http://localhost:9' },
      'doubt',
      'inbox at http://localhost:9/inbox/<token>, from where a tunnel leads to port 7374 of this machine',
    ],
    [
      'in a stack',
      { stack: { name: 's', inboxUrl: 'https://x.lambda-url.us-east-1.on.aws/' } },
      'fine',
      'inbox at https://x.lambda-url.us-east-1.on.aws/inbox/<token>',
    ],
    ['in a stack that has none', { stack: { name: 's' } }, 'problem', 'the stack s has no inbox'],
  ])('says which URL it would have %s', (_, place, level, what) => {
    expect(found(place)).toEqual([expect.objectContaining({ canary: MENTIONS.name, level, what })]);
  });

  it('says that a system in AWS reaches no loopback address, and what to do', () => {
    expect(found({})[0]).toMatchObject({
      why: 'A system in AWS cannot reach a loopback address: its callbacks would never come.',
      todo: 'Use --inbox with the URL of a tunnel, or run the canary in a stack.',
    });
  });

  it('says it of a canary that watches its inbox, and not of one that has none', () => {
    const watches = canaryOf({ name: 'watches' }, expectStep('it', { kind: 'request' }));
    const plain = canaryOf({ name: 'plain' }, actStep('it'));

    expect(found({}, watches, plain).map(({ canary }) => canary)).toEqual(['watches']);
  });
});
