import { describe, expect, it } from '@jest/globals';
import { formatDiagnostic, load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { filesOf } from './support.ts';

const CANARY = 'canary: order-is-placed\nowner: a\ntags: [checkout]\nsteps:\n  - http: GET https://x\n';
const WHEN = 'cron: "0 2 * * SUN", timezone: Europe/Berlin, for: 1h, reason: release';

function loaded(windows: readonly string[], { whole = true, canary = CANARY } = {}) {
  const project = `project: p\nmaintenance:\n${windows.map((one) => `  - { ${one} }\n`).join('')}`;
  return load(filesOf({ 'coalmine.config.yaml': project, 'a.canary.yaml': canary }, whole), KINDS);
}

describe('maintenance in a project file', () => {
  it('becomes windows with all that they need', () => {
    const { canaries, diagnostics } = loaded([WHEN, `canaries: [order-is-placed, "tag:checkout"], ${WHEN}`]);

    const window = { cron: '0 2 * * SUN', timezone: 'Europe/Berlin', forMs: 3_600_000, reason: 'release' };
    expect(diagnostics).toEqual([]);
    expect(canaries[0]?.project.maintenance).toEqual([
      window,
      { ...window, canaries: ['order-is-placed', 'tag:checkout'] },
    ]);
  });

  it.each([
    { title: 'a name', selector: 'order-is-plaecd', hint: "did you mean 'order-is-placed'?" },
    { title: 'a tag', selector: '"tag:chekout"', hint: "did you mean 'tag:checkout'?" },
    { title: 'neither', selector: 'something-else', hint: 'remove it, or name a canary of this project' },
  ])('is warned of where no canary has $title that it is meant for', ({ selector, hint }) => {
    const { canaries, diagnostics } = loaded([`canaries: [order-is-placed, ${selector}], ${WHEN}`]);

    const messages = selector.replaceAll('"', '');
    expect(canaries).toHaveLength(1);
    expect(diagnostics).toMatchObject([
      {
        severity: 'warning',
        rule: 'maintenance',
        line: 3,
        message: `'${messages}' is the name or tag of no canary, so this maintenance mutes none`,
        hint,
      },
    ]);
  });

  it.each([
    { title: 'some of the canaries were not asked for', more: { whole: false } },
    { title: 'one of them could not be read', more: { canary: 'canary: [' } },
  ])('is not judged where $title', ({ more }) => {
    const { diagnostics } = loaded([`canaries: [something-else], ${WHEN}`], more);

    expect(diagnostics.filter(({ rule }) => rule === 'maintenance')).toEqual([]);
  });

  it('is refused where it selects by what is neither a name nor a tag', () => {
    const { diagnostics } = loaded([`canaries: ["Tag: x"], ${WHEN}`]);

    expect(diagnostics.map(formatDiagnostic)[0]).toContain("error: 'Tag: x' selects no canary");
  });

  it.each([
    { cron: '0 0 * * *', lasts: '24h', gap: '1d' },
    { cron: '0 0 * * *', lasts: '3d', gap: '1d' },
    { cron: '*/15 * * * *', lasts: '15m', gap: '15m' },
    { cron: '0 22 25-31 * FRI', lasts: '24h', gap: '1d' },
    { cron: '0 0 1,31 * *', lasts: '30h', gap: '1d' },
    { cron: '0 8,20 * * MON#1', lasts: '12h', gap: '12h' },
  ])('is refused where $cron for $lasts reaches its next begin', ({ cron, lasts, gap }) => {
    const window = (length: string): string =>
      `cron: "${cron}", timezone: Europe/Berlin, for: ${length}, reason: release`;
    const { diagnostics } = loaded([window(lasts)]);

    expect(diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([
      { rule: 'schedule', line: 3, hint: `write less than ${gap}, or a cron that begins less often` },
    ]);
    expect(loaded([window('14m')]).canaries).toHaveLength(1);
  });

  it('is warned of where day and weekday are both restricted, with the days that this makes', () => {
    const { canaries, diagnostics } = loaded([
      'cron: "0 22 25-31 * FRI", timezone: Europe/Berlin, for: 1h, reason: release',
    ]);

    expect(canaries).toHaveLength(1);
    expect(diagnostics).toMatchObject([
      {
        severity: 'warning',
        rule: 'schedule',
        line: 3,
        column: 13,
        message: "'0 22 25-31 * FRI' is due on each day that '25-31' or 'FRI' names: about 118 days a year",
        hint: "write '0 22 * * FRI#L' for one FRI a month, or * for the day or the weekday",
      },
    ]);
  });
});

describe('the cron of a schedule', () => {
  const scheduled = (cron: string): ReturnType<typeof load> =>
    load(
      filesOf({
        'coalmine.config.yaml': 'project: p\nchannels: { team: { webhook: "https://x.example" } }\n',
        'a.canary.yaml': CANARY.replace(
          'steps:',
          `schedule: { cron: "${cron}", timezone: UTC }\nalert: { to: [team] }\nsteps:`,
        ),
      }),
      KINDS,
    );

  it('may name days of the month', () => {
    for (const cron of ['0 6 L * *', '0 6 * * 5L', '0 6 * * FRI#L', '0 6 * * FRI#2']) {
      expect(scheduled(cron).diagnostics).toEqual([]);
      expect(scheduled(cron).canaries).toHaveLength(1);
    }
  });

  it('is warned of like that of a window', () => {
    expect(scheduled('0 6 1-7 * MON').diagnostics).toMatchObject([
      { severity: 'warning', rule: 'schedule', hint: expect.stringContaining("write '0 6 * * MON#1'") },
    ]);
  });
});
