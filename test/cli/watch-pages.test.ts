import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Interruption } from '../../runner/cli/setup/io.ts';
import { coalmine, emptyFolder } from '../support/command.ts';

const TOKEN = 'a token that is long enough';

/** A project with one canary, whose next slot is far away. */
function project(): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  const canary =
    'canary: orders\nowner: team\nschedule: { every: 24h }\nsteps:\n  - http: GET https://shop.example/\n';
  writeFileSync(join(cwd, 'canaries/orders.canary.yaml'), canary);
  writeFileSync(join(cwd, 'canaries/coalmine.config.yaml'), 'project: shop\n');
  return cwd;
}

/** Watches with some options, and works with the URL of the pages before it ends as Ctrl-C does. */
async function watching(
  options: readonly string[],
  work: (url: string) => Promise<void> = async () => {},
  env: Readonly<Record<string, string>> = {},
) {
  let stdout = '';
  let stages: readonly Interruption[] = [];
  const ended = coalmine(['watch', ...options], {
    cwd: project(),
    env,
    stdout: { write: (text) => void (stdout += text) },
    onInterrupt: (...given) => {
      stages = given;
      return () => {};
    },
  });
  const over = ended.then(() => true);
  const pause = async (): Promise<false> => new Promise((done) => setTimeout(() => done(false), 20));
  while (!stdout.includes('watching 1 canary') && !(await Promise.race([over, pause()])));
  const [, url] = /^Pages are at (\S+)/m.exec(stdout) ?? [];
  if (url !== undefined) await work(url.replace(/,$/, ''));
  stages[0]?.act();
  const { code, stderr } = await ended;
  return { code, stderr, url, stdout };
}

describe('watch --pages', () => {
  it('serves the fleet on this machine, and ends with the watch', async () => {
    let page = '';
    const { code, url = '' } = await watching(['--pages', '0'], async (at) => {
      page = await (await fetch(at)).text();
      expect((await fetch(`${at}incidents/orders@1a2b3c4d.target1.html`)).status).toBe(404);
      expect((await fetch(`${at}incidents/@runner-state@1a2b3c4d.observer1.html`)).status).toBe(404);
    });

    expect(code).toBe(0);
    expect(page).toContain('<title>shop · default</title>');
    expect(page).toContain('orders');
    await expect(fetch(url)).rejects.toThrow();
  });

  it('asks others for the token that a reference or the variable holds', async () => {
    const env = { COALMINE_PAGES_TOKEN: TOKEN, OTHER: `${TOKEN}!` };
    const statuses: number[] = [];
    const askAll = async (at: string): Promise<void> => {
      const own = at.replace('0.0.0.0', '127.0.0.1');
      for (const token of [TOKEN, `${TOKEN}!`, 'other'])
        statuses.push((await fetch(own, { headers: { authorization: `Bearer ${token}` } })).status);
    };
    await watching(['--pages', '0.0.0.0:0', '--pages-url', 'https://pages.example/'], askAll, env);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference
    await watching(['--pages', '0', '--pages-token', '${env:OTHER}'], askAll, env);

    expect(statuses).toEqual([200, 401, 401, 401, 200, 401]);
  });

  it.each([
    { options: ['--pages', '0.0.0.0:0'], why: 'Others can reach 0.0.0.0, so the pages need a token' },
    { options: ['--pages', '0', '--pages-token', TOKEN], why: '--pages-token takes a reference' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a reference
    { options: ['--pages', '0', '--pages-token', '${env:SHORT}'], why: 'too short to be safe' },
    { options: ['--pages', 'a b'], why: "'a b' is no address for pages" },
    { options: ['--pages', '0', '--pages-url', 'pages.example'], why: "'pages.example' is no URL of pages" },
    { options: ['--pages-url', 'https://pages.example'], why: 'No pages are served' },
  ])('refuses $options', async ({ options, why }) => {
    const { code, stderr } = await watching(options, undefined, { SHORT: 'short' });

    expect(stderr.replace(/\s+/g, ' ')).toContain(why);
    expect(code).toBe(2);
  });
});
