import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import { explain } from '../../runner/cli/commands/scenarios/explain.ts';
import { list } from '../../runner/cli/commands/scenarios/list.ts';
import { readClock } from '../../runner/cli/output/local-time.ts';
import type { Io } from '../../runner/cli/setup/io.ts';
import { zoneDataFindings } from '../../runner/cli/setup/zone-data.ts';
import { NO_PROJECT, type Project } from '../../runner/core/model/project.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { sampleSize } from '../support/effort.ts';
import { canaryOf as modelCanaryOf } from '../support/run/builders.ts';

const NOW_MS = Date.parse('2026-11-24T12:02:10Z');

const PROJECT = `project: p
environments: { staging: {}, prod: {} }
channels: { team: { slack: "\${secret:canary/slack#team}" } }
maintenance:
  - { canaries: ["tag:checkout"], cron: "0 13 * * TUE", timezone: Europe/Berlin, for: 1h, reason: weekly release }
`;

const canaryOf = (name: string, more: string): string =>
  `canary: ${name}\nowner: team-a\n${more}alert: { to: [team] }\nsteps:\n  - http: GET https://example.com\n`;

const CANARIES = {
  'a-on-demand': canaryOf('a-on-demand', 'only: [staging]\n'),
  'b-often': canaryOf(
    'b-often',
    'tags: [checkout, tier-1]\nschedule: { every: 5m, jitter: 30s, overlap: queue }\n',
  ),
  'c-daily': canaryOf(
    'c-daily',
    'schedule: { cron: "30 1 * * MON-FRI", timezone: Europe/Berlin, catchUp: none }\n',
  ),
  'd-rarely': canaryOf('d-rarely', 'schedule: { cron: "0 0 29 2 *", timezone: UTC }\n'),
};

function folder(project = PROJECT): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(join(cwd, 'coalmine.config.yaml'), project);
  for (const [name, text] of Object.entries(CANARIES))
    writeFileSync(join(cwd, 'canaries', `${name}.canary.yaml`), text);
  return cwd;
}

/** Output of a command in a folder with these canaries. */
async function printed(command: (io: Io) => Promise<number>, project = PROJECT): Promise<string> {
  let output = '';
  const io: Io = {
    stdout: { write: (text: string) => void (output += text) },
    stderr: { write: (text: string) => void (output += text) },
    env: {},
    cwd: folder(project),
    who: { user: 'anna', host: 'laptop', pid: 1 },
    onInterrupt: () => () => {},
  };
  expect(await command(io)).toBe(0);
  return output;
}

async function listed(format: 'text' | 'json', timezone = 'Europe/Berlin'): Promise<string> {
  return printed((io) => list([], { tag: [], format }, io, { nowMs: NOW_MS, timezone, zoneData: '2026f' }));
}

