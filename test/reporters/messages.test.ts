import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import type { Notice } from '../../runner/core/notice/notice.ts';
import { EVERY_NOTICE } from '../support/alerts/notices.ts';
import { CHANNELS, handedOver } from '../support/alerts/notifying.ts';
import { expectGolden } from '../support/golden.ts';

const GOLDEN = join(import.meta.dirname, 'golden/notifications');

/** Rendered form of a notice for a medium, readable in a file. */
const MEDIA: Readonly<Record<keyof typeof CHANNELS, (notice: Notice) => Promise<string>>> = {
  sns: async (notice) => {
    const [command] = (await handedOver(CHANNELS.sns, notice)).commands;
    const attributes = Object.entries(
      command?.['MessageAttributes'] as Record<string, { StringValue: string }>,
    );
    const filters = attributes.map(([name, { StringValue }]) => `${name}=${StringValue}`).join(' ');
    return `Subject: ${String(command?.['Subject'])}\nAttributes: ${filters}\n\n${String(command?.['Message'])}\n`;
  },
  chat: async (notice) => {
    const [command] = (await handedOver(CHANNELS.chat, notice)).commands;
    return pretty(JSON.parse((JSON.parse(String(command?.['Message'])) as { https: string }).https));
  },
  slack: async (notice) => posted('slack', notice),
  pagerduty: async (notice) => posted('pagerduty', notice),
  webhook: async (notice) => posted('webhook', notice),
  eventbridge: async (notice) => {
    const [command] = (await handedOver(CHANNELS.eventbridge, notice)).commands;
    const { Entries } = command as { readonly Entries: readonly [{ readonly Detail: string }] };
    const [{ Detail, ...entry }] = Entries;
    return pretty({ ...entry, Detail: JSON.parse(Detail) as unknown });
  },
};

async function posted(medium: keyof typeof CHANNELS, notice: Notice): Promise<string> {
  const { posts } = await handedOver(CHANNELS[medium], notice);
  return posts.map(({ body }) => pretty(JSON.parse(body))).join('');
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

describe.each(Object.entries(EVERY_NOTICE))('a notice of %s', (sort, notice) => {
  it.each(Object.entries(MEDIA))('reads well by %s', async (medium, written) => {
    expectGolden(join(GOLDEN, sort, `${medium}.txt`), await written(notice));
  });
});
