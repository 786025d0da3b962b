import type { Clock } from '../../core/base/clock.ts';
import { parseJson } from '../../core/base/json.ts';
import type { AnswerRule, InboxDesk } from '../../core/inbox/ports.ts';
import type { AwsClients } from '../aws/clients.ts';
import { expiry } from '../dynamodb/items.ts';
import { STATE_USE } from '../dynamodb/schema.ts';
import { openTable } from '../dynamodb/table.ts';

export interface DynamodbDeskOf {
  readonly clients: AwsClients;
  /** A table keyed by `pk` and `sk`, text both. */
  readonly table: string;
  /** Separates fleets that share a table. */
  readonly namespace: string;
  readonly clock: Pick<Clock, 'nowMs' | 'at'>;
}

/** DynamoDB deletes what a killed run left open. In milliseconds after the end of its time. */
const KEPT_MS = 60_000;

/** The beginning of the keys of inboxes. */
export function inboxKeys(namespace: string): string {
  return `${namespace}#inbox#`;
}

/** The inboxes of a stack, in its table: runs open them, and the inbox function finds them. */
export function dynamodbDesk({ clients, table: name, namespace, clock }: DynamodbDeskOf): InboxDesk {
  const table = openTable({ clients, name, clock, use: STATE_USE });
  const keyOf = (digest: string) => ({ pk: `${inboxKeys(namespace)}${digest}`, sk: 'inbox' });
  return {
    write: async (digest, { untilMs, rules }) => {
      const set = { untilMs, rules: JSON.stringify(rules), ...expiry(untilMs, KEPT_MS) };
      await table.update(keyOf(digest), { set });
    },
    find: async (digest) => {
      const item = await table.get(keyOf(digest));
      if (item === undefined) return undefined;
      const { untilMs, rules } = item as { readonly untilMs: number; readonly rules: string };
      return { untilMs, rules: parseJson(rules) as unknown as readonly AnswerRule[] };
    },
    admit: async (digest, most) =>
      table.update(
        keyOf(digest),
        { add: { count: 1 } },
        {
          when: 'attribute_exists(#untilMs) AND (attribute_not_exists(#count) OR #count < :most)',
          values: { most },
        },
      ),
    counted: async (digest) => ((await table.get(keyOf(digest)))?.['count'] as number | undefined) ?? 0,
    remove: async (digest) => void (await table.remove(keyOf(digest), { when: 'attribute_exists(#pk)' })),
  };
}
