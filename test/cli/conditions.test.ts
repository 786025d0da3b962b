import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../runner/adapters/runtime/system-clock.ts';
import { sqliteStore } from '../../runner/adapters/sqlite/store.ts';
import { coalmine, emptyFolder } from '../support/command.ts';

/** Every command that reads files of a project, with arguments that fit a sound one. */
const COMMANDS = {
  validate: ['validate'],
  list: ['list'],
  explain: ['explain'],
  'explain --alert': ['explain', 'good', '--alert'],
  run: ['run', '--dry-run'],
  watch: ['watch'],
  status: ['status'],
  history: ['history'],
  show: ['show', '1234'],
  sweep: ['sweep'],
  'sweep --forget': ['sweep', '--forget', '1234'],
  mute: ['mute', 'good', '--reason', 'x'],
  unmute: ['unmute', 'good'],
  pause: ['pause', 'good', '--reason', 'x'],
  resume: ['resume', 'good'],
  ack: ['ack', 'good'],
  iam: ['iam'],
  doctor: ['doctor'],
  cost: ['cost'],
  tap: ['tap', '--show'],
  'alert test': ['alert', 'test', 'hook'],
} as const;
type Name = keyof typeof COMMANDS;

const ALL = Object.keys(COMMANDS) as readonly Name[];
const STATEFUL: readonly Name[] = [
  'explain --alert',
  'status',
  'history',
  'show',
  'sweep',
  'sweep --forget',
  'mute',
  'unmute',
  'pause',
  'resume',
  'ack',
];
/** Commands about the past take a faulty canary, and none, as they are. */
const OF_PAST: readonly Name[] = ['history', 'show', 'sweep', 'sweep --forget'];

const PROJECT =
  'project: shop\nenvironments: { prod: { region: eu-west-1 } }\nchannels:\n  hook: { webhook: "http://127.0.0.1:9/hook" }\n';
const CANARY =
  'canary: good\nowner: team\nschedule: { every: 1d }\nalert: { to: [hook] }\nsteps:\n  - http: GET http://127.0.0.1:9/\n';

interface Condition {
  readonly commands: readonly Name[];
  readonly project?: string;
  readonly canary?: string;
  readonly state?: 'none' | 'damaged';
  readonly more?: readonly string[];
  /** The remedy, or what is wrong. */
  readonly says: RegExp;
}

const CONDITIONS: Readonly<Record<string, Condition>> = {
  'a state that does not exist': {
    commands: STATEFUL,
    state: 'none',
    says: /There is no state file .*; or name another: --state FILE/,
  },
  'a damaged state': {
    commands: [...STATEFUL, 'watch'],
    state: 'damaged',
    says: /is no SQLite database.*Name another file: --state FILE/,
  },
  'a damaged project file': {
    commands: ALL,
    project: 'project: [\n',
    says: /coalmine\.config\.yaml:\d+:\d+ {2}error: /,
  },
  'a damaged canary': {
    commands: ALL.filter((name) => !OF_PAST.includes(name)),
    canary: 'canary: [\n',
    says: /good\.canary\.yaml:\d+:\d+ {2}error: |\d+ errors?/,
  },
  'no canary': {
    commands: ALL.filter((name) => !OF_PAST.includes(name)),
    canary: '',
    says: /There is no canary below 'canaries'.*name their folder/,
  },
  'an environment that is not there': {
    commands: ALL.filter((name) => !['validate', 'explain'].includes(name)),
    more: ['--env', 'prd'],
    says: /no environment 'prd'.*'prod'/,
  },
  'a path that leads nowhere': {
    commands: ALL.filter((name) => !COMMANDS[name].includes('good' as never)),
    more: ['nowhere'],
    says: /There is no file or folder 'nowhere'/,
  },
  'a misspelt option': { commands: ALL, more: ['--nonsense'], says: /unknown option '--nonsense'[^]*--help/ },
};

async function folderIn({ project = PROJECT, canary = CANARY, state }: Condition): Promise<string> {
  const cwd = emptyFolder();
  mkdirSync(join(cwd, 'canaries'));
  writeFileSync(join(cwd, 'coalmine.config.yaml'), project);
  if (canary !== '') writeFileSync(join(cwd, 'canaries/good.canary.yaml'), canary);
  if (state === 'none') return cwd;
  mkdirSync(join(cwd, '.coalmine'));
  const path = join(cwd, '.coalmine/state-prod.sqlite');
  if (state === 'damaged') writeFileSync(path, 'damaged');
  else
    await sqliteStore(
      { path, project: 'shop', environment: 'prod', create: true },
      { clock: systemClock() },
    ).close();
  return cwd;
}

describe.each(Object.entries(CONDITIONS))('%s', (_, condition) => {
  it.each(condition.commands)('is refused by %s, with its remedy', async (name) => {
    const cwd = await folderIn(condition);
    const before = readdirSync(cwd);

    const { code, stdout, stderr } = await coalmine([...COMMANDS[name], ...(condition.more ?? [])], { cwd });

    expect(stdout + stderr).toMatch(condition.says);
    expect(stdout + stderr).not.toContain('fault of Coalmine');
    expect(code).toBe(2);
    expect(readdirSync(cwd)).toEqual(before);
  });
});

describe('a name that is meant for another', () => {
  it.each([
    { argv: ['mute', 'god', '--reason', 'x'], says: "'good'" },
    { argv: ['unmute', 'god'], says: "'good'" },
    { argv: ['pause', 'god', '--reason', 'x'], says: "'good'" },
    { argv: ['resume', 'god'], says: "'good'" },
    { argv: ['ack', 'god'], says: "'good'" },
    { argv: ['explain', 'god', '--alert'], says: "'good'" },
    { argv: ['history', '--canary', 'god'], says: "'good'" },
    { argv: ['alert', 'test', 'hok'], says: "'hook'" },
    { argv: ['run', '--tag', 'none', '--dry-run'], says: 'none' },
    { argv: ['list', '--tag', 'none'], says: 'none' },
    { argv: ['status', '--tag', 'none'], says: 'none' },
  ])('is refused by $argv', async ({ argv, says }) => {
    const { code, stdout, stderr } = await coalmine(argv, {
      cwd: await folderIn({ commands: [], says: /x/ }),
    });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
  });
});

describe('colours', () => {
  it.each([
    { env: {}, isTTY: false, coloured: false },
    { env: {}, isTTY: true, coloured: true },
    { env: { NO_COLOR: '1' }, isTTY: true, coloured: false },
    { env: { TERM: 'dumb' }, isTTY: true, coloured: false },
  ])('of status in $env, terminal $isTTY: $coloured', async ({ env, isTTY, coloured }) => {
    let printed = '';
    const stdout = { write: (text: string) => void (printed += text), isTTY };

    await coalmine(['status'], { cwd: await folderIn({ commands: [], says: /x/ }), env, stdout });

    expect(printed).toContain('good');
    expect(printed.includes('\u001b[')).toBe(coloured);
  });
});
