import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { coalmine, emptyFolder } from '../support/command.ts';

/** Turns text round, hides, drives a terminal: by YAML's escapes, as a pull request may bring them. */
const HOSTILE = String.raw`a\u202Eb\u200Bc\e[2Jd\u3164e\U000E0041f`;
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}]/u;

function folder(): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(
    join(cwd, 'coalmine.config.yaml'),
    'project: p\nchannels: { team: { slack: https://hooks.example.com/x } }\n',
  );
  writeFileSync(
    join(cwd, 'canaries', 'a.canary.yaml'),
    [
      'canary: a',
      `owner: "${HOSTILE}"`,
      `description: "${HOSTILE}"`,
      'schedule: { every: 5m }',
      'alert: { to: [team] }',
      `vars: { v: "${HOSTILE}" }`,
      'steps:',
      `  - name: "${HOSTILE}"`,
      '    http: POST http://127.0.0.1:1',
      '    body: { v: "${v}" }',
      `    response: { body: { x: "${HOSTILE}" } }`,
      '',
    ].join('\n'),
  );
  return cwd;
}

describe('a name in a file with characters that are not seen', () => {
  it.each([
    ['explain'],
    ['list'],
    ['list', '--format', 'json'],
    ['validate'],
    ['run', '--dry-run'],
    ['run'],
    ['run', '--reporter', 'json'],
    ['run', '--reporter', 'junit'],
    ['iam', '--format', 'json'],
    ['show', HOSTILE],
  ])('hides nothing in the output of: %s %s %s', async (...argv) => {
    const { stdout, stderr } = await coalmine(argv.filter(Boolean), { cwd: folder() });

    const lines = `${stdout}${stderr}`.split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.filter((line) => UNSEEN.test(line))).toEqual([]);
  });

  it('is shown with a mark for each of them, and escaped in JSON', async () => {
    const cwd = folder();

    const { stdout: text } = await coalmine(['list'], { cwd });
    const { stdout: json } = await coalmine(['list', '--format', 'json'], { cwd });

    expect(text).toContain('owner a\ufffdb\ufffdc\ufffd[2Jd\ufffde\ufffdf');
    expect(json).toContain(String.raw`"a\u202eb\u200bc\u001b[2Jd\u3164e\udb40\udc41f"`);
  });
});
