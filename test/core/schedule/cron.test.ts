import { describe, expect, it } from '@jest/globals';
import { cronFault, cronOf } from '../../../runner/core/schedule/cron.ts';

describe('cronFault', () => {
  it.each([
    '*/15 6-22 * * MON-FRI',
    '0 0 1 1 *',
    '5,10 * * * 0',
    '0 12 * JAN-MAR *',
    '1-59/2 0 * * *',
    '0 0 29 2 *',
  ])('has nothing against %s', (cron) => {
    expect(cronFault(cron)).toBeUndefined();
  });

  it.each([
    { cron: '0 12 * * ? *', hint: 'this is AWS 6-field cron; write: minute hour day month weekday' },
    { cron: '0 12 * * MON 2026', hint: 'this is AWS 6-field cron; write: minute hour day month weekday' },
    { cron: '0 12 * * MON *', hint: 'this is AWS 6-field cron; write: minute hour day month weekday' },
    { cron: '? 12 * * 1 1', hint: 'this is AWS 6-field cron; write: minute hour day month weekday' },
    { cron: '', hint: 'write five fields: minute hour day month weekday' },
    { cron: '* * * *', hint: 'write five fields: minute hour day month weekday' },
    { cron: '1 2 3 4 5 6', hint: 'write five fields: minute hour day month weekday' },
    { cron: '60 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
    { cron: '* 24 * * *', hint: 'an hour is 0-23, *, a range, a list, or a step such as */15' },
    { cron: '* * 0 * *', hint: 'a day is 1-31, *, a range, a list, or a step such as */2' },
    { cron: '* * * FOO *', hint: 'a month is 1-12 or JAN-DEC, *, a range, a list, or a step such as */2' },
    { cron: '* * * * 7', hint: 'a weekday is 0-6 or SUN-SAT, *, a range, a list, or a step such as */15' },
    { cron: '*/90 * * * *', hint: 'a minute is 0-59, *, a range, a list, or a step such as */15' },
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

describe('cronOf', () => {
  it('spells out every field', () => {
    const { minutes, months } = cronOf('30,5 1-2 */15 mar-MAY 1-5/2');

    expect(minutes).toEqual([65, 90, 125, 150]);
    expect([...months]).toEqual([3, 4, 5]);
  });

  it('may be told a value twice', () => {
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
    const [sunday] = cronOf(cron).days as [number];

    expect(
      Array.from({ length: 32 }, (_, day) => day).filter(
        (day) => (sunday & (1 << (day - 1))) !== 0 && day > 0,
      ),
    ).toEqual(due);
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
});
