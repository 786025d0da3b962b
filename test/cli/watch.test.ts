import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import type { Interruption } from '../../runner/cli/setup/io.ts';
import { entryOf } from '../adapters/cleanup-contract.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { actStep, runIdOf } from '../support/run/builders.ts';

let server: Server;
let url = '';
let status = 200;
let posts: { readonly path: string; readonly body: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (request.method === 'POST') posts.push({ path: request.url ?? '', body });
      response.writeHead(request.method === 'GET' ? status : 200).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  status = 200;
  posts = [];
});

/** A project of two canaries, whose next slots are due at once. */
async function project(more = ''): Promise<string> {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  const canary = (name: string) =>
    `canary: ${name}\nowner: team\ntags: [${name}-tag]\nschedule: { every: 1m }\nalert: { after: 1, to: [hook] }\nsteps:\n  - http: GET ${url}/\n`;
  for (const name of ['orders', 'returns'])
    writeFileSync(join(cwd, `canaries/${name}.canary.yaml`), canary(name));
  writeFileSync(
    join(cwd, 'canaries/coalmine.config.yaml'),
    `project: shop\nchannels:\n  hook: { webhook: "${url}/hook" }\n${more}`,
  );
  const store = openState(cwd, true);
  for (const name of ['orders', 'returns'])
    await store.runs.advance({ canary: name, toMs: systemClock().nowMs() - 60_000 });
  await store.close();
  return cwd;
}

function openState(cwd: string, create = false) {
  const path = join(cwd, 'canaries/.coalmine/state.sqlite');
  return sqliteStore({ path, project: 'shop', environment: 'default', create }, { clock: systemClock() });
}

/** Watches until something was printed or posted, then ends it as Ctrl-C does. */
async function watchUntil(cwd: string, seen: (stdout: string) => boolean, ...options: readonly string[]) {
  let stdout = '';
  let stages: readonly Interruption[] = [];
  const watching = coalmine(['watch', ...options], {
    cwd,
    stdout: { write: (text) => void (stdout += text) },
    onInterrupt: (...given) => {
      stages = given;
      return () => {};
    },
  });
  const ended = watching.then(() => true);
  while (!seen(stdout) && !(await Promise.race([ended, pause(20)])));
  stages[0]?.act();
  const { code, stderr } = await watching;
  return { code, stdout, stderr };
}

function pause(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms));
}

