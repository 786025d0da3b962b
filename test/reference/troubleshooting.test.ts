import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/guide/troubleshooting.md'), 'utf8');

/** Messages of npm and of shells, and of no file of ours. */
const OF_OTHERS = new Set(['could not determine executable to run', 'not found: coalmine']);

/** Code with each `${…}` as an ellipsis, and with texts of several lines as one. */
function plain(source: string): string {
  let text = source.replaceAll(/['"`] \+\s*['"`]/g, '').replaceAll(String.raw`\${`, '$❴');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replaceAll(/\$\{[^{}]*\}|(?<=\$\{[^{}]*)\{[^{}]*\}/g, '…');
  }
  return text
    .replaceAll('$❴', '${')
    .replaceAll(/\\(['"])/g, '$1')
    .replaceAll(/\{[a-z]+\}/g, '…');
}

const SOURCES = [
  'runner',
  'reporters',
  'scripts/packages',
  'test/reporters/golden',
  'test/cli',
  'test/engine',
].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => plain(readFileSync(join(entry.parentPath, entry.name), 'utf8'))),
);

/** The messages that the first column of a page's tables quotes. */
function messagesIn(text: string): readonly string[] {
  return [...text.matchAll(/^\| (\*.*?\*(?: \([^)]*\))?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/\*([^*]+)\*/g)].map(([, message = '']) => message),
  );
}

/** True if one file has all parts of a message, between its names and numbers. */
function isInCode(message: string): boolean {
  const parts = message
    .replace(/\$\{…\}/, '${§}')
    .split('…')
    .map((part) => part.trim().replace('${§}', '${…}'));
  const telling = parts.filter((part) => /\w{3}/.test(part));
  return telling.length > 0 && SOURCES.some((source) => telling.every((part) => source.includes(part)));
}

describe('the page of messages', () => {
  const messages = messagesIn(page);

  it('quotes many messages', () => {
    expect(messages.length).toBeGreaterThan(60);
    expect(new Set(messages).size).toBe(messages.length);
  });

  it.each(messages.filter((message) => !OF_OTHERS.has(message)))(
    'quotes a message of the code: %s',
    (message) => {
      expect(isInCode(message)).toBe(true);
    },
  );

  it('refuses a message that the code does not have', () => {
    expect(isInCode('The runner was … unhappy')).toBe(false);
    expect(isInCode('…')).toBe(false);
  });
});
