import type {
  CloudWatchLogsClient,
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { LINES_READ, type LogQuestion, linesOf } from '../../../runner/kinds/aws/log-poller.ts';
import { ManualClock } from '../../support/run/manual-clock.ts';

interface Call {
  readonly atMs: number;
  readonly input: FilterLogEventsCommandInput;
}

const { most: MOST_LINES } = LINES_READ;
let clock: ManualClock;
let calls: Call[];
let answer: (input: FilterLogEventsCommandInput) => Partial<FilterLogEventsCommandOutput> | Error;
let client: CloudWatchLogsClient;
const START = 1_700_000_000_000;

beforeEach(() => {
  clock = new ManualClock(START);
  calls = [];
  answer = () => ({ events: [] });
  const send = async ({ input }: { readonly input: FilterLogEventsCommandInput }) => {
    calls.push({ atMs: clock.nowMs() - START, input });
    const answered = answer(input);
    if (answered instanceof Error) throw answered;
    return answered;
  };
  client = { send } as unknown as CloudWatchLogsClient;
});

function ask(
  terms: readonly string[],
  more: { group?: string; signal?: AbortSignal } & Partial<LogQuestion> = {},
) {
  const { group = 'g', signal = new AbortController().signal } = more;
  const usual = { sinceMs: 0, last: false, wholeWords: false };
  return linesOf(group, { ...usual, ...more, terms, clock, client, signal });
}

function lines(...messages: readonly string[]) {
  return { events: messages.map((message, n) => ({ eventId: String(n), timestamp: START + n, message })) };
}

describe('the poller of a log group', () => {
  it('asks once for all who ask together, and gives each its own lines', async () => {
    answer = () => lines('one a', 'one b', 'neither');

    const [a, b] = await Promise.all([ask(['a', 'A']), ask(['b'], { sinceMs: START + 1 })]);

    expect(calls.map(({ input }) => input)).toEqual([
      { logGroupName: 'g', startTime: 0, filterPattern: '?"a" ?"A" ?"b"' },
    ]);
    expect(a?.map(({ message }) => message)).toEqual(['one a']);
    expect(b?.map(({ message }) => message)).toEqual(['one b']);
  });

  it.each([
    ['say "hi" 7f0c66', [' 7f0c66'], '{"o":"say \\"hi\\" 7f0c66"}'],
    ['Müller-7f0c66', ['ller-7f0c66'], '{"o":"M\\u00fcller-7f0c66"}'],
    ['a/"b"', ['a/\\"b\\"', 'a/\\\\\\"b\\\\\\"', 'a\\\\/\\\\\\"b\\\\\\"'], '{"o":"a\\/\\"b\\""}'],
    ['日本', ['日本', '\\\\u65e5\\\\u672c'], '{"o":"\\u65e5\\u672c"}'],
    ['ord', ['ord'], '{"o":"ord"}'],
  ])('finds %j in a line of JSON that spells it otherwise', async (term, parts, line) => {
    answer = () => lines(line);

    const found = await ask([term], { wholeWords: true });

    const quoted = parts.map((part) => `"${part}"`);
    expect(calls[0]?.input.filterPattern).toBe(
      quoted.length === 1 ? quoted[0] : quoted.map((part) => `?${part}`).join(' '),
    );
    expect(found?.map(({ message }) => message)).toEqual([line]);
  });

  it('pauses two seconds between two calls for one group', async () => {
    await ask(['a']);
    await ask(['a']);
    await ask(['a']);

    expect(calls.map(({ atMs }) => atMs)).toEqual([20, 2_020, 4_020]);
    expect(calls[0]?.input.filterPattern).toBe('"a"');
  });

  it('makes four calls a second at the most, however many groups and pages there are', async () => {
    answer = ({ nextToken }) => ({ events: [], ...(nextToken === undefined ? { nextToken: 'more' } : {}) });

    await Promise.all(['a', 'b', 'c', 'd'].map(async (group) => ask(['x'], { group })));

    const times = calls.map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, n) => atMs - (times[n] as number));
    expect(times.length).toBe(8);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(250);
  });

  it('asks again for what does not fit into one pattern, none of which is longer than 1,024 letters', async () => {
    answer = ({ filterPattern = '' }) =>
      lines(...[...filterPattern.matchAll(/"([^"]+)"/g)].map(([, term = '']) => term));
    const terms = Array.from({ length: 60 }, (_, n) => `${n}-`.padEnd(36, 'x'));

    const found = await Promise.all(terms.map(async (term) => ask([term])));

    expect(found.map((of) => of.map(({ message }) => message))).toEqual(terms.map((term) => [term]));
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.every(({ input }) => (input.filterPattern ?? '').length <= 1_024)).toBe(true);
  });

  it('keeps those who want every line apart from the others, and asks for them without a pattern', async () => {
    answer = ({ filterPattern }) => (filterPattern === undefined ? lines('a', 'b') : lines('a'));

    const [all, a] = await Promise.all([ask([]), ask(['a'])]);

    expect([all?.length, a?.length]).toEqual([2, 1]);
    expect(calls.map(({ input }) => input.filterPattern)).toEqual([undefined, '"a"']);
  });

  it('matches again what came back: some CloudWatch Logs filter nothing', async () => {
    answer = () => lines('nobody asked for this');

    expect(await ask(['b c'])).toEqual([]);
  });

  it('follows pages that are empty', async () => {
    answer = ({ nextToken }) => (nextToken === undefined ? { events: [], nextToken: 'n' } : lines('a'));

    expect((await ask(['a'])).length).toBe(1);
    expect(calls.map(({ input }) => input.nextToken)).toEqual([undefined, 'n']);
  });

  it('goes on from its token with the next look, if a look was not enough for all pages', async () => {
    answer = ({ nextToken }) => {
      const page = Number(nextToken ?? 0);
      return page < 25 ? { events: [], nextToken: String(page + 1) } : lines('a');
    };

    expect([(await ask(['a'])).length, calls.length]).toEqual([0, 20]);
    expect([(await ask(['a'])).length, calls.length]).toEqual([1, 26]);
    expect(calls.map(({ input }) => input.nextToken ?? '0')).toEqual(
      Array.from({ length: 26 }, (_, page) => String(page)),
    );
    await ask(['a']);
    expect(calls[26]?.input.nextToken).toBeUndefined();
  });

  it('keeps what it has read of a reading that goes on', async () => {
    answer = ({ nextToken }) => {
      const page = Number(nextToken ?? 0);
      const one = { events: [{ eventId: `${page}`, timestamp: START, message: `a${page}` }] };
      return page < 24 ? { ...one, nextToken: String(page + 1) } : one;
    };

    expect((await ask(['a'])).length).toBe(20);
    expect((await ask(['a'])).length).toBe(25);
  });

  it('reads all pages at the last look, from the first one on', async () => {
    answer = ({ nextToken }) => {
      const page = Number(nextToken ?? 0);
      return page < 30 ? { events: [], nextToken: String(page + 1) } : lines('a');
    };
    await ask(['a']);

    expect((await ask(['a'], { last: true })).length).toBe(1);
    expect(calls.slice(20).map(({ input }) => input.nextToken ?? '0')).toEqual(
      Array.from({ length: 31 }, (_, page) => String(page)),
    );
  });

  it('says that it did not come to the end, if the last look takes longer than half a minute', async () => {
    answer = () => ({ events: [], nextToken: 'on and on' });

    await expect(ask(['a'], { last: true })).rejects.toMatchObject({
      blame: 'observer',
      permanent: false,
      message: expect.stringContaining('did not come to the end of log group g within 30 s'),
    });
  });

  it('says that there is too much if there is one line more than is read', async () => {
    const all = Array.from({ length: MOST_LINES + 1 }, (_, n) => `a${n}`);
    answer = () => lines(...all.slice(1));
    expect((await ask(['a'])).length).toBe(MOST_LINES);

    answer = () => lines(...all);
    await expect(ask(['a'])).rejects.toMatchObject({ blame: 'observer', permanent: true });
  });

  it('asks for each alone, if all who ask together select too much', async () => {
    const many = Array.from({ length: MOST_LINES }, (_, n) => `a${n}`);
    answer = ({ filterPattern = '' }) =>
      lines(...(filterPattern.includes('"a"') ? many : []), ...(filterPattern.includes('"b"') ? ['b'] : []));

    const [a, b] = await Promise.all([ask(['a']), ask(['b'])]);

    expect([a.length, b.length]).toEqual([MOST_LINES, 1]);
    expect(calls.map(({ input }) => input.filterPattern)).toEqual(['?"a" ?"b"', '"a"', '"b"']);
  });

  it('takes a value of the system for a whole word, and the id of a run wherever it stands', async () => {
    answer = () => lines('id=ord_1.', 'ord_12', 'my_ord_1');

    expect((await ask(['ord_1'], { wholeWords: true })).map(({ id }) => id)).toEqual(['0']);
    expect((await ask(['ord_1'])).map(({ id }) => id)).toEqual(['0', '1', '2']);
  });

  it('answers all that asked together that it could not read, and asks again the next time', async () => {
    answer = () => new Error('throttled');
    const refused = await Promise.allSettled([ask(['a']), ask(['b'])]);
    answer = () => lines('a');

    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await ask(['a'])).length).toBe(1);
  });

  it('does not ask for those who no longer wait', async () => {
    const gone = new AbortController();
    const left = ask(['gone'], { signal: gone.signal });
    const stays = ask(['a']);
    gone.abort(new Error('the run has ended'));

    await expect(left).rejects.toThrow('the run has ended');
    await stays;
    expect(calls.map(({ input }) => input.filterPattern)).toEqual(['"a"']);

    const alone = new AbortController();
    const nobody = ask(['b'], { signal: alone.signal });
    alone.abort(new Error('the run has ended'));
    await expect(nobody).rejects.toThrow('the run has ended');
    await expect(ask(['b'], { signal: alone.signal })).rejects.toThrow('the run has ended');
    expect([calls.length, clock.open]).toEqual([1, 0]);
  });

  it('takes a line of the millisecond in which it began to count', async () => {
    answer = () => lines('a');

    expect((await ask(['a'], { sinceMs: START + 0.7 })).length).toBe(1);
    expect((await ask(['a'], { sinceMs: START + 1 })).length).toBe(0);
  });

  it('asks since the earliest moment that one of them asks for', async () => {
    await Promise.all([ask(['a'], { sinceMs: 5.9 }), ask(['b'], { sinceMs: 9 })]);

    expect(calls[0]?.input.startTime).toBe(5);
  });
});
