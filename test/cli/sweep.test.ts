import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import type { CleanupEntry } from '../../runner/core/cleanup/pending-cleanups.ts';
import { entryOf } from '../adapters/cleanup-contract.ts';
import { builtCommand } from '../support/built.ts';
import { coalmine, emptyFolder } from '../support/command.ts';
import { actStep, runIdOf } from '../support/run/builders.ts';

let server: Server;
let site: string;
/** The existing things: orders by their ids, and a thing of another owner. */
let things: Set<string>;
/** Called when an order has been placed, which is when a run is in the middle of it. */
let placed: () => void;
let refuses: boolean;

beforeEach(async () => {
  things = new Set(['/of-others']);
  placed = () => {};
  refuses = false;
  server = createServer((request, response) => {
    const path = request.url ?? '';
    if (request.method === 'PUT') things.add(path);
    if (request.method === 'POST') things.add('/ord_1');
    const found = request.method !== 'DELETE' || (!refuses && things.delete(path));
    if (request.method === 'GET') return placed(); // and never answers
    response.writeHead(refuses ? 409 : found ? 200 : 404, { 'content-type': 'application/json' });
    return response.end('{"id":"ord_1"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A folder with a canary that makes two things, then waits, and cleans up at its end. */
function folder(waits = true): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  const wait = waits ? `  - http: GET ${site}/wait\n    timeout: 60s\n` : '';
  writeFileSync(
    join(cwd, 'canaries/orders.canary.yaml'),
    `canary: orders
owner: team
steps:
  - http: PUT ${site}/note-\${run.shortId}
  - http: POST ${site}/orders
    save: { orderId: response.body.id }
${wait}cleanup:
  - name: Cancel the order
    http: DELETE ${site}/\${orderId}
  - name: Tear up the note
    http: DELETE ${site}/note-\${run.shortId}
`,
  );
  writeFileSync(join(cwd, 'coalmine.config.yaml'), 'project: shop\n');
  return cwd;
}

const STATE = '.coalmine/state.sqlite';

function openState(cwd: string) {
  const at = { path: join(cwd, STATE), project: 'shop', environment: 'default', create: true };
  return sqliteStore(at, { clock: systemClock() });
}

/** As if runs had left these. */
async function note(cwd: string, ...entries: readonly Partial<CleanupEntry>[]): Promise<void> {
  const store = openState(cwd);
  const steps = [actStep('Undo', { kind: 'http', input: { request: `DELETE ${site}/\${run.id}` } })];
  for (const more of entries)
    await store.cleanups.save(entryOf({ steps, startedAtMs: Date.now() - 3_600_000, ...more }), 0);
  await store.close();
}

async function left(cwd: string): Promise<readonly CleanupEntry[]> {
  const store = openState(cwd);
  const entries = await store.cleanups.due({ byMs: Number.MAX_SAFE_INTEGER, most: 9 });
  await store.close();
  return entries;
}

/** Runs the canary in a process of its own, and kills it in the middle. */
async function killedRun(cwd: string): Promise<void> {
  const { promise: inTheMiddle, resolve } = Promise.withResolvers<void>();
  placed = resolve;
  const child = spawn(process.execPath, [builtCommand(), 'run'], { cwd, stdio: 'ignore' });
  await inTheMiddle;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function sweepNow(cwd: string, ...options: readonly string[]) {
  return once(
    spawn(process.execPath, [builtCommand(), 'sweep', ...options], { cwd, stdio: 'inherit' }),
    'exit',
  );
}

describe('a run that is killed', () => {
  it('leaves resources that the next sweep removes, and none of others', async () => {
    const cwd = folder();
    await killedRun(cwd);
    expect(things.size).toBe(3);

    const [code] = (await sweepNow(cwd)) as [number];

    expect(code).toBe(0);
    expect([...things]).toEqual(['/of-others']);
    expect(await left(cwd)).toEqual([]);
  });

  it('leaves resources that the next run removes when it has ended', async () => {
    const cwd = folder();
    await killedRun(cwd);
    writeFileSync(
      join(cwd, 'canaries/orders.canary.yaml'),
      `canary: another\nowner: team\nsteps:\n  - http: PUT ${site}/of-others\n`,
    );

    const child = spawn(process.execPath, [builtCommand(), 'run'], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];

    expect(code).toBe(0);
    expect(stderr).toContain('Left by an earlier run that was killed:\n✓ orders');
    expect([...things]).toEqual(['/of-others']);
  });
});

describe('sweep', () => {
  it('has nothing to do where nothing is left, and cannot say so without a state', async () => {
    const cwd = folder(false);
    const before = await coalmine(['sweep'], { cwd });
    expect(existsSync(join(cwd, STATE))).toBe(false);
    const { code } = await coalmine(['run'], { cwd });
    const after = await coalmine(['sweep', 'canaries'], { cwd });

    expect([before.code, code, after.code]).toEqual([2, 0, 0]);
    expect(before.stderr).toContain('There is no state file');
    expect(after.stdout).toBe('Nothing is left behind.\n');
    expect(existsSync(join(cwd, STATE))).toBe(true);
  });

  it('prints what it removed and of which run, and what it could not remove, and then its exit code is 1', async () => {
    const cwd = folder();
    things.add(`/${runIdOf(1)}`);
    await note(cwd, { dueAtMs: 1 });
    const swept = await coalmine(['sweep'], { cwd });
    refuses = true;
    await note(cwd, { dueAtMs: 1, tries: 3 });
    const refused = await coalmine(['sweep'], { cwd });

    expect([swept.code, refused.code]).toEqual([0, 1]);
    expect(swept.stdout).toBe(`✓ orders   run ${runIdOf(1)}, begun 1 h ago\n    ✓ Undo\n`);
    expect(refused.stdout).toContain('✗ orders');
    expect(refused.stdout).toContain('✗ Undo   status 409');
    expect(await left(cwd)).toMatchObject([{ tries: 3, reason: expect.stringContaining('status 409') }]);
  });

  it('leaves what may be under way alone, and what another sweeps', async () => {
    const cwd = folder();
    const later = Date.now() + 60_000;
    await note(
      cwd,
      { dueAtMs: later, owner: { user: 'anna', host: 'elsewhere', pid: process.pid } },
      { runId: runIdOf(2), dueAtMs: later, owner: { user: 'anna', host: 'laptop', pid: process.pid } },
      { runId: runIdOf(3), dueAtMs: later, heldUntilMs: later, tries: 1 },
    );

    const { code, stdout } = await coalmine(['sweep'], { cwd });

    expect(code).toBe(0);
    expect(stdout.match(/may be under way until \d{4}-/g)).toHaveLength(3);
    expect(await left(cwd)).toHaveLength(3);
  });

  it('waits for late effects of a run that cleaned up, though its process has ended', async () => {
    const cwd = folder();
    const later = Date.now() + 60_000;
    await note(cwd, { dueAtMs: later, owner: { user: 'anna', host: 'laptop', pid: 999_999 }, late: true });

    const { code, stdout } = await coalmine(['sweep'], { cwd });

    expect(code).toBe(0);
    expect(stdout).toMatch(/was cleaned up; after \d{4}-\S+ it is cleaned up again, for late effects\n$/);
    expect(await left(cwd)).toHaveLength(1);
  });

  it('lists what it would do, and does nothing, with --dry-run', async () => {
    const cwd = folder();
    await note(
      cwd,
      { dueAtMs: 1, saves: { orderId: 'ord_1' } },
      { runId: runIdOf(2), dueAtMs: 2, tries: 1, reason: 'in use' },
      { runId: runIdOf(3), dueAtMs: 3, tries: 8, reason: 'in use' },
    );

    const { code, stdout } = await coalmine(['sweep', '--dry-run'], { cwd });

    expect(code).toBe(0);
    expect(stdout).toContain(
      `would sweep  orders   run ${runIdOf(1)}, begun 1 h ago\n    Undo (http)\n    with orderId = "ord_1"\n`,
    );
    expect(stdout).toContain('tried once: in use');
    expect(stdout).toContain('tried 8 times: in use');
    expect(await left(cwd)).toHaveLength(3);
  });

  it('says what it cannot find by name, once', async () => {
    const cwd = folder();
    const steps = [actStep('Undo', { kind: 'http', input: { request: `DELETE ${site}/\${id}` } })];
    await note(cwd, { dueAtMs: 1, awaited: ['id'], steps }, { runId: runIdOf(2), dueAtMs: 2, steps });

    const first = await coalmine(['sweep'], { cwd });
    const second = await coalmine(['sweep'], { cwd });

    expect([first.code, second.code]).toEqual([1, 0]);
    expect(first.stdout).toContain(`? Undo   the run died before it could note \${id}`);
    expect(first.stdout).toContain('- Undo   nothing to clean');
    expect(second.stdout).toBe('Nothing is left behind.\n');
  });

  it('says why an entry could not even be begun', async () => {
    const cwd = folder();
    const steps = [
      actStep('Undo', { kind: 'http', input: { request: `DELETE ${site}/\${run.id}\${env:GONE}` } }),
    ];
    await note(cwd, { dueAtMs: 1, steps });

    const { code, stdout } = await coalmine(['sweep'], { cwd });

    expect(code).toBe(1);
    expect(stdout).toContain('GONE');
  });

  it('takes a run off the list with --forget', async () => {
    const cwd = folder();
    await note(cwd, { dueAtMs: 1, tries: 8 });

    const forgotten = await coalmine(['sweep', '--forget', runIdOf(1).slice(0, 9)], { cwd });
    const unknown = await coalmine(['sweep', '--forget', runIdOf(1)], { cwd });

    expect([forgotten.code, unknown.code]).toEqual([0, 2]);
    expect(forgotten.stdout).toContain(`run ${runIdOf(1)} is off the list`);
    expect(unknown.stderr).toContain("'coalmine sweep --dry-run' lists those that have");
    expect(await left(cwd)).toEqual([]);
  });

  it('ends after the run that it is at when it is interrupted', async () => {
    const cwd = folder();
    await note(cwd, { dueAtMs: 1 }, { runId: runIdOf(2), dueAtMs: 2 });

    const { code } = await coalmine(['sweep'], {
      cwd,
      onInterrupt: ({ act } = { message: '', act: () => {} }) => {
        act();
        return () => {};
      },
    });

    expect(code).toBe(130);
    expect(await left(cwd)).toHaveLength(2);
  });

  it.each([
    {
      title: 'a state that is not there',
      options: ['--state', 'gone.sqlite'],
      says: 'There is no state file',
    },
    { title: 'an environment that is not there', options: ['--env', 'gone'], says: "no environment 'gone'" },
    { title: 'a run that is none', options: ['--forget', 'x', '--dry-run'], says: 'cannot be used with' },
  ])('refuses $title', async ({ options, says }) => {
    const { code, stderr } = await coalmine(['sweep', ...options], { cwd: folder() });

    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});

describe('run', () => {
  it('lists with --keep what it kept, and only a sweep by command removes it', async () => {
    const cwd = folder(false);
    await coalmine(['run', '--keep'], { cwd });
    await coalmine(['run'], { cwd });
    expect(things.size).toBe(2); // the second run had the same order

    const listed = await coalmine(['sweep', '--dry-run'], { cwd });
    expect(things.size).toBe(2);
    const swept = await coalmine(['sweep'], { cwd });

    expect(listed.stdout).toMatch(
      /^would sweep, kept by --keep {2}orders {3}run \w{32}, begun .* ago\n.*Cancel the order \(http\)\n.*\n.*with orderId = "ord_1"/,
    );
    expect(swept).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ Tear up the note') });
    expect([...things]).toEqual(['/of-others']);
  });

  it('runs all the same where a list cannot be kept', async () => {
    const cwd = folder(false);
    writeFileSync(join(cwd, '.coalmine'), 'not a folder');
    const { code, stderr } = await coalmine(['run'], { cwd });

    expect(code).toBe(0);
    expect(stderr).toContain('Results, and what runs may leave behind if they are killed, are not kept.');
  });
});
