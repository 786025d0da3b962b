import { describe, expect, it } from '@jest/globals';
import { CronExpressionParser } from 'cron-parser';
import { nextMatchMs } from '../../../runner/core/schedule/calendar.ts';
import { cronDoubt, cronFault, cronOf } from '../../../runner/core/schedule/cron.ts';

const DAY = 'a day is 1-31, L (the last of a month), *, a range, a list, or a step such as */2';
const WEEKDAY =
  'a weekday is 0-6 or SUN-SAT, FRI#2 (the second of a month), FRI#L (the last), *, a range, a list, or a step such as */2';

describe('cronFault', () => {
  it.each([
    '*/15 6-22 * * MON-FRI',
    '0 0 1 1 *',
    '5,10 * * * 0',
    '0 12 * JAN-MAR *',
    '1-59/2 0 * * *',
    '0 0 29 2 *',
    '0 22 L * *',
    '0 22 1,15,l FEB *',
    '0 22 * * 5L',
    '0 22 * * FRIL',
    '0 22 * * fri#l',
    '0 22 * * FRI#2,5#4,SUN#L,MON',
    '0 22 * 2 FRI#5',
  ])('has nothing against %s', (cron) => {
    expect(cronFault(cron)).toBeUndefined();
  });

  it.each([
    {
      cron: '0 12 * * ? *',
      hint: 'this is AWS 6-field cron; write five fields: minute hour day month weekday',
    },
    {
      cron: '0 12 * * MON 2026',
      hint: 'this is AWS 6-field cron; write five fields: minute hour day month weekday',
    },
    {
      cron: '0 12 * * MON *',
      hint: 'this is AWS 6-field cron; write five fields: minute hour day month weekday',
    },
    {
      cron: '? 12 * * 1 1',
      hint: 'this is AWS 6-field cron; write five fields: minute hour day month weekday',
    },
    { cron: '', hint: 'write five fields: minute hour day month weekday' },
    { cron: '* * * *', hint: 'write five fields: minute hour day month weekday' },
    { cron: '1 2 3 4 5 6', hint: 'write five fields: minute hour day month weekday' },
    { cron: '60 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '* 24 * * *', hint: 'an hour is 0-23, *, a range, a list, or a step such as */6' },
    ...['0', 'L-3', '15W', 'LW', '1-L', 'L/2', 'L#1'].map((day) => ({ cron: `* * ${day} * *`, hint: DAY })),
    { cron: '* * * FOO *', hint: 'a month is 1-12 or JAN-DEC, *, a range, a list, or a step such as */2' },
    { cron: '* * * * 7', hint: 'write 0 or SUN for Sunday' },
    ...['7L', 'L', 'FRI#0', 'FRI#6', 'FRI#', '#2', 'FRI#2#3', 'JUL', 'MON-FRI#2', 'FRI#2/2'].map(
      (weekday) => ({
        cron: `* * * * ${weekday}`,
        hint: WEEKDAY,
      }),
    ),
    { cron: '*/90 * * * *', hint: 'write every: with that interval, or a minute of 0-59' },
    { cron: '0 */30 * * *', hint: 'write every: with that interval, or an hour of 0-23' },
    { cron: '@daily', hint: 'write "0 0 * * *"' },
    { cron: '*/0 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '5-1 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '1-2-3 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '1-99 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '*/2/3 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '? * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '0 0 30 2 *', hint: 'no month has that day' },
  ])('refuses $cron', ({ cron, hint }) => {
    expect(cronFault(cron)?.hint).toBe(hint);
  });
});

/** The due days of a month of that length, whose first day is that weekday. */
function daysOf(cron: string, length: number, first: number): readonly number[] {
  const bits = cronOf(cron).days[length - 28]?.[first] as number;
  return Array.from({ length: 31 }, (_, index) => index + 1).filter((day) => (bits & (1 << (day - 1))) !== 0);
}

describe('cronDoubt', () => {
  it.each(['0 22 * * FRI', '0 22 25-31 * *', '0 0 L * *', '* * * * *', '0 22 * * FRI#L'])(
    'has nothing to say of %s',
    (cron) => {
      expect(cronDoubt(cron)).toBeUndefined();
    },
  );

  it.each([
    {
      cron: '0 22 25-31 * FRI',
      said: "is due on each day that '25-31' or 'FRI' names: about 118 days a year",
    },
    { cron: '0 0 13 * FRI', said: "is due on each day that '13' or 'FRI' names: about 62 days a year" },
    { cron: '0 0 1-31 * 1', said: "is due on each day that '1-31' or '1' names: about 365 days a year" },
    {
      cron: '0 0 */2 * MON',
      said: "is due only on days that '*/2' and 'MON' both name: about 27 days a year",
    },
    { cron: '0 0 L * 5L', said: "is due on each day that 'L' or '5L' names: about 22 days a year" },
  ])('says of $cron on how many days it is due', ({ cron, said }) => {
    expect(cronDoubt(cron)?.message).toBe(`'${cron}' ${said}`);
  });

  it.each([
    { cron: '0 22 25-31 * FRI', meant: '0 22 * * FRI#L', dayOf: (day: number) => day > 24 },
    { cron: '5 1 1-7 JAN 2', meant: '5 1 * JAN 2#1', dayOf: (day: number) => day < 8 },
    { cron: '0 0 15-21 * sun', meant: '0 0 * * sun#3', dayOf: (day: number) => day > 14 && day < 22 },
  ])('shows how $cron was probably meant', ({ cron, meant, dayOf }) => {
    expect(cronDoubt(cron)?.hint).toContain(`write '${meant}' for one `);
    expect(cronFault(meant) ?? cronDoubt(meant)).toBeUndefined();
    expect(daysOf(meant, 31, 3).every(dayOf)).toBe(true);
    expect(daysOf(meant, 31, 3)).toHaveLength(1);
  });

  it('shows what there is where it cannot know what was meant', () => {
    expect(cronDoubt('0 0 13 * FRI')?.hint).toBe(
      'write * for the day or the weekday; FRI#2 is the second Friday of a month, FRI#L the last, L the last day',
    );
    expect(cronDoubt('0 0 25-31 * MON,FRI')?.hint).toContain('write * for');
  });
});

describe('cronOf', () => {
  it('spells out every field', () => {
    const { minutes, months } = cronOf('30,5 1-2 */15 mar-MAY 1-5/2');

    expect(minutes).toEqual([65, 90, 125, 150]);
    expect([...months]).toEqual([3, 4, 5]);
  });

  it('may name a value twice', () => {
    expect(cronFault('0-30,15,15 * * * *')).toBeUndefined();
    expect(cronOf('0-30/10,15,15 4 * * *').minutes).toEqual([240, 250, 255, 260, 270]);
  });

  it.each([
    { cron: '0 0 9 * 1', due: [2, 9, 16, 23, 30] },
    { cron: '0 0 10 * 1', due: [2, 9, 10, 16, 23, 30] },
    { cron: '0 0 * * 1', due: [2, 9, 16, 23, 30] },
    { cron: '0 0 31 * *', due: [31] },
    { cron: '0 0 */15 * *', due: [1, 16, 31] },
    { cron: '0 0 */15 * 1', due: [16] },
    { cron: '0 0 1,16,31 * 1', due: [1, 2, 9, 16, 23, 30, 31] },
    { cron: '0 0 2-8 * */6', due: [7, 8] },
    { cron: '0 0 * * 0,6', due: [1, 7, 8, 14, 15, 21, 22, 28, 29] },
  ])('is due by $cron on $due of a month that begins on a Sunday', ({ cron, due }) => {
    expect(daysOf(cron, 31, 0)).toEqual(due);
  });

  it.each([
    { cron: '0 0 * * *', isContinuous: false },
    { cron: '* 0 * * *', isContinuous: true },
    { cron: '0 * * * *', isContinuous: true },
    { cron: '0 */6 * * *', isContinuous: true },
    { cron: '0-59 0-23 * * *', isContinuous: false },
    { cron: '0,*/7 0 * * *', isContinuous: false },
  ])('lets $cron go by elapsed time: $isContinuous', ({ cron, isContinuous }) => {
    expect(cronOf(cron).isContinuous).toBe(isContinuous);
  });

  it.each([
    { cron: '0 0 L * *', length: 28, due: [28] },
    { cron: '0 0 1,L * *', length: 30, due: [1, 30] },
    { cron: '0 0 * * 5L', length: 28, due: [27] },
    { cron: '0 0 * * FRI#L', length: 31, due: [27] },
    { cron: '0 0 * * SUN#L', length: 29, due: [29] },
    { cron: '0 0 * * FRI#2', length: 31, due: [13] },
    { cron: '0 0 * * SUN#5', length: 28, due: [] },
    { cron: '0 0 * * SUN#5', length: 29, due: [29] },
    { cron: '0 0 * * 0#1,6#L,3', length: 30, due: [1, 4, 11, 18, 25, 28] },
  ])(
    'is due by $cron on $due of a month of $length days that begins on a Sunday',
    ({ cron, length, due }) => {
      expect(daysOf(cron, length, 0)).toEqual(due);
    },
  );

  it.each([
    { cron: '30 22 L * *', same: '30 22 L * *' },
    { cron: '30 22 L 2,3 *', same: '30 22 L 2,3 *' },
    { cron: '30 22 1,L * *', same: '30 22 1,L * *' },
    { cron: '30 22 * * FRI#L', same: '30 22 * * 5L' },
    { cron: '30 22 * * 1L,WEDL', same: '30 22 * * 1L,3L' },
    { cron: '30 22 * * FRI#2', same: '30 22 * * 5#2' },
    { cron: '30 22 * 2 SUN#5', same: '30 22 * 2 0#5' },
  ])('agrees with cron-parser about $cron, for 28 years', ({ cron, same }) => {
    const parser = CronExpressionParser.parse(same, {
      currentDate: new Date(Date.UTC(2024, 0, 1)),
      tz: 'UTC',
    });
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (
      let theirMs = parser.next().getTime();
      theirMs < Date.UTC(2052, 0, 1);
      theirMs = parser.next().getTime()
    ) {
      theirs.push(theirMs);
      ours.push(nextMatchMs(cronOf(cron), (ours.at(-1) ?? Date.UTC(2024, 0, 1)) + 1) as number);
    }

    expect(ours).toEqual(theirs);
    expect(ours.length).toBeGreaterThan(0);
  });
});