describe('list', () => {
  it('prints each canary, its next run by the local clock, and its maintenance', async () => {
    expect(await listed('text')).toBe(`4 canaries. It is Tue 2026-11-24 13:02:10 in Europe/Berlin.
Time-zone data: 2026f.

a-on-demand
  runs  on demand
  in    staging  owner team-a  canaries/a-on-demand.canary.yaml

b-often  (checkout, tier-1)
  runs  every 5m, jitter 30s, overlap queue
  next  13:04:53 (in 3 min)  13:09:53 (in 8 min)  13:14:53 (in 13 min)
  now   in maintenance: weekly release
  in    staging, prod  owner team-a  canaries/b-often.canary.yaml

c-daily
  runs  cron 30 1 * * MON-FRI (Europe/Berlin), catchUp none
  next  Wed 2026-11-25 01:30 (in 12 h)  Thu 2026-11-26 01:30 (in 36 h)
        Fri 2026-11-27 01:30 (in 3 days)
  in    staging, prod  owner team-a  canaries/c-daily.canary.yaml

d-rarely
  runs  cron 0 0 29 2 * (UTC)
  next  Tue 2028-02-29 01:00 (in 461 days)  Sun 2032-02-29 01:00 (in 1922 days)
        Fri 2036-02-29 01:00 (in 3383 days)
  in    staging, prod  owner team-a  canaries/d-rarely.canary.yaml
`);
  });

  it('stays within eighty columns, and names the day where it is another one', async () => {
    const lines = (await listed('text', 'Pacific/Auckland')).split('\n');

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[0]).toBe('4 canaries. It is Wed 2026-11-25 01:02:10 in Pacific/Auckland.');
    expect(lines).toContain('  next  13:30 (in 12 h)  Thu 2026-11-26 13:30 (in 36 h)');
  });

  it('makes no date formatter for a time that it shows: each takes 10 kB and 50 µs', async () => {
    await listed('text');
    const { DateTimeFormat } = Intl;
    let made = 0;
    Intl.DateTimeFormat = new Proxy(DateTimeFormat, {
      construct: (target, options) => {
        made += 1;
        return new target(...(options as []));
      },
    });
    try {
      await listed('text');
    } finally {
      Intl.DateTimeFormat = DateTimeFormat;
    }

    expect(made).toBe(0);
  });

  it('prints the same as JSON', async () => {
    const { now, canaries } = JSON.parse(await listed('json')) as { now: string; canaries: unknown[] };

    expect(now).toBe('2026-11-24T12:02:10.000Z');
    expect(canaries).toHaveLength(4);
    expect(canaries[0]).toEqual({
      name: 'a-on-demand',
      tags: [],
      owner: 'team-a',
      environments: ['staging'],
      file: 'canaries/a-on-demand.canary.yaml',
      schedule: null,
      next: [],
      paused: [],
      clockAhead: [],
      maintenance: null,
    });
    expect(canaries[1]).toMatchObject({
      tags: ['checkout', 'tier-1'],
      environments: ['staging', 'prod'],
      schedule: { everyMs: 300_000, jitterMs: 30_000, overlap: 'queue', catchUp: 'latest' },
      maintenance: { reason: 'weekly release' },
    });
    expect(canaries[2]).toMatchObject({
      schedule: { cron: '30 1 * * MON-FRI', timezone: 'Europe/Berlin' },
      next: ['2026-11-25T00:30', '2026-11-26T00:30', '2026-11-27T00:30'].map((at) => ({
        slotAt: `${at}:00.000Z`,
        notBefore: `${at}:00.000Z`,
      })),
    });
  });

  it('is a command, with its own clock', async () => {
    const { code, stdout } = await coalmine(['list', '--format', 'json', '--tag', 'checkout'], {
      cwd: folder(),
    });
    const { now, canaries } = JSON.parse(stdout) as {
      now: string;
      canaries: { name: string; next: unknown[] }[];
    };

    expect({ code, names: canaries.map(({ name }) => name) }).toEqual({ code: 0, names: ['b-often'] });
    expect(canaries[0]?.next).toHaveLength(3);
    expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(600_000);
  });

  it('warns of maintenance only where all canaries were asked for', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'coalmine.config.yaml'), PROJECT.replace('tag:checkout', 'tag:chekout'));
    const line = await Promise.all(
      [['canaries'], ['.'], [cwd], [], ['canaries/b-often.canary.yaml']].map(async (paths) => {
        const { stderr } = await coalmine(['list', ...paths], { cwd });
        return stderr.includes("warning: 'tag:chekout'");
      }),
    );

    expect(line).toEqual([true, true, true, true, false]);
  });
});

describe('list over a state', () => {
  it('says which canaries wait for a time that a clock ahead had planned', async () => {
    const cwd = folder();
    const path = join(cwd, '.coalmine', 'state-prod.sqlite');
    const at = { project: 'p', environment: 'prod', path, create: true };
    const { runs, close } = sqliteStore(at, { clock: { nowMs: () => NOW_MS } });
    await runs.advance({ canary: 'b-often', toMs: Date.UTC(2099, 0, 1), schedule: 'every 300000' });
    await close();

    const { stdout } = await coalmine(['list', '--format', 'json'], { cwd });

    const { canaries, timeZoneData } = JSON.parse(stdout) as {
      canaries: { name: string; clockAhead: string[] }[];
      timeZoneData: string;
    };
    expect(timeZoneData).toBe(process.versions['tz']);
    expect(canaries.flatMap(({ name, clockAhead }) => clockAhead.map((why) => `${name}: ${why}`))).toEqual([
      expect.stringMatching(/^b-often: A clock that was ahead planned its slots up to 2099-01-01 00:00 UTC/),
    ]);
    const text = (await coalmine(['list'], { cwd })).stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain("run 'coalmine state reset-clock'");
    expect(text).toMatch(/runs every 5m, jitter 30s, overlap queue next \w{3} 2099-01-01 /);
  });
});

