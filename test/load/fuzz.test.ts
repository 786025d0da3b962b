import { describe, expect, it } from '@jest/globals';
import { load } from '../../runner/load/index.ts';
import { KINDS } from '../../runner/registry.ts';
import { sampleSize } from '../support/effort.ts';
import { filesOf, GOOD } from './support.ts';

const FILES = sampleSize({ small: 250, full: 10_000 });
const JUNK = [
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  ':',
  '- ',
  '\t',
  '\n',
  '&a ',
  '*a',
  '!x ',
  '${',
  '}',
  '|',
  '>',
  '#',
  '\u0000',
  '\u2028',
  '😀',
  '<<: ',
  '__proto__: 1\n',
  '0x',
  '1e999',
  '? ',
  '--- ',
  '%',
  '@',
  '`',
  '  ',
];

/** A small generator of numbers, so that a failing file can be had again by its seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function damaged(text: string, seed: number): string {
  const next = numbers(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  let result = text;
  const times = 1 + Math.floor(next() * 4);
  for (let n = 0; n < times; n += 1) {
    const at = Math.floor(next() * result.length);
    const lines = result.split('\n');
    const line = Math.floor(next() * lines.length);
    const damage: readonly (() => string)[] = [
      () => result.slice(0, at) + pick(JUNK) + result.slice(at),
      () => result.slice(0, at) + result.slice(at + 1 + Math.floor(next() * 5)),
      () => result.slice(0, at) + String.fromCharCode(Math.floor(next() * 0x3000)) + result.slice(at + 1),
      () => lines.toSpliced(line, 1).join('\n'),
      () => lines.toSpliced(line, 0, lines[line] as string).join('\n'),
      () => lines.toSpliced(line, 1, `  ${lines[line]}`).join('\n'),
      () => result.slice(0, at),
      () => result.slice(0, at) + pick(JUNK).repeat(1 + Math.floor(next() * 60)) + result.slice(at),
    ];
    result = pick(damage)();
  }
  return result;
}

describe('the loader, against damaged files', () => {
  it(`takes or refuses each of ${FILES}, every refusal with a place in the file, and changes nothing of its surroundings`, () => {
    const names = Object.keys(GOOD).filter((path) => !path.startsWith('every-word'));
    const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
    let refused = 0;

    for (let seed = 1; seed <= FILES; seed += 1) {
      const path = names[seed % names.length] as string;
      const text = damaged(GOOD[path] as string, seed);
      const { diagnostics, canaries } = load(filesOf({ ...besides(path), [path]: text }), KINDS);
      if (diagnostics.length > 0) refused += 1;
      for (const { file, line, column, message, hint } of diagnostics) {
        const lines = (file === path ? text : (GOOD[file] as string)).split('\n');
        const there =
          line >= 1 &&
          line <= lines.length &&
          column >= 1 &&
          column <= (lines[line - 1] as string).length + 1;
        if (!there || message === '' || hint === '')
          throw new Error(`seed ${seed}: ${file}:${line}:${column} ${message}`);
      }
      if (diagnostics.length === 0 && canaries.length === 0)
        throw new Error(`seed ${seed}: neither taken nor refused`);
    }

    expect(refused).toBeGreaterThan(FILES / 2);
    expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(before);
  });
});

/** The files loaded with a damaged file: the canaries themselves, or one that uses it. */
function besides(path: string): Readonly<Record<string, string>> {
  const user = path.endsWith('.part.yaml') ? 'every-word.canary.yaml' : 'by-cron.canary.yaml';
  const canary = path.endsWith('.canary.yaml') ? path : user;
  return Object.fromEntries(
    Object.entries(GOOD).filter(([one]) => one === canary || !one.endsWith('.canary.yaml')),
  );
}
