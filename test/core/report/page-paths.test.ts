import { describe, expect, it } from '@jest/globals';
import {
  canaryPage,
  FLEET_PAGE,
  incidentPage,
  pageAt,
  runPagePath,
} from '../../../runner/core/report/page-paths.ts';
import { runIdOf } from '../../support/run/builders.ts';

describe('the paths of pages', () => {
  it.each([
    { path: FLEET_PAGE, page: { kind: 'fleet', grain: 'run' } },
    { path: '', page: { kind: 'fleet', grain: 'run' } },
    { path: 'hours.html', page: { kind: 'fleet', grain: 'hour' } },
    { path: 'days.html', page: { kind: 'fleet', grain: 'day' } },
    { path: canaryPage('order-flow'), page: { kind: 'canary', canary: 'order-flow' } },
    { path: runPagePath(runIdOf(1)), page: { kind: 'run', runId: runIdOf(1) } },
    {
      path: incidentPage('order-flow@1a2b3c4d#target3'),
      page: { kind: 'incident', canary: 'order-flow', incident: 'order-flow@1a2b3c4d#target3' },
    },
    {
      path: incidentPage('@runner/slack@1a2b3c4d#observer1'),
      page: { kind: 'incident', canary: '@runner/slack', incident: '@runner/slack@1a2b3c4d#observer1' },
    },
    {
      path: incidentPage('@runner-state@1a2b3c4d#observer12'),
      page: { kind: 'incident', canary: '@runner-state', incident: '@runner-state@1a2b3c4d#observer12' },
    },
    {
      path: incidentPage('orders@1a2b3c4d#target3~pager'),
      page: { kind: 'incident', canary: 'orders', incident: 'orders@1a2b3c4d#target3' },
    },
  ])('lead back to their things: $path', ({ path, page }) => {
    expect(pageAt(path)).toEqual(page);
  });

  it('have no sign that a URL or a file system takes for its own', () => {
    expect(incidentPage('@runner/slack@1a2b3c4d#observer1')).toBe(
      'incidents/@runner+slack@1a2b3c4d.observer1.html',
    );
  });

  it.each([
    'other.html',
    'runs/12.html',
    'runs/../index.html',
    'canaries/A.html',
    'canaries/a/b.html',
    'incidents/orders.html',
    'incidents/orders@X.target1.html',
    'canaries/a.html/',
    'folder/a.html',
  ])('are no others: %s', (path) => {
    expect(pageAt(path)).toBeUndefined();
  });
});