describe('watch', () => {
  it('runs due slots, keeps the results, sends a heartbeat, and ends at a signal', async () => {
    const cwd = await project();
    writeFileSync(
      join(cwd, 'canaries/by-hand.canary.yaml'),
      `canary: by-hand\nowner: team\nsteps:\n  - http: GET ${url}/\n`,
    );

    const { code, stdout, stderr } = await watchUntil(
      cwd,
      (printed) => (printed.match(/passed/g) ?? []).length >= 2 && posts.length > 0,
      '--heartbeat',
      `${url}/beat`,
    );

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/watching 2 canaries of shop in default; state in\s+.*state\.sqlite$/m);
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ✓ orders passed after .* run [0-9a-f]{12}$/m);
    expect(stdout).toMatch(/^ {2}next: (?:orders|returns) \S*\d\d:\d\d:\d\dZ, (?:orders|returns) \S+Z$/m);
    expect(stdout).toContain("  without a schedule, so only 'coalmine run' runs them: by-hand\n");
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(posts.map(({ path }) => path)).toEqual(['/beat']);
    const history = await coalmine(['history'], { cwd });
    expect(history.stdout).toMatch(/orders +passed/);
  });

  it('removes what a dead run left, and prints that; also what it could not remove', async () => {
    const cwd = await project();
    const store = openState(cwd);
    const undo = (name: string) =>
      actStep(name, { kind: 'http', input: { request: `DELETE ${url}/${name}` } });
    const steps = [{ ...undo('undo'), input: { request: `DELETE ${url}/\${run.id}` } }];
    await store.cleanups.save(entryOf({ canary: 'orders', steps, dueAtMs: 1 }), 0);
    await store.cleanups.save(
      entryOf({ runId: runIdOf(2), canary: 'orders', steps: [undo('x')], dueAtMs: 2 }),
      0,
    );
    await store.close();

    const { code, stdout: printedLines } = await watchUntil(cwd, (printed) =>
      printed.includes('could not sweep'),
    );
    const stdout = printedLines.replace(/\n {2,}/g, ' ');

    expect(code).toBe(0);
    expect(stdout).toContain(`swept what the run ${runIdOf(1)} of orders left`);
    expect(stdout).toContain(
      `could not sweep all of what the run ${runIdOf(2)} of orders left: x: not done:`,
    );
  });

  it('notifies of a failure, and not if it is muted', async () => {
    const cwd = await project();
    status = 500;
    await coalmine(['mute', 'tag:returns-tag', '--for', '1h', '--reason', 'release'], { cwd });

    const { stdout } = await watchUntil(
      cwd,
      (printed) => (printed.match(/failed after/g) ?? []).length === 2 && posts.length === 1,
    );

    expect(stdout).toContain('status 500');
    expect(posts.map(({ body }) => (JSON.parse(body) as { title: string }).title)).toEqual([
      'orders is failing in default, and has never passed yet',
    ]);
    const why = await coalmine(['explain', 'returns', '--alert'], { cwd });
    expect(why.stdout).toMatch(/anna@laptop muted it until .* \(release\)/);

    const { stdout: unmuted } = await coalmine(['unmute', 'returns'], { cwd });
    expect(unmuted).toContain(
      'returns is not muted any more; notices that were held back, if any, are sent now',
    );
    expect(posts).toHaveLength(2);
  });

  it('prints the notices of canaries without a channel', async () => {
    const cwd = await project();
    const path = join(cwd, 'canaries/orders.canary.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace(', to: [hook]', ''));
    status = 500;

    const { stdout, stderr } = await watchUntil(cwd, (printed) => printed.includes('Next steps:'));

    expect(stderr).toContain('warning: a scheduled canary without a channel');
    expect(stdout).toMatch(/^\S+Z orders is failing in default, and has never passed yet\n\n {2}“/m);
    expect(stdout).toContain('\n  Next steps:\n  - ');
  });

  it('does not run what is paused', async () => {
    const cwd = await project();
    await coalmine(['pause', 'orders', '--reason', 'moving house'], { cwd });

    const { stdout } = await watchUntil(cwd, (printed) => printed.includes('returns passed'));

    expect(stdout).not.toContain('orders passed');
    const history = await coalmine(['history', '--canary', 'orders'], { cwd });
    expect(history.stdout).toContain('anna@laptop paused the canary: moving house');
    expect((await coalmine(['resume', 'orders'], { cwd })).stdout).toContain('orders runs again');
  });

  it.each([
    {
      what: 'an odd heartbeat',
      options: ['--heartbeat', 'nowhere'],
      says: 'cannot be called as a heartbeat',
    },
    {
      what: 'a state that is none',
      options: ['--state', 'canaries/coalmine.config.yaml'],
      says: 'is not a state file',
    },
    {
      what: 'two places for state',
      options: ['--state', 'a', '--table', 'b'],
      says: 'State is kept in one place',
    },
  ])('refuses $what', async ({ options, says }) => {
    const { code, stderr } = await coalmine(['watch', ...options], { cwd: await project() });

    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });

  it('refuses a fleet that has all but vanished, unless that is meant', async () => {
    const cwd = await project();
    await watchUntil(cwd, (printed) => (printed.match(/passed/g) ?? []).length === 2);
    for (const name of ['orders', 'returns']) {
      const file = join(cwd, `canaries/${name}.canary.yaml`);
      writeFileSync(
        file,
        `canary: other-${name}\nowner: team\nschedule: { every: 1m }\nalert: { to: [hook] }\nsteps:\n  - http: GET ${url}/\n`,
      );
    }

    const { code, stderr } = await coalmine(['watch'], { cwd });

    expect(code).toBe(2);
    expect(stderr).toContain('2 of 2 canaries are gone (orders, returns). Nothing was changed.');
    expect((await watchUntil(cwd, (printed) => printed.includes('watching 2'), '--allow-shrink')).code).toBe(
      0,
    );
  });
});

