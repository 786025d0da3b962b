import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  assertPassed,
  LoadError,
  loadCanaries,
  type RunOptions,
  type RunReporter,
  run,
  UsageError,
} from '../../runner/library/index.ts';
import { coalmine, emptyFolder } from '../support/command.ts';

let server: Server;
let site: string;
const taken: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    taken.push(`${request.method} ${request.url}`);
    if (request.url === '/hangs') return; // until its client leaves
    response.writeHead(Number(/status\/(\d+)/.exec(request.url ?? '')?.[1] ?? 200), {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify({ authorization: request.headers.authorization ?? null, path: request.url }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A folder with canaries, by the steps of each. */
function folderOf(canaries: Readonly<Record<string, string>>, project?: string): string {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  for (const [name, steps] of Object.entries(canaries))
    writeFileSync(
      join(cwd, 'canaries', `${name}.canary.yaml`),
      `canary: ${name}\nowner: team\ntags: [${name}]\nsteps:\n${steps}`,
    );
  if (project !== undefined) writeFileSync(join(cwd, 'coalmine.config.yaml'), project);
  return cwd;
}

const get = (path: string, more = ''): string => `  - http: GET ${site}${path}\n${more}`;
const STAGES = 'project: shop\nenvironments: { staging: {}, prod: {} }\n';

/** Options that fail a test on a warning. */
const quiet = (cwd: string, more: RunOptions = {}): RunOptions => ({
  cwd,
  variables: {},
  onWarning: (text) => {
    throw new Error(text);
  },
  ...more,
});

describe('run', () => {
  it('gives the frozen result of each canary, as the command does', async () => {
    const cwd = folderOf({ bad: get('/status/500'), good: get('/ok') });

    const results = await run(undefined, quiet(cwd));
    const printed = await coalmine(['run', '--reporter', 'json'], { cwd });

    const { runs } = JSON.parse(printed.stdout) as { runs: readonly { canary: string; verdict: string }[] };
    const facts = (all: typeof runs) => all.map(({ canary, verdict }) => [canary, verdict]);
    expect(facts(results)).toEqual([
      ['bad', 'failed'],
      ['good', 'passed'],
    ]);
    expect(facts(runs)).toEqual(facts(results));
    expect(Object.isFrozen(results) && Object.isFrozen(results[0]?.steps)).toBe(true);
  });

  it('of an empty list, such as a filter that matches nothing, runs nothing', async () => {
    const cwd = folderOf({ one: get('/1') });

    expect(await run([], quiet(cwd))).toEqual([]);
    expect(await loadCanaries([], quiet(cwd))).toEqual([]);
  });

  it('runs a canary once that is given twice', async () => {
    const cwd = folderOf({ one: get('/1') });
    const loaded = await loadCanaries(undefined, quiet(cwd));

    const results = await run([...loaded, ...loaded, 'canaries'], quiet(cwd));

    expect(results.map(({ canary }) => canary)).toEqual(['one']);
  });

  it('keeps its verdict if the receiver of warnings throws', async () => {
    const cwd = folderOf({ good: get('/ok') });
    const broken = (): void => {
      throw new Error('no');
    };

    const [result] = await run(undefined, {
      ...quiet(cwd),
      reporters: [{ name: 'mine', onRunEnd: broken }],
      onWarning: broken,
    });

    expect(result?.verdict).toBe('passed');
  });

  it('takes a path, several, and canaries that were loaded and chosen', async () => {
    const cwd = folderOf({ one: get('/1'), two: get('/2'), three: get('/3') });
    const names = async (...of: Parameters<typeof run>) => (await run(...of)).map(({ canary }) => canary);
    const loaded = await loadCanaries('canaries', quiet(cwd));

    expect(await names('canaries/two.canary.yaml', quiet(cwd))).toEqual(['two']);
    expect(await names(['canaries/two.canary.yaml', 'canaries/one.canary.yaml'], quiet(cwd))).toEqual([
      'one',
      'two',
    ]);
    expect(
      await names(
        loaded.filter(({ tags }) => tags.includes('three')),
        quiet(cwd),
      ),
    ).toEqual(['three']);
    expect(await names(undefined, quiet(cwd, { tags: ['two', 'three'] }))).toEqual(['three', 'two']);
    expect(loaded[0]).toMatchObject({ name: 'one', owner: 'team', file: 'canaries/one.canary.yaml' });
  });

  it('skips a canary that is not meant for the environment', async () => {
    const cwd = folderOf({ here: get('/here') }, STAGES);
    const only = join(cwd, 'canaries/here.canary.yaml');
    writeFileSync(only, `${readFileSync(only, 'utf8')}only: [prod]\n`);

    const [result] = await run(undefined, quiet(cwd, { env: 'staging' }));

    expect(result).toMatchObject({ verdict: 'skipped', environment: 'staging' });
  });

  it('leaves no trace of a call in the process', async () => {
    const before = { cwd: process.cwd(), env: { ...process.env }, handlers: process.eventNames().length };

    await run(undefined, quiet(folderOf({ good: get('/ok') })));

    expect({ cwd: process.cwd(), env: { ...process.env }, handlers: process.eventNames().length }).toEqual(
      before,
    );
  });

  it('keeps the variables and the secrets of two calls at once apart', async () => {
    const cwd = folderOf(
      {
        asks: `${get('/ok')}    headers: { authorization: "\${env:TOKEN}" }\n    response: { body: { authorization: none } }\n`,
      },
      'project: shop\nsecrets: [TOKEN]\n',
    );
    const asWith = async (token: string) => run(undefined, quiet(cwd, { variables: { TOKEN: token } }));
    const [first, second] = await Promise.all([asWith('first-secret-value'), asWith('second-secret-value')]);

    expect(JSON.stringify([first, second])).not.toMatch(/(first|second)-secret-value/);
    expect([first, second].map(([one]) => one?.verdict)).toEqual(['failed', 'failed']);
    expect(() => assertPassed(first)).toThrow('***');
  });

  it('masks secrets in warnings', async () => {
    const cwd = folderOf({ good: get('/ok') }, 'project: shop\nsecrets: [TOKEN]\n');
    const warnings: string[] = [];
    const onRunEnd = (): void => {
      throw new Error('cannot send with the-secret-token');
    };

    await run(undefined, {
      ...quiet(cwd),
      variables: { TOKEN: 'the-secret-token' },
      reporters: [{ name: 'mine', onRunEnd }],
      onWarning: (text) => void warnings.push(text),
    });

    expect(warnings).toEqual(["The reporter 'mine' failed; no verdict changes. cannot send with ***"]);
  });
});

describe('the reporters of a call', () => {
  it('are objects with methods, and names with a file', async () => {
    const cwd = folderOf({ good: get('/ok') });
    const events: string[] = [];
    const mine: RunReporter = {
      name: 'mine',
      onRunStart: ({ canary }) => void events.push(`start ${canary}`),
      onStepEnd: ({ step }) => void events.push(`step ${step.verdict}`),
      onRunEnd: ({ verdict }) => void events.push(`end ${verdict}`),
      onEnd: () => void events.push('over'),
    };

    await run(undefined, quiet(cwd, { reporters: [mine, 'junit:out/report.xml'] }));

    expect(events).toEqual(['start good', 'step passed', 'end passed', 'over']);
    expect(readFileSync(join(cwd, 'out/report.xml'), 'utf8')).toContain('<testsuite name="good"');
  });

  it.each([
    {
      reporters: ['json'],
      says: "would write on standard output, which belongs to this program. Give it a file: 'json:FILE'.",
    },
    { reporters: ['jsn:x'], says: "There is no reporter 'jsn'. Did you mean 'json'?" },
  ])('are refused: $reporters', async ({ reporters, says }) => {
    const call = run(undefined, quiet(folderOf({ good: get('/never') }), { reporters }));

    await expect(call).rejects.toThrow(says);
    expect(taken).not.toContain('GET /never');
  });
});

describe('an abort', () => {
  it('ends a run early, and its cleanup still runs', async () => {
    const cwd = folderOf({ slow: `${get('/hangs')}cleanup:\n  - http: DELETE ${site}/cleaned/\${run.id}\n` });
    const ending = new AbortController();
    const onStepStart = (): void => ending.abort();

    const results = await run(
      undefined,
      quiet(cwd, { signal: ending.signal, reporters: [{ name: 'stop', onStepStart }] }),
    );

    expect(results[0]).toMatchObject({
      verdict: 'error',
      blame: 'observer',
      reason: 'The run was interrupted by its signal.',
      interrupted: true,
    });
    expect(taken).toContain(`DELETE /cleaned/${results[0]?.runId}`);
  });

  it('of before the call lets nothing begin', async () => {
    const cwd = folderOf({ early: get('/early') });

    const [result] = await run(undefined, quiet(cwd, { signal: AbortSignal.abort() }));

    expect(result).toMatchObject({ verdict: 'error', interrupted: true });
    expect(taken).not.toContain('GET /early');
  });
});

describe('a state', () => {
  it('is made only if it is named, and keeps the results', async () => {
    const cwd = folderOf({ good: get('/ok') });

    await run(undefined, quiet(cwd));
    const none = await coalmine(['history'], { cwd });
    await run(undefined, quiet(cwd, { state: 'kept.sqlite' }));
    const kept = await coalmine(['history', '--state', 'kept.sqlite'], { cwd });

    expect(none.stderr).toContain('There is no state file');
    expect(kept.stdout).toMatch(/good .*passed/);
  });
});

describe('a call that cannot be made', () => {
  it('throws every fault of the files, with place and remedy, and runs nothing', async () => {
    const cwd = folderOf({ odd: '  - htp: GET https://x.example\n', good: get('/unreached') });

    const thrown: unknown = await run(undefined, quiet(cwd)).catch((error: unknown) => error);

    expect(thrown).toBeInstanceOf(LoadError);
    expect((thrown as LoadError).diagnostics).toMatchObject([
      {
        file: 'canaries/odd.canary.yaml',
        line: 5,
        column: 5,
        severity: 'error',
        hint: expect.stringMatching(/http/),
      },
    ]);
    expect((thrown as LoadError).message).toContain('1 error; nothing was run.');
    await expect(loadCanaries(undefined, quiet(cwd))).rejects.toBeInstanceOf(LoadError);
    expect(taken).not.toContain('GET /unreached');
  });

  const given: readonly (readonly [string, RunOptions, string])[] = [
    [
      'no environment of several',
      {},
      "There are several environments. Say which: env: 'staging' or env: 'prod'.",
    ],
    ['an unknown environment', { env: 'prd' }, "There is no environment 'prd'. Did you mean 'prod'?"],
    ['an unknown tag', { env: 'prod', tags: ['god'] }, "No canary has the tag 'god'. Did you mean 'good'?"],
    ['no concurrency', { env: 'prod', concurrency: 0 }, "'concurrency' is 0. Give a whole number from 1."],
    ['a seed that is no run id', { env: 'prod', seed: 'x' }, "'x' is not a run id"],
    ['two states', { env: 'prod', state: 'a', table: 'b' }, "give 'state' or 'table', not both"],
    ['a short secret', { env: 'prod', variables: { TOKEN: 'short' } }, 'The secret in TOKEN is shorter than'],
    ['an endpoint that is no URL', { env: 'prod', variables: { AWS_ENDPOINT_URL: 'x' } }, 'is not a URL'],
    ['a state that is none', { env: 'prod', state: 'coalmine.config.yaml' }, 'is no SQLite database'],
  ];
  it.each(given)('names %s', async (_, options, says) => {
    const cwd = folderOf({ good: get('/not-made') }, `${STAGES}secrets: [TOKEN]\n`);

    const thrown: unknown = await run(undefined, quiet(cwd, options)).catch((error: unknown) => error);

    expect(thrown).toBeInstanceOf(UsageError);
    expect((thrown as UsageError).message).toContain(says);
    expect(taken).not.toContain('GET /not-made');
  });

  it('names a path that leads nowhere, and a value that is no canary', async () => {
    const cwd = folderOf({ good: get('/ok') });

    await expect(run('canaries/god', quiet(cwd))).rejects.toThrow(
      "There is no file or folder 'canaries/god'. Did you mean 'canaries/good.canary.yaml'?",
    );
    await expect(run([{ name: 'good' } as never], quiet(cwd))).rejects.toThrow(
      "A canary is a path, or comes from 'loadCanaries'.",
    );
  });
});
