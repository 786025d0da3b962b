import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { builtCommand } from '../../support/built.ts';
import { emptyFolder } from '../../support/command.ts';
import { sampleOf } from '../../support/effort.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** A device on which every write fails: no space left. */
const FULL = '/dev/full';

let server: Server;
let site = '';
let onAsked = (): void => {};
let child: ChildProcess | undefined;

beforeAll(async () => {
  server = createServer((_, response) => {
    response.end();
    onAsked();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => void child?.kill('SIGKILL'));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function folder(status = 200): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(
    join(cwd, 'canaries/a.canary.yaml'),
    `canary: a\nowner: b\nschedule: { every: 10s }\nalert: { to: [hook] }\nsteps:\n  - http: GET ${site}/a\n    response: { status: ${status} }\n`,
  );
  writeFileSync(
    join(cwd, 'coalmine.config.yaml'),
    'project: shop\nchannels:\n  hook: { webhook: "http://127.0.0.1:9/hook" }\n',
  );
  return cwd;
}

/** Runs a command; each stream is a full disk, a pipe whose reader is gone, or read. */
async function ended(
  argv: readonly string[],
  { cwd = folder(), out = 'read', err = 'read' }: { cwd?: string; out?: Loss; err?: Loss } = {},
) {
  const full = openSync(FULL, 'w');
  const at = (loss: Loss) => (loss === 'full' ? full : 'pipe');
  const [script, ...rest] =
    argv[0] === 'demo'
      ? [join(ROOT, 'examples/shop/start.mjs'), ...argv.slice(1)]
      : [builtCommand(), ...argv];
  child = spawn(process.execPath, [script, ...rest], { cwd, stdio: ['ignore', at(out), at(err)] });
  closeSync(full);
  if (out === 'closed') child.stdout?.destroy();
  if (err === 'closed') child.stderr?.destroy();
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

type Loss = 'full' | 'closed' | 'read';

describe('a command whose output cannot be written', () => {
  it.each([['--version'], ['list'], ['demo', '--help']])(
    'ends %s with 3 and a sentence, as its output was its purpose',
    async (...argv) => {
      const { code, said } = await ended(argv, { out: 'full' });

      expect(said).toContain('Standard output cannot be written, and its text is lost: ENOSPC');
      expect(said).not.toContain('    at ');
      expect(code).toBe(3);
    },
  );

  const READ = [['--version'], ['--help'], ['list'], ['validate'], ['schema'], ['demo', '--help']] as const;
  it.each(sampleOf(READ, 2))('ends %s in silence where the reader has seen enough', async (...argv) => {
    expect(await ended(argv, { out: 'closed' })).toEqual({ code: 0, said: '' });
  });

  it.each([
    { title: 'a fault of its arguments', argv: ['list', '--nonsense'], code: 2 },
    { title: 'a state that is not there', argv: ['history'], code: 2 },
    { title: 'a verdict', argv: ['run'], code: 1 },
  ])('keeps the exit code of $title', async ({ argv, code }) => {
    const cwd = folder(201);

    expect(await ended(argv, { cwd, out: 'full', err: 'full' })).toEqual({ code, said: '' });
    expect((await ended(argv, { cwd, out: 'closed', err: 'closed' })).code).toBe(code);
  });
});

describe('a watch whose output cannot be written', () => {
  it.each(['full', 'closed'] as const)(
    'goes on running canaries, and ends well: %s',
    async (loss) => {
      const ranOnce = Promise.withResolvers<void>();
      onAsked = ranOnce.resolve;
      const watching = ended(['watch'], { out: loss, err: loss });
      await ranOnce.promise;
      child?.kill('SIGTERM');

      expect((await watching).code).toBe(0);
    },
    60_000,
  );
});

describe('a crash', () => {
  it('ends with 3 and a request to report it, never as a failure of the system', async () => {
    const crash = `data:text/javascript,setTimeout(()=>{throw new Error('unexpected')},300)`;
    const cwd = folder();
    const spawned = spawn(process.execPath, ['--import', crash, builtCommand(), 'watch'], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = spawned;
    let said = '';
    spawned.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString()));

    const [code] = (await once(spawned, 'close')) as [number | null];

    expect(said).toContain('This is a fault of Coalmine itself, please report it:\nError: unexpected');
    expect(code).toBe(3);
  });
});
