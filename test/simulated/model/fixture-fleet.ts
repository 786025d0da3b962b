import type { AlertPolicy, Canary, Schedule } from '../../../runner/core/model/canary.ts';
import type { Channel } from '../../../runner/core/model/channel.ts';
import type { MaintenanceWindow } from '../../../runner/core/model/project.ts';
import type { ScheduledCanary } from '../../../runner/engine/fleet-context.ts';
import { actStep, canaryOf, expectStep } from '../../support/run/builders.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DEFAULTS = { jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;

/** The canaries of a simulation of hours, and of one of days. */
export function fixtureFleet(pace: 'hours' | 'days'): readonly ScheduledCanary[] {
  const slower = pace === 'hours' ? 1 : 10;
  return [
    canary('orders', { everyMs: slower * MINUTE_MS, ...DEFAULTS }, { severity: 'critical', to: ['chat'] }),
    canary(
      'returns',
      {
        everyMs: 2 * slower * MINUTE_MS,
        ...DEFAULTS,
        jitterMs: MINUTE_MS,
        catchUp: pace === 'hours' ? 'none' : 'latest',
      },
      { after: { failures: 2, of: 3 }, recover: 2, to: ['chat', 'mail'] },
    ),
    canary(
      'stock',
      {
        cron: pace === 'hours' ? '*/2 * * * *' : '*/30 * * * *',
        timezone: 'UTC',
        ...DEFAULTS,
        overlap: 'queue',
      },
      { after: { failures: 3, of: 5 }, confirmMs: 20 * SECOND_MS, to: ['mail'], severity: 'info' },
    ),
    canary(
      'search',
      {
        cron: pace === 'hours' ? '*/3 * * * *' : '7,22,37,52 * * * *',
        timezone: 'Europe/Berlin',
        ...DEFAULTS,
      },
      { after: { failures: 1, of: 1 }, remindMs: 20 * MINUTE_MS, to: ['chat', 'pager'] },
    ),
    canary(
      'login',
      { everyMs: 2 * slower * MINUTE_MS, ...DEFAULTS, overlap: 'queue' },
      { recover: 2, confirmMs: 10 * SECOND_MS, severity: 'critical', to: ['pager'] },
      { timeoutMs: 150 * SECOND_MS },
    ),
  ];
}

/** Canaries of one resource, each with every type of notice within minutes. One alone is called `orders`. */
export function shortFleet(count: number): readonly ScheduledCanary[] {
  const schedule: Schedule = { everyMs: MINUTE_MS, ...DEFAULTS };
  const policy: Partial<AlertPolicy> = {
    remindMs: 90 * SECOND_MS,
    severity: 'critical',
    to: ['chat', 'mail'],
  };
  return Array.from({ length: count }, (_, n) =>
    canary(n === 0 ? 'orders' : `orders-${n}`, schedule, policy, { polls: false }),
  );
}

export const CHANNELS: readonly Channel[] = [
  { name: 'chat', kind: 'slack', options: {}, address: 'https://chat', fallback: 'pager' },
  { name: 'pager', kind: 'pagerduty', options: {}, address: 'key', fallback: 'mail', pages: true },
  { name: 'mail', kind: 'sns', options: {}, address: 'topic' },
];

export const OPERATORS: readonly string[] = ['mail'];

/** Work is done on all of it, and on some of it. */
export const MAINTENANCE: readonly MaintenanceWindow[] = [
  { cron: '5 */3 * * *', timezone: 'UTC', forMs: 20 * MINUTE_MS, reason: 'backups' },
  {
    cron: '30 1-23/2 * * *',
    timezone: 'UTC',
    forMs: 12 * MINUTE_MS,
    reason: 'releases',
    canaries: ['login'],
  },
];

function canary(
  name: string,
  schedule: Schedule,
  policy: Partial<AlertPolicy>,
  { timeoutMs = 20 * SECOND_MS, polls = true }: { timeoutMs?: number; polls?: boolean } = {},
): ScheduledCanary {
  const alert: AlertPolicy = {
    after: { failures: 2, of: 2 },
    recover: 1,
    remindMs: 60 * MINUTE_MS,
    severity: 'warning',
    to: [],
    ...policy,
  };
  const stepMs = timeoutMs - 10 * SECOND_MS;
  const act = actStep('act', {
    timeoutMs: stepMs,
    response: { time: { $below: `${stepMs}ms` } },
  });
  const expect = expectStep('expect', { kind: 'effect', withinMs: 5 * SECOND_MS });
  const made: Canary = canaryOf({ name, schedule, timeoutMs, alert }, act, ...(polls ? [expect] : []));
  return { ...made, schedule };
}
