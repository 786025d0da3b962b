import { describe, expect, it } from '@jest/globals';
import { dashboardBody, dashboardWidgets, type Widget } from '../../infra/dashboard/body.ts';
import { renderDashboard } from '../../infra/dashboard/render.ts';
import { ALARM_NAMES } from '../../infra/stack/alarms.ts';

/** The squares of the grid that a tile covers. */
function squares({ x, y, width, height }: Widget): readonly string[] {
  return Array.from({ length: width * height }, (_, n) => `${x + (n % width)},${y + Math.floor(n / width)}`);
}

describe('the dashboard', () => {
  it('has no tile upon another, and none beyond its 24 columns', () => {
    const widgets = dashboardWidgets(ALARM_NAMES);
    const covered = widgets.flatMap(squares);

    expect(new Set(covered).size).toBe(covered.length);
    expect(widgets.every(({ x, width }) => x + width <= 24)).toBe(true);
  });

  it('finds canaries by searches that CloudWatch takes', () => {
    const searches = dashboardBody(ALARM_NAMES).match(/SEARCH\((?:[^()]|\\")*\)/g) ?? [];

    expect(searches.length).toBeGreaterThanOrEqual(6);
    expect(searches.every((search) => search.length <= 1_024)).toBe(true);
  });

  it('is drawn whole: every title, every alarm, as well-formed SVG', () => {
    const svg = renderDashboard(ALARM_NAMES);

    for (const { properties } of dashboardWidgets(ALARM_NAMES))
      if (properties.title !== undefined) expect(svg).toContain(`>${properties.title}<`);
    for (const alarm of ALARM_NAMES) expect(svg).toContain(alarm);
    expect(svg.match(/<(text|rect|g|svg)\b/g)?.length).toBe(
      (svg.match(/<\/(text|g|svg)>|<rect[^>]*\/>/g) ?? []).length,
    );
  });
});
