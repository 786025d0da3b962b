import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../../runner/core/base/json.ts';
import { type Redactor, redactorOf } from '../../../runner/core/redaction/redact.ts';
import { entriesOfExecution } from '../../../runner/core/trace/entries-of-execution.ts';
import { entriesOfJournal } from '../../../runner/core/trace/entries-of-journal.ts';
import { entriesOfLogs } from '../../../runner/core/trace/entries-of-logs.ts';

const CUT = 200;
const SECRET = 'Xq7Zk9Wv2Jt5Bm8Rd4Hn6Lp3Cf1Gs0Yw';
const LINES = 'Xq7Zk9Wv2Jt5\n  Bm8Rd4Hn6Lp3\n\tCf1Gs0Yw';

const journal = (data: Json, redactor: Redactor) =>
  entriesOfJournal([{ feed: 'bus a', id: 'e', keys: [], receivedAtMs: 1, happenedAtMs: 1, data }], redactor);
const execution = (cause: string, redactor: Redactor) =>
  entriesOfExecution('checkout', { name: 'e', history: [{ atMs: 1, type: 'TaskFailed', cause }] }, redactor);

describe.each([
  {
    name: 'a line of a log',
    entriesOf: (text: string, known: Redactor) => entriesOfLogs('a', [{ atMs: 1, message: text }], known),
  },
  { name: 'the cause of a failed execution', entriesOf: execution },
  { name: 'a message', entriesOf: journal },
  {
    name: 'a member of a message',
    entriesOf: (text: string, known: Redactor) => journal({ body: { key: text } }, known),
  },
  {
    name: 'the type of an event',
    entriesOf: (text: string, known: Redactor) => journal({ 'detail-type': text, source: 'shop' }, known),
  },
  {
    name: 'the source of an event',
    entriesOf: (text: string, known: Redactor) => journal({ 'detail-type': 'Paid', source: text }, known),
  },
])('a secret in $name', ({ entriesOf }) => {
  it.each([
    { form: 'of one line', secret: SECRET },
    { form: 'of several lines', secret: LINES },
  ])('$form is masked wherever the excerpt is cut', ({ secret }) => {
    const redactor = redactorOf([secret]);
    const parts = secret.split(/\s+/).map((part) => part.slice(0, 4));
    for (let at = CUT - secret.length - 30; at <= CUT; at += 1) {
      const text = `${'-'.repeat(at)}${secret} and more`;

      const shown = entriesOf(text, redactor)
        .map(({ what }) => what)
        .join();

      expect(parts.filter((part) => shown.includes(part))).toEqual([]);
      expect(shown).toContain('--');
    }
  });
});
