import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Live, linesOf, liveDisplay, type Waiting } from '../../reporters/terminal/live.ts';
import { painter } from '../../reporters/terminal/paint.ts';
import { fit, widthOf } from '../../reporters/terminal/truncate.ts';
import type { RunId } from '../../runner/core/base/run-id.ts';

const plain = painter(false);
const waiting = (more: Partial<Waiting> = {}): Waiting => ({
  canary: 'order-reaches-warehouse',
  name: 'The bus carries OrderPlaced exactly once',
  sinceMs: 1_000,
  untilMs: 31_000,
  lastSeen: '1 seen, detail.status "PENDING"',
  ...more,
});
const lines = (columns: number, all: readonly Waiting[] = [waiting()], paint = plain) =>
  linesOf(all, { mark: '⠙', nowMs: 13_500, columns, paint });

describe('what is awaited', () => {
  it.each([
    {
      columns: 160,
      line: '  ⠙ order-reaches-warehouse  The bus carries OrderPlaced exactly once  12.5 s of at most 30 s · 1 seen, detail.status "PENDING"',
    },
    {
      columns: 110,
      line: '  ⠙ order-reaches-warehouse  The bus carries OrderPlaced exactly once  12.5 s of at most 30 s · 1 seen, detai…',
    },
    { columns: 80, line: '  ⠙ order-reaches-warehouse  The bus carries OrderPlace…  12.5 s of at most 30 s' },
    { columns: 40, line: '  ⠙ order-reach…  12.5 s of at most 30 s' },
    { columns: 20, line: '  ⠙ order-r…  12.5 …' },
    { columns: 8, line: '  ⠙ order-r…' },
  ])('is shown on $columns columns', ({ columns, line }) => {
    expect(lines(columns)).toEqual([line]);
  });

  it('takes no more columns than there are, from 12 on, with colours or without', () => {
    const words = fc.string({ unit: 'grapheme', maxLength: 80 });
    const some = fc.array(
      fc.record({
        canary: words,
        name: words,
        lastSeen: words,
        sinceMs: fc.nat(13_500),
        untilMs: fc.nat(10_000_000),
      }),
      { maxLength: 20 },
    );

    fc.assert(
      fc.property(some, fc.integer({ min: 12, max: 200 }), (all, columns) => {
        const shown = lines(columns, all);

        expect(Math.max(0, ...shown.map(widthOf))).toBeLessThanOrEqual(columns);
        expect(shown.length).toBe(Math.min(all.length, 13));
        expect(lines(columns, all, painter(true)).map(stripVTControlCharacters)).toEqual(shown);
      }),
    );
  });

  it('is given by number if there is more than fits', () => {
    expect(
      lines(
        40,
        Array.from({ length: 15 }, () => waiting()),
      ).at(-1),
    ).toBe('  and 3 more');
  });

  it('cannot drive the terminal', () => {
    const [line] = lines(200, [waiting({ canary: 'a\u001b[2Jb', name: 'c\nd', lastSeen: 'e\r\u009bf' })]);

    expect(line).toBe('  ⠙ a�[2Jb  c�d  12.5 s of at most 30 s · e��f');
  });
});

describe('a width', () => {
  it.each([
    { text: 'plain', width: 5 },
    { text: '注文', width: 4 },
    { text: 'é', width: 1 },
    { text: 'e\u0301', width: 1 },
    { text: '🔴', width: 2 },
    { text: '', width: 0 },
  ])('of $text is $width', ({ text, width }) => {
    expect(widthOf(text)).toBe(width);
  });

  it.each([
    { text: '注文が届く', columns: 10, shown: '注文が届く' },
    { text: '注文が届く', columns: 9, shown: '注文が届…' },
    { text: '注文が届く', columns: 8, shown: '注文が…' },
    { text: 'abc', columns: 1, shown: '…' },
    { text: 'abc', columns: 0, shown: '' },
  ])('is kept: $text in $columns', ({ text, columns, shown }) => {
    expect(fit(text, columns)).toBe(shown);
  });
});

/** A terminal that records its output. */
function terminal(columns: number) {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns, rows: 24 });
  const written: string[] = [];
  stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  return { stream: stream as unknown as NodeJS.WriteStream, written, next: async () => once(stream) };
}

async function once(stream: PassThrough): Promise<void> {
  await new Promise((resolve) => stream.once('data', resolve));
}

describe('the live display', () => {
  const runId = 'r' as RunId;
  const step = {
    id: '1',
    name: 'The bus carries OrderPlaced exactly once',
    kind: 'event',
    mode: 'expect',
  } as const;

  let live: Live | undefined;
  afterEach(() => live?.stop());

  it('shows a step from its start to its end, steps aside for printed lines, and removes itself', async () => {
    const { stream, written, next } = terminal(40);
    live = liveDisplay(stream, plain);
    const atMs = performance.timeOrigin + performance.now();
    void live.onStepStart({ runId, canary: 'orders', step, atMs, deadlineAtMs: atMs + 30_000 });
    void live.onStepPoll({ runId, stepId: '1', attempts: 1, lastSeen: 'nothing yet' });
    void live.onStepPoll({ runId, stepId: 'unknown', attempts: 1, lastSeen: 'x' });

    await next();
    const shown = stripVTControlCharacters(written.join('')).trimEnd();
    expect(shown).toMatch(/^ {2}\S orders {2}\S.* of at most 30 s$/);
    expect(widthOf(shown)).toBeLessThanOrEqual(40);

    live.around(() => stream.write('PRINTED\n'));
    await next();
    void live.onStepEnd({ runId, canary: 'orders', step: { stepId: '1' } as never });
    written.length = 0;
    live.stop();

    expect(stripVTControlCharacters(written.join(''))).not.toContain('orders');
  });
});
