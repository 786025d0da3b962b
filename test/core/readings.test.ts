import { expect, it } from '@jest/globals';
import { Readings } from '../../runner/core/readings.ts';

/** Too short for a repeat, and longer than the longest escape within escapes. */
const UNREPEATED = 1_728;

function readingsAtStart(text: string): readonly unknown[] {
  const readings = new Readings();
  const units = readings.begin(text);
  for (let place = units.length - 1; place >= 0; place -= 1) {
    const unit = units[place] as number;
    if ('\\%&'.includes(String.fromCharCode(unit))) readings.add(place, unit);
  }
  return Array.from({ length: 24 }, (_, place) => [...readings.at(place)]);
}

it.each([
  '\\%5C',
  '\\\\\\\\\\\\\\\\x5c',
  '\\\\\\\\\\\\\\\\u005c',
  '\\x5c',
  '\\u005c',
  '%5C',
  '&#92;',
  '\\%5C&#92;\\u005c',
  '%25%32%35',
  '%25F0%259F%2598%2580',
  '&amp;#x5c;u0025',
  '\\',
])('%s over and over is read as a text that is too short to repeat itself', (shape) => {
  const text = (length: number): string => shape.repeat(Math.ceil(length / shape.length)).slice(0, length);

  expect(readingsAtStart(text(20_000))).toEqual(readingsAtStart(text(UNREPEATED)));
});
