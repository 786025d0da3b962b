import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { linksOf } from '../../reporters/links.ts';
import { messageOf } from '../../reporters/message.ts';
import { withRegion } from '../../reporters/notifications/notifiers.ts';
import type { Notice, RunDigest } from '../../runner/core/notice/notice.ts';
import { digestOf, noticeOf } from '../support/alerts/notices.ts';

const { region: _, runbook: __, ...ABOUT } = noticeOf().about;
const { lastSeen: ___, ...UNSEEN } = digestOf();

/** A notice without a runbook, in an environment without a region. */
function noticeFrom(more: Partial<Notice> = {}): Notice {
  return noticeOf({ about: ABOUT, ...more });
}

function runAt(hop: string, lastHop?: string): RunDigest {
  const step = { ...(UNSEEN.step as NonNullable<RunDigest['step']>), hop };
  return { ...UNSEEN, step, ...(lastHop === undefined ? {} : { lastSeen: { hop: lastHop, afterMs: 1 } }) };
}

function labelsOf(notice: Notice, from?: Parameters<typeof linksOf>[1]): readonly string[] {
  return linksOf(notice, from).map(({ label }) => label);
}

describe('links', () => {
  it('begin with the page of the incident, if others can reach the pages', () => {
    const [first, second] = linksOf(noticeFrom(), {
      region: 'eu-central-1',
      pagesUrl: 'https://pages.example/shop',
    });

    expect(first?.label).toBe('Incident');
    expect(first?.url).toMatch(/^https:\/\/pages\.example\/shop\/incidents\/[\w-]+@\w+\.target\d+\.html$/);
    expect(second?.label).not.toBe('Incident');
  });

  it('lead to the region of the runner, if the environment names none', () => {
    const links = linksOf(noticeFrom(), { region: 'eu-central-1', dashboard: 'coalmine-eu-central-1' });

    expect(links.map(({ label }) => label)).toEqual(['Logs', 'X-Ray trace', 'Dashboard']);
    for (const { url } of links) expect(url).toContain('https://eu-central-1.console.aws.amazon.com/');
  });

  it('lead to the dashboard in the region of the runner, and to the logs in that of the environment', () => {
    const links = linksOf(noticeOf(), { region: 'us-east-1', dashboard: 'd' });

    expect(links.find(({ label }) => label === 'Logs')?.url).toContain('//eu-west-1.');
    expect(links.find(({ label }) => label === 'Dashboard')?.url).toContain('//us-east-1.');
  });

  it.each([
    { hop: 'GET http://127.0.0.1:4603/orders', last: undefined },
    { hop: 'GET http://localhost/orders', last: 'GET http://[::1]:80/orders' },
    { hop: 'GET http://127.1/', last: 'POST http://api.localhost:1/' },
  ])('lead nowhere from a check of the machine itself: $hop', ({ hop, last }) => {
    const notice = noticeFrom({ run: runAt(hop, last) });
    const { links, next, facts } = messageOf(notice, { region: 'eu-west-1' });

    expect(links).toEqual([]);
    expect(next.join(' ')).not.toContain('Open the logs');
    expect(facts.map(({ label }) => label)).not.toContain('X-Ray');
  });

  it.each([
    { hop: 'GET https://api.example.com/orders', last: undefined },
    { hop: 'GET http://10.0.0.7/orders', last: undefined },
    { hop: 'GET http://127.0.0.1:4603/orders', last: 'table orders' },
    { hop: 'queue orders', last: 'GET http://127.0.0.1:4603/orders' },
    { hop: '', last: undefined },
  ])('lead to the console if more than the machine itself was reached: $hop, $last', ({ hop, last }) => {
    expect(labelsOf(noticeFrom({ run: runAt(hop, last) }), { region: 'eu-west-1' })).toEqual([
      'Logs',
      'X-Ray trace',
    ]);
  });

  it('lead nowhere if the AWS of the runner is another one, or its region is unknown', () => {
    const from = { region: 'eu-west-1', dashboard: 'd', endpoint: 'http://127.0.0.1:4566' };

    expect(labelsOf(noticeFrom(), from)).toEqual([]);
    expect(labelsOf(noticeFrom(), { dashboard: 'd' })).toEqual([]);
  });
});

describe('the consoles of AWS', () => {
  it('have the domains of its sign-in, in each partition that the SDK knows', () => {
    const path = 'node_modules/@aws-sdk/nested-clients/dist-es/submodules/signin/endpoint/bdd.js';
    const signIns = readFileSync(path, 'utf8').matchAll(/\{Region\}\.signin\.([a-z][\w.-]+)"/g);
    const regions = [
      ...['eu-west-1', 'cn-north-1', 'us-gov-west-1', 'eusc-de-east-1'],
      ...['us-iso-east-1', 'us-isob-east-1', 'us-isof-south-1', 'eu-isoe-west-1'],
    ];
    const domains = regions.map((region) => {
      const [logs] = linksOf(noticeFrom(), { region });
      return new URL(logs?.url ?? '').hostname.replace(/^(?:[\w-]+\.)?console\./, '');
    });

    expect(new Set(domains)).toEqual(new Set([...signIns].map(([, domain]) => domain)));
  });
});

describe('the region of a notice', () => {
  it.each([
    { own: 'eu-west-1', runner: 'us-east-1', is: 'eu-west-1' },
    { own: undefined, runner: 'us-east-1', is: 'us-east-1' },
    { own: undefined, runner: undefined, is: undefined },
  ])('is $is, if the environment says $own and the runner is in $runner', ({ own, runner, is }) => {
    const about = own === undefined ? ABOUT : { ...ABOUT, region: own };

    expect(withRegion(noticeOf({ about }), runner).about.region).toBe(is);
  });
});

describe('next steps', () => {
  it('end with a command to copy, with the options of the runner', () => {
    const commandOptions = "canaries/shop --env prod --table 'our table'";
    const { next } = messageOf(noticeOf(), { commandOptions });

    expect(next.at(-1)).toBe(`See the whole run: coalmine show ${digestOf().runId} ${commandOptions}`);
  });

  it('have no command for a run that passed', () => {
    const closed = { kind: 'closed', closedAtMs: 1, closeReason: 'resolved' } as const;
    const { next } = messageOf(noticeOf({ ...closed, run: { ...UNSEEN, verdict: 'passed' } }));

    expect(next).toEqual(['Nothing urgent. Find the cause if it is not known yet.']);
  });

  it.each<{ what: string; notice: Notice; says: string }>([
    {
      what: 'no runbook',
      notice: noticeFrom(),
      says: 'There is no runbook. Ask team-checkout, the owner of this canary.',
    },
    {
      what: 'no runbook and no owner',
      notice: noticeFrom({ about: { ...ABOUT, owner: '' } }),
      says: 'There is no runbook. No owner is named either.',
    },
    {
      what: 'no data and no owner',
      notice: noticeFrom({
        stream: 'observer',
        about: { ...ABOUT, owner: '' },
        run: { ...UNSEEN, blame: 'observer' },
      }),
      says: 'Until this is fixed, check the system by other means. No owner is named.',
    },
  ])('have words for $what', ({ notice, says }) => {
    expect(messageOf(notice).next).toContain(says);
  });

  it('have words for no owner among the facts', () => {
    const { facts } = messageOf(noticeFrom({ about: { ...ABOUT, owner: '' } }));

    expect(facts).toContainEqual({ label: 'Owner', value: 'none is named' });
  });
});
