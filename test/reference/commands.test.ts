import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { commandLine, leavesOf, MEANING_OF_FAILED } from '../../scripts/pages/commands-page.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/reference/commands.md'), 'utf8');
const LEAVES = leavesOf(commandLine(), '');

describe('the page of commands', () => {
  it.each(LEAVES)('has a section with each option of $path, and words for all of it', ({ path, command }) => {
    const [, section = ''] = page.split(`## coalmine ${path}\n`);
    const own = section.split('\n## ')[0] ?? '';
    const described = [
      command.description(),
      ...[...command.registeredArguments, ...command.options].map(({ description }) => description),
    ];

    for (const { flags } of command.options) expect(own).toContain(`\`${flags}\``);
    expect(described.filter((words) => words === '')).toEqual([]);
  });

  it('has the meaning of exit code 1 for each command that gives it', () => {
    const folder = join(ROOT, 'runner/cli/commands');
    const giving = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && readFileSync(join(folder, file), 'utf8').includes('EXIT.failed'),
    );

    expect(giving.map((file) => basename(file, '.ts')).toSorted()).toEqual(
      Object.keys(MEANING_OF_FAILED).toSorted(),
    );
  });
});
