import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { shownText } from '../pages/run/shown-text.ts';
import { coalmine, emptyFolder } from '../support/command.ts';

let server: Server;
let site: string;
let status = 200;
beforeAll(async () => {
  server = createServer((_, response) => response.writeHead(status).end('{"ok":true}'));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  status = 200;
});

function folder(...names: readonly string[]): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  for (const name of names)
    writeFileSync(
      join(cwd, 'canaries', `${name}.canary.yaml`),
      `canary: ${name}\nowner: test\nsteps:\n  - name: The site answers\n    http: GET ${site}/\n    response:\n      status: 200\n`,
    );
  writeFileSync(join(cwd, 'coalmine.config.yaml'), 'project: shop\n');
  return cwd;
}

describe('the page of a run', () => {
  it('shows since when the canary fails, and what differs from the last pass', async () => {
    const cwd = folder('site');
    await coalmine(['run'], { cwd });
    status = 500;
    await coalmine(['run'], { cwd });
    const { code } = await coalmine(['run', '--reporter', 'html:out/run.html'], { cwd });
    const text = shownText(readFileSync(join(cwd, 'out/run.html'), 'utf8'));

    expect(code).toBe(1);
    expect(text).toMatch(/^Failed site\n/);
    expect(text).toContain('Expected | status number 200');
    expect(text).toContain('Found | number 500');
    expect(text).toMatch(/Since \| .* UTC \(2 runs failed; last pass .* earlier/);
    expect(text).toContain('The site answers | status | 200 | 500');
  });

  it('is one file for several runs', async () => {
    const cwd = folder('a', 'b');
    await coalmine(['run', '--reporter', 'html:run.html'], { cwd });

    expect(shownText(readFileSync(join(cwd, 'run.html'), 'utf8'))).toMatch(/^2 passed\nPassed a\nPassed b\n/);
  });

  it('is shown of a kept run, in a file or on standard output', async () => {
    const cwd = folder('site');
    const { stdout } = await coalmine(['run', '--reporter', 'json'], { cwd });
    const [run] = (JSON.parse(stdout) as { readonly runs: readonly { readonly runId: string }[] }).runs;
    const printed = await coalmine(['show', String(run?.runId), '--html'], { cwd });
    const written = await coalmine(['show', String(run?.runId), '--html', 'pages/run.html'], { cwd });

    expect(shownText(printed.stdout)).toMatch(/^Passed site\n/);
    expect(written).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(cwd, 'pages/run.html'), 'utf8')).toBe(printed.stdout);
  });

  it('is refused together with another format, and in a place that cannot be written', async () => {
    const cwd = folder('site');
    const { stdout } = await coalmine(['run', '--reporter', 'json'], { cwd });
    const [run] = (JSON.parse(stdout) as { readonly runs: readonly { readonly runId: string }[] }).runs;
    const id = String(run?.runId);
    const both = await coalmine(['show', id, '--html', '--format', 'json'], { cwd });
    const nowhere = await coalmine(['show', id, '--html', 'canaries'], { cwd });

    expect([both.code, nowhere.code]).toEqual([2, 2]);
    expect(both.stderr).toContain("'--html [file]' cannot be used with option '--format <format>'");
    expect(nowhere.stderr).toContain('cannot be written');
  });
});
