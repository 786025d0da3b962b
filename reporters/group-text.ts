import type { GroupMember, Notice, NoticeGroup } from '../runner/core/notice/notice.ts';

/** Names in one list; the rest is a number. */
const MOST_NAMES = 20;

/** The canaries of a group by owner: `team-checkout: order-flow, returns; team-stock: stock-sync`. */
export function membersText({ members }: NoticeGroup): string {
  const shown = Map.groupBy(members.slice(0, MOST_NAMES), ({ owner }) => owner || 'no owner');
  return `${[...shown].map(([owner, canaries]) => `${owner}: ${namesOf(canaries)}`).join('; ')}${restOf(members)}`;
}

/** The canaries that fail by the same cause, and that the notice is not about. */
export function othersText({ group, stream, closedAtMs }: Notice): readonly string[] {
  if (group === undefined || group.others.length === 0) return [];
  const still = closedAtMs === undefined ? 'also' : 'still';
  const words = stream === 'target' ? `${still} fail there` : `${still} cannot be checked`;
  const { others } = group;
  const counted = others.length === 1 ? '1 other canary' : `${others.length} other canaries`;
  const verb = others.length === 1 && stream === 'target' ? `${still} fails there` : words;
  return [`${counted} ${verb}: ${namesOf(others.slice(0, MOST_NAMES))}${restOf(others)}.`];
}

function namesOf(members: readonly GroupMember[]): string {
  return members.map(({ canary }) => canary).join(', ');
}

function restOf(members: readonly GroupMember[]): string {
  return members.length > MOST_NAMES ? ` and ${members.length - MOST_NAMES} more` : '';
}
