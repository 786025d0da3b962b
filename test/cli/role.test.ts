import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { coalmine, emptyFolder } from '../support/command.ts';

/** A folder with one canary, and a project with the given environments. */
function folderOf(project: string): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'coalmine.config.yaml'), `project: shop\n${project}`);
  writeFileSync(
    join(folder, 'a.canary.yaml'),
    'canary: a\nowner: b\nonly: [prod]\nsteps:\n  - http: GET https://x\n',
  );
  return folder;
}

describe('an environment with a role', () => {
  it('is explained with what it takes to become that role, where the canary runs there', async () => {
    const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
    const cwd = folderOf(
      `environments:\n  prod: { role: "${role('of-prod')}" }\n  staging: { role: "${role('of-staging')}" }\n`,
    );

    const { code, stdout } = await coalmine(['explain', '.'], { cwd });

    expect(code).toBe(0);
    expect(stdout).toContain('sts:AssumeRole on arn:aws:iam::123456789012:role/of-prod\n');
    expect(stdout).not.toContain('of-staging');
  });

  it.each([
    { wrong: 'coalmine', why: 'a name' },
    { wrong: 'arn:aws:iam::123456789012:user/anna', why: 'the ARN of a user' },
    { wrong: 'arn:aws:sts::123456789012:assumed-role/x/y', why: 'the ARN of a session' },
    { wrong: 'arn:aws:iam::12345:role/x', why: 'an account that is none' },
  ])('is refused at load when it is $why', async ({ wrong }) => {
    const cwd = folderOf(`environments:\n  prod: { role: "${wrong}" }\n`);

    const { code, stderr, stdout } = await coalmine(['validate', '.'], { cwd });

    expect(code).toBe(2);
    expect(`${stdout}${stderr}`).toContain(`'${wrong}' is not the ARN of a role`);
    expect(`${stdout}${stderr}`).toContain('write arn:aws:iam::<account>:role/<name>');
  });

  it('stands next to a check of the attribute for the time to live', async () => {
    const cwd = folderOf('environments: { prod: {} }\ncorrelation: { ttl: "expires at" }\n');

    const { stderr, stdout } = await coalmine(['validate', '.'], { cwd });

    expect(`${stdout}${stderr}`).toContain("'expires at' is not an attribute's name");
  });
});
