import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { builtCommand } from '../../support/built.ts';
import { emptyFolder } from '../../support/command.ts';

let server: Server;
let asked: (string | undefined)[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a run whose reader closes the pipe, as `head` does', () => {
  it.each([
    { status: 200, code: 0 },
    { status: 201, code: 1 },
  ])('still cleans up, and its exit code is that of the verdict: $code', async ({ status, code }) => {
    const cwd = emptyFolder();
    const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    asked = [];
    mkdirSync(join(cwd, 'canaries'));
    writeFileSync(
      join(cwd, 'canaries/a.canary.yaml'),
      `canary: a\nowner: b\nsteps:\n  - http: GET ${site}/a\n    response: { status: ${status} }\ncleanup:\n  - http: GET ${site}/cleanup\n`,
    );
    const child = spawn(process.execPath, [builtCommand(), 'run'], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
    child.stdout.destroy();

    const [exitCode] = (await once(child, 'exit')) as [number];

    expect(lines.join('')).not.toContain('EPIPE');
    expect({ exitCode, asked }).toEqual({ exitCode: code, asked: ['/a', '/cleanup'] });
  });
});
