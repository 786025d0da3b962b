import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DIFFERENCES } from './differences.ts';
import { judgeOf } from './judge.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const [LISTED] = DIFFERENCES;
if (LISTED === undefined) throw new Error('without a difference there is nothing to judge by');
const { file, aws, test: title } = LISTED;

/** The errors of a test, and the final report. */
function judged(name: string, event: 'test_done' | 'test_skip', ...errors: readonly unknown[]) {
  const judge = judgeOf(ROOT, join(ROOT, file));
  const test = {
    name,
    parent: { name: aws, parent: { name: 'ROOT', errors: [] }, errors: [] },
    errors: [...errors],
  };
  const state = { unhandledErrors: [] as unknown[] };
  judge({ name: event, test }, state);
  judge({ name: 'run_finish' }, state);
  return { errors: test.errors.map(String), missing: state.unhandledErrors.map(String) };
}

describe('a test that is listed as a difference', () => {
  const asListed = new Error('Event bus gone does not exist.');

  it('passes if it fails as the list says, also with colours and with notes of jest', () => {
    expect(judged(title, 'test_done', asListed).errors).toEqual([]);
    expect(
      judged(title, 'test_done', [new Error('Event \u001b[31mbus gone\u001b[39m does not exist'), asListed])
        .errors,
    ).toEqual([]);
  });

  it('fails where it passes: the difference is gone', () => {
    expect(judged(title, 'test_done').errors).toEqual([expect.stringContaining('This works now')]);
  });

  it('fails where it fails otherwise', () => {
    const { errors } = judged(title, 'test_done', asListed, new Error('something else'));

    expect(errors).toEqual([
      expect.stringContaining('gone does not exist'),
      expect.stringContaining('something else'),
      expect.stringContaining('something else that goes wrong here'),
    ]);
  });

  it('is missed where it is not there, and not where it was passed over', () => {
    expect(judged('another', 'test_done').missing).toContainEqual(
      `Error: The list of differences names a test that is not there: ${aws} ${title}`,
    );
    expect(judged(title, 'test_skip').missing).not.toContainEqual(expect.stringContaining(title));
    expect(judged(title, 'test_skip').errors).toEqual([]);
  });
});

it('leaves other tests as they are', () => {
  expect(judged('another', 'test_done', new Error('no')).errors).toEqual(['Error: no']);
  expect(judged('another', 'test_done').errors).toEqual([]);
});

it('knows the file of each difference', () => {
  expect(DIFFERENCES.map((one) => one.file).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
