import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { bundled } from '../measure/bundle.ts';
import { ROOT } from '../measure/function-bundles.ts';
import { inTurn, ratios } from '../measure/numbers.ts';
import { type Figure, partOf } from '../measure/part.ts';
import { measureNode, withFolder, withHttpServer } from '../measure/processes.ts';
import { COALMINE, namesOf, writeProject } from '../measure/project.ts';

/** A tool of others that checks an HTTP answer. */
interface Peer {
  /** Its package on npm, with its version. */
  readonly package: string;
  /** Writes its files into an empty folder, and returns the arguments that run them. */
  prepare(folder: string, names: readonly string[], url: string): readonly string[];
}

const PEERS: Readonly<Record<string, Peer>> = {
  hurl: {
    package: '@orangeopensource/hurl@8.0.4',
    prepare: (folder, names, url) =>
      ['--test', '--jobs', '64'].concat(
        names.map((name) => {
          const text = `GET ${url}\nHTTP 200\n[Asserts]\njsonpath "$.status" == "ok"\n`;
          writeFileSync(join(folder, `${name}.hurl`), text);
          return `${name}.hurl`;
        }),
      ),
  },
  stepci: {
    package: 'stepci@2.8.2',
    prepare: (folder, names, url) => {
      const check = { status: 200, jsonpath: { '$.status': 'ok' } };
      const steps = [{ name: 'ask', http: { url, method: 'GET', check } }];
      const tests = Object.fromEntries(names.map((name) => [name, { steps }]));
      writeFileSync(join(folder, 'workflow.yml'), JSON.stringify({ version: '1.1', tests }));
      return ['run', 'workflow.yml', '--concurrency', '64'];
    },
  },
};

const CALLED: Readonly<Record<string, string>> = { ours: '`coalmine run`', hurl: 'Hurl', stepci: 'Step CI' };

/** The same checks by tools of others, which are installed into `dist/bench-peers`. */
export const peers = partOf({
  name: 'peers',
  about: '200 checks by tools of others, which are installed first',
  optional: true,
  figures: Object.fromEntries(
    Object.entries(CALLED).map(([key, called]): readonly [string, Figure] => [
      key,
      { name: `200 HTTP checks by ${called}: CPU ÷ bare undici loop`, unit: '×', optional: key !== 'ours' },
    ]),
  ),
  sizes: {
    full: { rounds: 7, checks: 200 },
    quick: { rounds: 3, checks: 200 },
    tiny: { rounds: 1, checks: 3 },
  },
  measure: async ({ rounds, checks }) =>
    withHttpServer(async (url) =>
      withFolder(async (folder) => {
        const names = namesOf(checks);
        writeProject(folder, { names, url });
        const bare = await bundled('http-floor');
        const works: Record<string, (round: number) => Promise<number>> = {
          floor: async () => (await measureNode([bare, url, String(checks)])).cpuMs,
          ours: async (round) => {
            const state = join(folder, `state-${round}.sqlite`);
            const argv = [COALMINE, 'run', '--concurrency', '64', '--state', state];
            return (await measureNode(argv, { cwd: folder })).cpuMs;
          },
        };
        for (const [key, peer] of Object.entries(PEERS)) {
          const bin = installed(key, peer);
          if (bin === undefined) continue;
          const cwd = join(folder, key);
          mkdirSync(cwd);
          const args = peer.prepare(cwd, names, url);
          works[key] = async () => cpuMsOf([bin, ...args], cwd);
        }
        const found = await inTurn(rounds, works);
        const { floor = [], ...measured } = found;
        return Object.fromEntries(Object.entries(measured).map(([key, used]) => [key, ratios(used, floor)]));
      }),
    ),
});

/** The command of a peer; undefined, with a note, if it cannot be installed. */
function installed(key: string, { package: wanted }: Peer): string | undefined {
  const prefix = join(ROOT, 'dist/bench-peers', key);
  const bin = join(prefix, 'node_modules/.bin', key);
  if (existsSync(bin)) return bin;
  mkdirSync(prefix, { recursive: true });
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', prefix, wanted],
    { encoding: 'utf8' },
  );
  if (status === 0 && existsSync(bin)) return bin;
  process.stderr.write(`${key} is left out: ${wanted} could not be installed:\n${stderr}\n`);
  return undefined;
}

/** The CPU time of a command that is no Node program of ours, by the times of its shell. */
function cpuMsOf(command: readonly string[], cwd: string): Promise<number> {
  const script = `TIMEFORMAT='%U %S'; time "$@" >/dev/null 2>&1`;
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    STEPCI_DISABLE_ANALYTICS: '1',
  };
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], {
    cwd,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) return Promise.reject(new Error(`${command[0]} ended with ${String(status)}`));
  const [user = 0, system = 0] = stderr.trim().split(' ').map(Number);
  return Promise.resolve((user + system) * 1_000);
}
