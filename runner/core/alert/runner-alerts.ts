/** Prefix of the names under which the runner has alerts of its own. No canary can have such a name. */
export const RUNNER = '@runner';

/** Name of the alerts about pending cleanups that failed too often; the notices go to the operators. */
export const CLEANUP_ALERTS = `${RUNNER}-cleanup`;

/** Name of the alerts about alert states that were damaged; the notices go to the operators. */
export const STATE_ALERTS = `${RUNNER}-state`;

const CHANNEL = `${RUNNER}/`;

/** The subject of the runner's own alerts, in words; undefined for the alerts of a canary. */
export function runnerSubject(name: string): string | undefined {
  const channel = channelOfAlerts(name);
  if (channel !== undefined) return `channel ${channel}`;
  return { [CLEANUP_ALERTS]: 'cleanup', [STATE_ALERTS]: 'state' }[name];
}

/** Name of the alerts about one broken channel, so that two broken channels are two incidents. */
export function channelAlerts(channel: string): string {
  return `${CHANNEL}${channel}`;
}

/** The channel that alerts of this name are about; undefined for the alerts of a canary. */
export function channelOfAlerts(name: string): string | undefined {
  return name.startsWith(CHANNEL) ? name.slice(CHANNEL.length) : undefined;
}
