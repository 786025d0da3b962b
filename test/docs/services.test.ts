import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { coalmine, emptyFolder } from '../support/command.ts';
import { commandsInFile, type Fence, fencesOf, pathOf, readPage } from '../support/pages.ts';

const CI = fencesOf(readPage('docs/recipes/ci.md'));
const SERVICE = fencesOf(readPage('docs/recipes/service.md'));

let site: Server;
let folder: string;

beforeAll(async () => {
  site = createServer((_, response) => response.end('ok'));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  folder = emptyFolder();
  mkdirSync(join(folder, 'canaries'));
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const environments = { staging: { vars: { url } }, prod: { vars: { url } } };
  const channels = { team: { webhook: 'https://hooks.example.com/team' } };
  writeFileSync(
    join(folder, 'coalmine.config.yaml'),
    JSON.stringify({ project: 'shop', environments, channels }),
  );
  const canary = {
    canary: 'site-is-up',
    owner: 'team-web',
    schedule: { every: '1h' },
    alert: { to: ['team'] },
    steps: [{ http: `GET \${url}/` }],
  };
  writeFileSync(join(folder, 'canaries/site-is-up.canary.yaml'), JSON.stringify(canary));
});
afterAll(() => {
  site.closeAllConnections();
  site.close();
});

/** The block of a kind on a page; with a path, the one that names it. */
function fileOf(fences: readonly Fence[], kind: string, path?: string): Fence {
  const found = fences.find((fence) => fence.info === kind && (path === undefined || pathOf(fence) === path));
  if (found === undefined) throw new Error(`no block of ${kind} ${path ?? ''}`);
  return found;
}

/** Runs the commands of Coalmine in a file, in the folder of a project; `watch` is ended as soon as it began. */
async function runAll(file: Fence): Promise<readonly (readonly [command: string, code: number])[]> {
  const done: (readonly [string, number])[] = [];
  for (const words of commandsInFile(file).filter((command) => command[0] === 'coalmine')) {
    const argv = words.slice(1).map((word) => word.replace(/^\/(state|var\/lib\/canaries)\//, `${folder}/`));
    const { code } = await coalmine(argv, {
      cwd: folder,
      onInterrupt: ({ act }) => {
        if (argv[0] === 'watch') setImmediate(act);
        return () => {};
      },
    });
    done.push([argv[0] ?? '', code]);
  }
  return done;
}

describe('the file for', () => {
  it.each([
    { system: 'CodeBuild', file: () => fileOf(CI, 'yaml', 'buildspec.yml') },
    { system: 'Jenkins', file: () => fileOf(CI, 'groovy') },
  ])('$system validates and runs the canaries, and leaves the report that it names', async ({ file }) => {
    expect(await runAll(file())).toEqual([
      ['validate', 0],
      ['run', 0],
    ]);
    expect(file().text).toContain('canaries.xml');
    expect(readFileSync(join(folder, 'canaries.xml'), 'utf8')).toContain('<testcase');
  });

  it('CodeBuild has phases, and a report of the kind that the reporter writes', () => {
    const { phases, reports } = parse(fileOf(CI, 'yaml', 'buildspec.yml').text) as {
      readonly phases: Readonly<Record<string, unknown>>;
      readonly reports: unknown;
    };

    expect(Object.keys(phases)).toEqual(['install', 'pre_build', 'build']);
    expect(reports).toEqual({ canaries: { files: ['canaries.xml'], 'file-format': 'JUNITXML' } });
  });

  it('Jenkins closes each brace that it opens', () => {
    const { text } = fileOf(CI, 'groovy');

    expect(text.match(/\{/g)?.length).toBe(text.match(/\}/g)?.length);
  });

  it.each([
    { system: 'systemd', kind: 'ini' },
    { system: 'a container', kind: 'dockerfile' },
  ])('$system begins to watch, and ends well', async ({ kind }) => {
    expect(await runAll(fileOf(SERVICE, kind))).toEqual([['watch', 0]]);
  });

  it('systemd is a unit whose sections and keys are known', () => {
    const { text } = fileOf(SERVICE, 'ini');
    const program = join(emptyFolder(), 'coalmine');
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o755);
    const unit = join(emptyFolder(), 'canaries.service');
    writeFileSync(unit, text.replace(/^ExecStart=\S+/m, `ExecStart=${program}`));

    const { error, stdout, stderr, status } = spawnSync('systemd-analyze', ['verify', unit], {
      encoding: 'utf8',
    });

    // Without systemd its keys are compared with those that systemd.service(5) and its siblings have.
    if (error !== undefined) expect(keysOf(text).filter((key) => !UNIT_KEYS.has(key))).toEqual([]);
    else expect({ status, printed: `${stdout}${stderr}` }).toEqual({ status: 0, printed: '' });
    expect(keysOf(text)).toEqual([...UNIT_KEYS]);
  });

  it('a container has known instructions, a program without a shell, and no user with all rights', () => {
    const { text } = fileOf(SERVICE, 'dockerfile');
    const instructions = text
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '');
    const known = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'VOLUME', 'USER', 'CMD'];

    expect(instructions.filter((word) => !known.includes(word))).toEqual([]);
    expect(instructions.slice(-2)).toEqual(['USER', 'CMD']);
    expect(text).toMatch(/^CMD \["/m);
    expect(text.indexOf('chown node:node /state')).toBeLessThan(text.indexOf('VOLUME /state'));
  });
});

function keysOf(unit: string): readonly string[] {
  return [...unit.matchAll(/^(\w+)=/gm)].map(([, key = '']) => key);
}

const UNIT_KEYS = new Set([
  ...['Description', 'Wants', 'After', 'StartLimitIntervalSec'],
  ...['User', 'WorkingDirectory', 'Environment', 'EnvironmentFile', 'ExecStart', 'StateDirectory'],
  ...['Restart', 'RestartSec', 'RestartPreventExitStatus', 'TimeoutStopSec'],
  ...['NoNewPrivileges', 'PrivateTmp', 'ProtectHome', 'ProtectSystem', 'WantedBy'],
]);