describe('the finding on time-zone data', () => {
  const NOW = Date.parse('2026-11-30');
  const project: Project = { ...NO_PROJECT };
  const window = { cron: '0 2 * * SUN', timezone: 'Europe/Berlin', forMs: 1, reason: 'x' };
  const canary = (timezone: string) => ({
    ...modelCanaryOf({ name: 'x' }),
    schedule: { cron: '0 9 * * *', timezone, jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const,
  });

  it.each([
    { title: 'of a schedule', of: { canaries: [canary('Asia/Tokyo')], project } },
    { title: 'of a window', of: { canaries: [], project: { ...project, maintenance: [window] } } },
  ])('warns of old data for a zone $title', ({ of }) => {
    expect(zoneDataFindings(of, NOW, '2026c')).toMatchObject([
      { level: 'doubt', what: 'the time-zone data of this Node are 2026c, about 5 months old by its name' },
    ]);
    expect(zoneDataFindings(of, NOW, '2026f')).toEqual([{ level: 'fine', what: 'time-zone data 2026f' }]);
    expect(zoneDataFindings(of, NOW, 'x')).toMatchObject([{ what: 'the time-zone data of this Node are x' }]);
  });

  it('is none for a fleet that depends on no zone', () => {
    expect(zoneDataFindings({ canaries: [canary('UTC'), modelCanaryOf({})], project }, NOW, '2020a')).toEqual(
      [],
    );
  });
});

describe('explain', () => {
  it('shows the next maintenance windows of a canary by their own clock, and how many a year has', async () => {
    const output = await printed((io) => explain(['canaries/b-often.canary.yaml'], io, NOW_MS));

    expect(output).toContain(
      [
        '  Maintenance mutes its notices 52 times in the year to come, for 1h (weekly release). The next windows:',
        '    Tue 2026-11-24 13:00 to 14:00 Europe/Berlin',
        '    Tue 2026-12-01 13:00 to 14:00 Europe/Berlin',
        '    Tue 2026-12-08 13:00 to 14:00 Europe/Berlin',
        '',
      ].join('\n'),
    );
  });

  it('names both days of a window that ends on another one', async () => {
    const project = PROJECT.replace('"0 13 * * TUE"', '"0 22 24 12 *"').replace('for: 1h', 'for: 30h');

    expect(await printed((io) => explain(['canaries/b-often.canary.yaml'], io, NOW_MS), project)).toContain(
      'notices once in the year to come, for 30h (weekly release). The next windows:\n' +
        '    Thu 2026-12-24 22:00 to Sat 2026-12-26 04:00 Europe/Berlin\n',
    );
  });

  it('shows no window of other canaries', async () => {
    expect(await printed((io) => explain(['canaries/c-daily.canary.yaml'], io, NOW_MS))).not.toContain(
      'Maintenance',
    );
  });
});

describe('a clock in a zone', () => {
  it('shows what Intl shows, at any moment', () => {
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
    );
    const moment = fc.integer({ min: Date.UTC(1990), max: Date.UTC(2040) });
    fc.assert(
      fc.property(zone, moment, (timeZone, atMs) => {
        const weekday = new Intl.DateTimeFormat('en', { timeZone, weekday: 'short' }).format(atMs);
        const [date, time] = new Intl.DateTimeFormat('sv-SE', {
          timeZone,
          dateStyle: 'short',
          timeStyle: 'medium',
        })
          .format(atMs)
          .split(' ');

        const shown = readClock(atMs, timeZone);

        expect(shown.day).toBe(`${weekday} ${date}`);
        expect(shown.time.padEnd(8, ':00')).toBe(time);
      }),
      { numRuns: sampleSize({ small: 100, full: 2_000 }) },
    );
  });

  it.each([
    { at: '2026-03-29T00:59:59.999Z', day: 'Sun 2026-03-29', time: '01:59:59' },
    { at: '2026-03-29T01:00:00Z', day: 'Sun 2026-03-29', time: '03:00' },
    { at: '2026-12-31T23:00:00Z', day: 'Fri 2027-01-01', time: '00:00' },
  ])('is $day $time in Berlin at $at', ({ at, day, time }) => {
    expect(readClock(Date.parse(at), 'Europe/Berlin')).toEqual({ day, time });
  });
});
