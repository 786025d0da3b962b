import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tarball } from '../../../scripts/packages/tarballs.ts';
import { packedTarballs } from './setup/packed.ts';
import { type Act, actsOf } from './setup/page.ts';
import { type Ended, emptyProject, type Project } from './setup/project.ts';
import { type Registry, startRegistry } from './setup/registry.ts';

/** The page that a new user reads, and nothing else. */
const PAGE = 'docs/guide/install.md';
const MOST_COMMANDS = 8;
const MOST_LINES = 25;

const ACTS: readonly Act[] = actsOf(PAGE);

/** The user's own service, and the webhook of the team. */
interface Surroundings {
  /** The service does not process orders while it is broken. */
  broken: boolean;
  readonly notices: { readonly kind: string }[];
  readonly servers: readonly Server[];
  /** Addresses of the page, with those of this test. */
  readonly addresses: Readonly<Record<string, string>>;
}

let surroundings: Surroundings;
let tarballs: readonly Tarball[];
let registry: Registry;
let user: Project;

beforeAll(async () => {
  tarballs = packedTarballs();
  registry = await startRegistry(tarballs);
  surroundings = await startSurroundings();
  user = emptyProject('npm', registry.url);
  for (const { name, path } of tarballs)
    if (name === 'coalmine') copyFileSync(path, join(user.folder, basename(path)));
});
afterAll(async () => {
  for (const server of surroundings.servers) server.close();
  for (const server of surroundings.servers) server.closeAllConnections();
  await registry.close();
});

async function startSurroundings(): Promise<Surroundings> {
  const service = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.statusCode = request.method === 'POST' ? 201 : 200;
    response.end(JSON.stringify({ orderId: 'ord_1', status: surroundings.broken ? 'NEW' : 'PLACED' }));
  });
  const webhook = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => void (body += chunk.toString()));
    request.on('end', () => {
      surroundings.notices.push(JSON.parse(body) as { kind: string });
      response.end();
    });
  });
  const servers = [service, webhook];
  const [api = '', hook = ''] = await Promise.all(servers.map(addressOf));
  const addresses = { 'http://127.0.0.1:3000': api, 'http://127.0.0.1:3001': hook };
  return { broken: false, notices: [], servers, addresses };
}

async function addressOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Writes the files that stand before a command, and then runs it: the first one that begins so. */
async function followTo(start: string, meanwhile?: Parameters<Project['run']>[1]): Promise<Ended> {
  const at = ACTS.findIndex((act) => 'command' in act && act.command.startsWith(start));
  if (at === -1) throw new Error(`${PAGE} has no command that begins with '${start}'.`);
  for (const act of ACTS.slice(0, at)) if ('path' in act) user.write({ [act.path]: withAddresses(act.text) });
  const { command } = ACTS[at] as { readonly command: string };
  return user.run(command.split(' '), meanwhile);
}

function withAddresses(text: string): string {
  return Object.entries(surroundings.addresses).reduce(
    (whole, [page, here]) => whole.replaceAll(page, here),
    text,
  );
}

describe('a new user with the page for them', () => {
  it(`types ${MOST_COMMANDS} commands at most, and writes ${MOST_LINES} lines at most`, () => {
    const commands = ACTS.filter((act) => 'command' in act);
    const lines = ACTS.flatMap((act) => ('path' in act ? act.text.trim().split('\n') : []));

    expect(commands.length + 1).toBeLessThanOrEqual(MOST_COMMANDS); // `run` a second time, by the broken service
    expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
  });

  it('installs the packed package into an empty folder', async () => {
    expect(await followTo('npm install')).toMatchObject({ code: 0 });
  });

  it('gets a project', async () => {
    expect(await followTo('npx coalmine init')).toMatchObject({ code: 0, stderr: '' });
  });

  it('writes a canary for the own service, which is valid', async () => {
    expect(await followTo('npx coalmine validate')).toMatchObject({ code: 0, stderr: '' });
  });

  it('sees a green run', async () => {
    expect(await followTo('npx coalmine run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('✓ order-can-be-read-back  passed'),
    });
  });

  it('sees a red run after the service broke, with the expected and the actual value', async () => {
    surroundings.broken = true;

    expect(await followTo('npx coalmine run')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /✗ order-can-be-read-back {2}failed[^]*expected {2}text "PLACED"\s+actual {4}text "NEW"/,
      ),
    });
  });

  it('gets a notice on the own webhook, first as a test', async () => {
    expect(await followTo('npx coalmine alert test')).toMatchObject({ code: 0 });
    expect(surroundings.notices.length).toBeGreaterThan(0);

    surroundings.notices.length = 0;
    const watched = await followTo('npx coalmine watch', ({ process: watch, interrupt }) => {
      const look = setInterval(() => {
        if (surroundings.notices.length === 0) return;
        clearInterval(look);
        interrupt();
      }, 100);
      watch.on('close', () => clearInterval(look));
    });

    expect(watched.stdout).toContain('order-can-be-read-back');
    expect(surroundings.notices).toEqual([
      expect.objectContaining({ kind: 'opened', title: 'order-can-be-read-back is failing in local' }),
    ]);
  });

  it('has a stack that can be deployed', async () => {
    expect(await followTo('npx coalmine build')).toMatchObject({ code: 0 });
    expect(readFileSync(join(user.folder, 'stack/template.yaml'), 'utf8')).toContain('TickFunction:');
    expect(existsSync(join(user.folder, 'stack/functions'))).toBe(true);
  });
});
