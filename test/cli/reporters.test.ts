import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as table from '../../reporters/registry/table.ts';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { secretsOf } from '../../runner/core/redaction/redact.ts';
import { reportingOf } from '../../runner/lambda/reporting.ts';
import { reportersFor } from '../../runner/runs/open-reporters.ts';
import { slowest } from '../examples/slowest.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { type FaultServer, startFaultServer } from '../support/network/fault-server.ts';
import { resultOf, stepResultOf } from '../support/run/builders.ts';

let server: FaultServer;

beforeAll(async () => {
  server = await startFaultServer();
  server.behave({ answers: 500 });
});

afterAll(async () => server.close());

/** A folder with one canary, whose system is broken. */
function failing(): string {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, 'a.canary.yaml'), `canary: a\nowner: b\nsteps:\n  - http: GET ${server.origin}/\n`);
  return cwd;
}

describe('a report in a file', () => {
  it('leaves the console on, and its folder is made', async () => {
    const cwd = failing();

    const { code, stdout } = await coalmine(['run', 'a.canary.yaml', '--reporter', 'junit:out/a/x.xml'], {
      cwd,
    });

    expect(code).toBe(1);
    expect(stdout).toContain('1 canary: 1 failed');
    expect(readFileSync(join(cwd, 'out/a/x.xml'), 'utf8')).toContain('failures="1"');
  });

  it('leaves standard output to the reporter that asks for it', async () => {
    const argv = ['run', 'a.canary.yaml', '--reporter', 'junit:x.xml', '--reporter', 'json'];

    const { stdout } = await coalmine(argv, { cwd: failing() });

    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'failed' });
  });

  it.each([
    { place: 'a folder', path: 'folder', why: 'EISDIR: illegal operation on a directory' },
    { place: 'below a file', path: 'a.canary.yaml/x.xml', why: 'EEXIST: file already exists' },
    {
      place: 'below /proc, where no folder can be made',
      path: '/proc/none/x.xml',
      why: 'E',
    },
  ])('that cannot be written ends the command before it acts: $place', async ({ path, why }) => {
    const cwd = failing();
    mkdirSync(join(cwd, 'folder'));
    const before = server.taken.length;

    const { code, stderr } = await coalmine(['run', 'a.canary.yaml', '--reporter', `junit:${path}`], { cwd });

    expect(code).toBe(2);
    expect(stderr).toContain(`cannot be written (${why}`);
    expect(stderr).toContain('Nothing was run.');
    expect(server.taken.length).toBe(before);
  });

  it('keeps the exit code of the run, says why, and leaves the next report whole, if the disk is full', async () => {
    const cwd = failing();
    const argv = ['run', 'a.canary.yaml', '--reporter', 'junit:/dev/full', '--reporter', 'json:x.json'];

    const { code, stderr } = await coalmine(argv, { cwd });

    expect(code).toBe(1);
    expect(stderr).toContain(
      "The reporter 'junit' failed; no verdict changes. The report file /dev/full could not be written (ENOSPC: no space left on device).",
    );
    expect(JSON.parse(readFileSync(join(cwd, 'x.json'), 'utf8'))).toMatchObject({ verdict: 'failed' });
  });

  it('of before stays as it is, and no new one is left, by a dry run', async () => {
    const cwd = failing();
    writeFileSync(join(cwd, 'old.xml'), '<old/>');
    const argv = [
      'run',
      'a.canary.yaml',
      '--dry-run',
      '--reporter',
      'junit:old.xml',
      '--reporter',
      'json:new.json',
    ];

    await coalmine(argv, { cwd });

    expect(readFileSync(join(cwd, 'old.xml'), 'utf8')).toBe('<old/>');
    expect(existsSync(join(cwd, 'new.json'))).toBe(false);
  });
});

describe('a reporter that is not built in works with one line in the table', () => {
  const own = { ...table, slowest };
  const result = resultOf({ canary: 'orders', steps: [stepResultOf({ name: 'slow', durationMs: 70 })] });
  const line = 'orders passed: 70 ms in slow\n';

  it.each(['run', 'watch'] as const)('in %s', async (place) => {
    let text = '';
    const stdout = { write: (more: string) => void (text += more) };
    const around = { stdout, warn: stdout.write, env: {}, cwd: '/' };
    const clientOf = () => {
      throw new Error('no client is needed');
    };

    const reporters = await reportersFor(['slowest'], {
      place,
      around,
      clock: systemClock(),
      clientOf,
      table: own,
    });
    reporters.emit('onRunEnd', result);
    await reporters.end();

    expect(text).toBe(line);
  });

  it('in the functions of a stack', async () => {
    const lines: string[] = [];
    const deployment = {
      fleet: { project: { reporters: ['slowest'] } },
      settings: { stepMetrics: false },
      clock: systemClock(),
      secrets: secretsOf(),
    } as unknown as Parameters<typeof reportingOf>[1];
    const around = { env: {}, line: (text: string) => void lines.push(text) } as unknown as Parameters<
      typeof reportingOf
    >[2];
    const bundle = { reporters: { log: table.log, slowest } } as unknown as Parameters<typeof reportingOf>[0];

    const { reporters } = await reportingOf(bundle, deployment, around)();
    reporters.emit('onRunEnd', result);
    await reporters.end();

    expect(lines).toContain(line);
  });
});

