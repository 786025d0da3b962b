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

    const said = selector.replaceAll('"', '');
    expect(canaries).toHaveLength(1);
    expect(diagnostics).toMatchObject([
      {
        severity: 'warning',
        rule: 'maintenance',
        line: 3,
        message: `'${said}' is the name or tag of no canary, so this maintenance mutes none`,
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
});
