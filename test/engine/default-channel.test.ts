import { describe, expect, it } from '@jest/globals';
import type { Channel } from '../../runner/core/model/channel.ts';
import { NO_PROJECT } from '../../runner/core/model/project.ts';
import {
  type Fleet,
  needsDefaultChannel,
  type ScheduledCanary,
  TERMINAL,
  withDefaultChannel,
} from '../../runner/engine/fleet-context.ts';
import { canaryOf } from '../support/run/builders.ts';

const TEAM: Channel = { name: 'team', kind: 'slack', address: 'x', options: {} };

function fleetOf(to: readonly (readonly string[])[], channels: readonly Channel[] = [TEAM]): Fleet {
  const schedule = { everyMs: 60_000, jitterMs: 0, overlap: 'skip', catchUp: 'latest' } as const;
  const canaries = to.map((names, index): ScheduledCanary => {
    const canary = canaryOf({ name: `canary-${index}`, schedule });
    return { ...canary, schedule, alert: { ...canary.alert, to: names } };
  });
  return { project: { ...NO_PROJECT, channels }, environment: { name: 'prod', vars: {} }, canaries };
}

describe('the default channel', () => {
  it('is that of the canaries without a channel, and of no others', () => {
    const { project, canaries } = withDefaultChannel(fleetOf([['team'], []]), TERMINAL);

    expect(project.channels).toEqual([TEAM, TERMINAL]);
    expect(canaries.map(({ alert }) => alert.to)).toEqual([['team'], ['terminal']]);
  });

  it('is the channel of its name, if the project file has one', () => {
    const own = { ...TEAM, name: 'terminal' };

    expect(withDefaultChannel(fleetOf([[]], [own]), TERMINAL).project.channels).toEqual([own]);
  });

  it.each([
    { to: [['team'], []], needs: true },
    { to: [['team']], needs: false },
    { to: [], needs: false },
  ])('is needed if a canary names none: $to', ({ to, needs }) => {
    expect(needsDefaultChannel(fleetOf(to))).toBe(needs);
  });
});