describe('the reporter otlp', () => {
  it('changes no verdict and no exit code if its receiver refuses, and masks its headers', async () => {
    server.behave({ answers: 400, body: '{"message":"bad key a-long-key"}' });
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: server.origin,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a-long-key',
    };

    const { code, stdout, stderr } = await coalmine(['run', 'a.canary.yaml', '--reporter', 'otlp'], {
      cwd: failing(),
      env,
    });
    server.behave({ answers: 500 });

    expect(code).toBe(1);
    expect(stdout).toContain('1 canary: 1 failed');
    expect(server.taken.at(-1)).toMatchObject({ url: '/v1/traces', headers: { 'x-key': 'a-long-key' } });
    expect(stderr).toMatch(
      /^The reporter 'otlp' failed; no verdict changes\. The receiver of traces at 127\.0\.0\.1:\d+ answered 400: bad key \*{3}\. /,
    );
  });

  it('ends the command before it acts, for an address that is none', async () => {
    const before = server.taken.length;
    const argv = ['run', 'a.canary.yaml', '--reporter', 'otlp:collector:4318'];

    const { code, stderr } = await coalmine(argv, { cwd: failing() });

    expect(code).toBe(2);
    expect(stderr).toContain('The receiver of traces is no URL that begins with https:// or http://.');
    expect(server.taken).toHaveLength(before);
  });

  it('is refused by run with a reference in its target, which nothing would fill in', async () => {
    const before = server.taken.length;
    const argv = ['run', 'a.canary.yaml', '--reporter', `otlp:${server.origin} x-key=\${secret:a/b}`];

    const { code, stderr } = await coalmine(argv, { cwd: failing() });

    expect(code).toBe(2);
    expect(stderr).toContain(
      "The target of the reporter 'otlp' holds a ${…}, and 'coalmine run' has no project file that fills it in.",
    );
    expect(server.taken).toHaveLength(before);
  });

  it('has the references of its target filled in by the environment', async () => {
    const around = { stdout: { write: () => {} }, warn: () => {}, env: {}, cwd: '/' };
    server.behave({ answers: 200, body: '{}' });
    const reporters = await reportersFor(['otlp:${collector} x-key=of-otlp'], {
      place: 'watch',
      around,
      clock: systemClock(),
      clientOf: () => {
        throw new Error('no client is needed');
      },
      fill: async (text) => text.replace('${collector}', server.origin),
    });
    reporters.emit('onRunEnd', resultOf());
    await reporters.end();
    server.behave({ answers: 500 });

    expect(server.taken.at(-1)).toMatchObject({ url: '/v1/traces', headers: { 'x-key': 'of-otlp' } });
  });
});

describe('the reporter of GitHub Actions', () => {
  it('appends to the summary that the job names, next to the console, and annotates on standard error', async () => {
    const cwd = failing();
    const env = {
      GITHUB_STEP_SUMMARY: join(cwd, 'summary.md'),
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: cwd,
    };
    writeFileSync(env.GITHUB_STEP_SUMMARY, 'Before.\n\n');

    const { code, stdout, stderr } = await coalmine(['run', 'a.canary.yaml', '--reporter', 'github'], {
      cwd,
      env,
    });

    expect(code).toBe(1);
    expect(stdout).toContain('1 canary: 1 failed');
    expect(stderr).toMatch(
      /^::error file=a\.canary\.yaml,line=4,col=5,title=a%3A [^\n]*::failed: status 500[^\n]*\n$/,
    );
    expect(readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8')).toMatch(
      /^Before\.\n\n<h3>1 canary: 1 failed<\/h3>\n\n<table>/,
    );
  });

  it('replaces a file that is named', async () => {
    const cwd = failing();
    writeFileSync(join(cwd, 'x.md'), 'Before.');

    await coalmine(['run', 'a.canary.yaml', '--reporter', 'github:x.md'], { cwd });

    expect(readFileSync(join(cwd, 'x.md'), 'utf8')).toMatch(/^<h3>/);
  });

  it('asks for a file if the environment names none', async () => {
    expect(
      await coalmine(['run', 'a.canary.yaml', '--reporter', 'github'], { cwd: failing() }),
    ).toMatchObject({
      code: 2,
      stderr:
        "The reporter 'github' writes to the file that GITHUB_STEP_SUMMARY names, and that variable is not set. Name a file: --reporter github:FILE.\n",
    });
  });
});