describe('the figures of a watch', () => {
  it('can be read by Prometheus', async () => {
    const cwd = await project();
    let page = '';

    const { stdout } = await watchUntil(
      cwd,
      (printed) => {
        const at = /read at (\S+)/.exec(printed)?.[1];
        if (at !== undefined)
          void fetch(at).then(
            async (answer) => (page = await answer.text()),
            () => {},
          );
        return page.includes('coalmine_success_ratio') && page.includes('coalmine_heartbeats_total');
      },
      '--reporter',
      'prometheus:0',
    );

    expect(stdout).toMatch(/Prometheus can read at http:\/\/127\.0\.0\.1:\d+\/metrics/);
    expect(page).toContain('coalmine_success_ratio{canary="orders"} 1');
    expect(page).toContain('coalmine_heartbeats_total{runner="laptop"} 1');
    expect(page).toMatch(/^coalmine_event_loop_delay_seconds\{runner="laptop"\} [\d.]+$/m);
  });

  it('go to CloudWatch where that is asked for, and what keeps them from it ends nothing', async () => {
    const cwd = await project();
    const env = { AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1' };

    const { code, stderr } = await coalmine(['run', '--reporter', 'console', '--reporter', 'cloudwatch'], {
      cwd,
      env,
    });

    expect(code).toBe(0);
    expect(stderr + JSON.stringify(posts)).toMatch(/reporter 'cloudwatch' failed|SuccessPercent/);
  });

  it('cannot be read where that is no place', async () => {
    const { code, stderr } = await coalmine(['watch', '--reporter', 'prometheus:nowhere'], {
      cwd: await project(),
    });

    expect(code).toBe(2);
    expect(stderr).toContain("'nowhere' is no place for Prometheus to read");
  });
});

/** Two windows that cover every moment together. */
const ALWAYS = `maintenance:\n${[0, 30].map((minute) => `  - { cron: "${minute} * * * *", timezone: UTC, for: 45m, reason: always }\n`).join('')}`;

describe('mute, pause, ack and explain --alert', () => {
  it.each([
    ['mute', 'all', '--reason', 'x'],
    ['unmute', 'all'],
    ['pause', 'all', '--reason', 'x'],
    ['resume', 'all'],
    ['ack', 'all'],
    ['explain', '--alert'],
  ])('%s on a state that does not exist is refused', async (...argv) => {
    const cwd = await project();

    const { code, stdout, stderr } = await coalmine([...argv, '--state', 'none.sqlite'], { cwd });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('There is no state file');
    expect(existsSync(join(cwd, 'none.sqlite'))).toBe(false);
  });

  it.each([
    { argv: ['unmute', 'orders'], says: 'orders was not muted\n' },
    { argv: ['resume', 'orders'], says: 'orders was not paused; it runs by its schedule\n' },
    { argv: ['ack', 'orders'], says: 'orders has no open incident, so there is nothing to acknowledge\n' },
  ])('$argv does not claim what it did not do', async ({ argv, says }) => {
    expect(await coalmine(argv, { cwd: await project() })).toMatchObject({ code: 0, stdout: says });
  });

  it.each([
    ['mute', 'all', '--reason', 'x'],
    ['unmute', 'all'],
    ['pause', 'all', '--reason', 'x'],
    ['resume', 'all'],
    ['ack', 'all'],
    ['explain', 'all', '--alert'],
    ['explain', '--alert'],
  ])('%s %s is refused if no canary has a schedule', async (...argv) => {
    const cwd = await project();
    for (const name of ['orders', 'returns']) {
      const path = join(cwd, `canaries/${name}.canary.yaml`);
      writeFileSync(
        path,
        readFileSync(path, 'utf8')
          .replace(/^schedule.*\n/m, '')
          .replace(/^alert.*\n/m, ''),
      );
    }

    const { code, stdout, stderr } = await coalmine(argv, { cwd });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("No canary with a schedule is meant by 'all'.");
  });

  it('does not claim to send notices now that a maintenance window or a mute holds back', async () => {
    const cwd = await project(ALWAYS);
    const act = async (...argv: readonly string[]) => (await coalmine(argv, { cwd })).stdout;
    await act('mute', 'orders', '--for', '1h', '--reason', 'x');
    await act('pause', 'orders', '--reason', 'x');

    expect(await act('resume', 'orders')).toMatch(
      /^orders runs again from its next slot on; it is muted until .* UTC\n$/,
    );
    expect(await act('unmute', 'orders')).toMatch(
      /^orders is not muted any more; a maintenance window holds its notices back until .* UTC\n$/,
    );
    await act('pause', 'orders', '--reason', 'x');
    expect(await act('resume', 'orders')).toMatch(
      /^orders runs again from its next slot on; a maintenance window holds its notices back until .* UTC\n$/,
    );
  });

  it('says of a mute that is over that there is none', async () => {
    const cwd = await project();
    await coalmine(['mute', 'orders', '--for', '1ms', '--reason', 'x'], { cwd });

    expect((await coalmine(['unmute', 'orders'], { cwd })).stdout).toBe('orders was not muted\n');
  });

  it('says of a paused canary that it is paused, if it is paused again or muted', async () => {
    const cwd = await project();
    await coalmine(['pause', 'orders', '--reason', 'first'], { cwd });

    const again = await coalmine(['pause', 'orders', '--reason', 'second'], { cwd });
    const muted = await coalmine(['mute', 'orders', '--for', '1h', '--reason', 'x'], { cwd });

    expect(again.stdout).toBe('orders was paused already, by anna@laptop: first\n');
    expect(muted.stdout).toMatch(/^orders is muted until .*; it is paused, too\n$/);
  });

  it.each([
    { argv: ['mute', 'ordrs', '--reason', 'x'], says: "Did you mean 'orders'?" },
    { argv: ['mute', 'tag:none', '--reason', 'x'], says: "No canary with a schedule has the tag 'none'" },
    { argv: ['mute', 'orders', 'tag:none', '--reason', 'x'], says: "has the tag 'none'" },
    { argv: ['mute', 'orders', '--reason', ' '], says: 'The reason is empty' },
    { argv: ['pause', 'orders', '--reason', ''], says: 'The reason is empty' },
    { argv: ['mute', 'all', '--for', '2d', '--reason', 'x'], says: 'write up to' },
    { argv: ['mute', 'all'], says: '--reason' },
    { argv: ['ack', 'all', '--for', 'long'], says: "'long' is no time to be quiet" },
  ])('$argv is refused', async ({ argv, says }) => {
    const { code, stderr } = await coalmine(argv, { cwd: await project() });

    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });

  it('says why no channel was notified', async () => {
    const cwd = await project(ALWAYS);
    await coalmine(['ack', 'orders', '--for', '1h'], { cwd });

    const { stdout, code } = await coalmine(['explain', '--alert'], { cwd });

    expect(code).toBe(0);
    expect(stdout).toContain('returns\n  Nothing is known of it yet: no run of its schedule has ended.');
  });

  it('names the window that keeps everything back', async () => {
    const cwd = await project(ALWAYS);
    status = 500;
    await watchUntil(cwd, (printed) => (printed.match(/failed after/g) ?? []).length === 2);

    const { stdout } = await coalmine(['explain', 'orders', '--alert'], { cwd });

    expect(posts).toEqual([]);
    expect(stdout).toContain('A maintenance window mutes it until');
  });
});
