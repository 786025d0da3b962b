import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Diagnostic } from '../../runner/load/index.ts';
import { select } from '../../runner/runs/selection.ts';
import { sampleOf } from '../support/effort.ts';
import { type Files, type Mistake, mistakes } from './mistakes/read-mistakes.ts';

let folder: string;
let loads = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coalmine-mistakes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The messages for a project that lies on disk: names and encodings of files count too. */
async function messagesFor(files: Files): Promise<readonly Diagnostic[]> {
  loads += 1;
  const cwd = join(folder, String(loads));
  for (const [path, content] of files) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), content);
  }
  const { diagnostics } = await select([], { cwd });
  return diagnostics;
}

const ofRemedies = new Map<string, Promise<readonly Diagnostic[]>>();

/** The messages for a project that was remedied. Most remedies give the same project, which is loaded once. */
async function messagesOnceFor(files: Files): Promise<readonly Diagnostic[]> {
  const key = JSON.stringify([...files]);
  const known = ofRemedies.get(key) ?? messagesFor(files);
  ofRemedies.set(key, known);
  return known;
}

/** The message as a person reads it: place, cause and remedy. */
function asRead({ file, line, column, severity, message, hint }: Diagnostic): string {
  return `${file}:${line}:${column} ${severity}: ${message} | ${hint}`;
}

/** A hint that lists all legal words names no remedy, though the right word is among them. */
const LISTS = /^(its keys are|begin with http|the operators are)/;

/** The words of a mistake that its message lacks, `place` if none points there, and messages too many. */
function lacksOf({ place, names, shows, count }: Mistake, found: readonly Diagnostic[]): readonly string[] {
  const told = found.find(({ file, line }) => file === place.file && place.lines.includes(line));
  const words = told === undefined ? '' : `${told.message} ${told.hint}`;
  return [
    ...(told === undefined ? ['place'] : []),
    ...[...names, ...shows].filter((word) => !words.includes(word)),
    ...(told !== undefined && LISTS.test(told.hint) ? ['a remedy that is no list of words'] : []),
    ...(found.length === count ? [] : [`${found.length} messages`]),
  ];
}

describe.each([...mistakes()])('a beginner who errs in %s', (_, list) => {
  it.each(sampleOf(list, 3).map((one) => [one.mistake, one] as const))(
    'is given place, cause and remedy of %s',
    async (_name, one) => {
      const found = await messagesFor(one.wrong);

      expect({ lacks: lacksOf(one, found), said: found.map(asRead) }).toEqual({
        lacks: [],
        said: expect.anything(),
      });

      const remedied = await messagesOnceFor(one.remedied);

      expect(remedied.map(asRead)).toEqual([]);
    },
  );
});
