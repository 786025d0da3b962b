import { beforeEach, describe, expect, it } from '@jest/globals';
import { LivePages } from '../../runner/serve/live-pages.ts';
import type { Part } from '../../runner/serve/parts.ts';
import { StepClock } from './step-clock.ts';

let clock: StepClock;
let content: string;
let renderings: number;
let failures: unknown[];
let pages: LivePages;

beforeEach(() => {
  clock = new StepClock();
  content = 'one';
  renderings = 0;
  failures = [];
  pages = new LivePages({
    clock,
    render: async (path) => {
      renderings += 1;
      if (content === 'broken') throw new Error('no state');
      return path.includes('gone')
        ? undefined
        : `<html><body><p>${content}</p><script>1</script></body></html>`;
    },
    failed: (thrown) => void failures.push(thrown),
  });
});

/** A reader of a page, and what it received. */
function reader(path: string, seen: string) {
  const parts: Part[] = [];
  const states: boolean[] = [];
  const leave = pages.subscribe(path, seen, {
    send: (part) => void parts.push(part),
    upToDate: (isSo) => void states.push(isSo),
  });
  return { parts, states, leave };
}

/** The digest that a rendered page gives to its reader. */
async function seenIn(path: string): Promise<string> {
  const [, seen = ''] = /seen=([\w.-]+)"/.exec((await pages.page(path)) ?? '') ?? [];
  return seen;
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe('a live page', () => {
  it('names the address of its changes, relative to itself', async () => {
    expect(await pages.page('index.html')).toMatch(
      /<body data-live="events\?page=index\.html&amp;seen=[\w.-]{33}">/,
    );
    expect(await pages.page('runs/1.html')).toMatch(/data-live="\.\.\/events\?page=runs%2F1\.html&amp;seen=/);
    expect(await pages.page('gone')).toBeUndefined();
  });

  it('sends nothing to a reader who has the newest rendering, and the body to any other', async () => {
    const up = reader('a', await seenIn('a'));
    const late = reader('a', 'older');
    await settle();
    clock.advance(50);
    await settle();

    expect(up.parts).toEqual([]);
    expect(late.parts).toEqual([{ id: '', html: '<p>one</p>', title: '' }]);
  });

  it('sends a change at once, and those of the next moments together', async () => {
    const { parts } = reader('a', await seenIn('a'));
    await settle();
    clock.advance(50);
    await settle();
    for (content of ['two', 'three', 'four']) {
      pages.changed((path) => path === 'a');
      await settle();
    }
    expect(parts).toEqual([{ id: '', html: '<p>two</p>', title: '' }]);
    clock.advance(50);
    await settle();

    expect(parts.slice(1)).toEqual([{ id: '', html: '<p>four</p>', title: '' }]);
  });

  it('is not rendered for a change of another page, nor without readers', async () => {
    const { leave } = reader('a', 'none');
    await settle();
    clock.advance(50);
    await settle();
    const before = renderings;
    pages.changed((path) => path === 'b');
    leave();
    pages.changed(() => true);
    await settle();

    expect(renderings).toBe(before);
  });

  it('is not rendered again for a reader who left in between', async () => {
    const { leave } = reader('a', 'none');
    await settle();
    pages.changed(() => true);
    leave();
    const other = reader('a', 'none');
    await settle();
    const before = renderings;
    other.leave();
    leave();
    clock.advance(50);
    await settle();

    expect(renderings).toBe(before);
  });

  it('goes on after a rendering that failed, and sends no page that is gone', async () => {
    const { parts, states } = reader('a', await seenIn('a'));
    const gone = reader('gone', '');
    await settle();
    clock.advance(50);
    await settle();
    content = 'broken';
    pages.changed(() => true);
    await settle();
    expect(failures).toEqual([new Error('no state'), new Error('no state')]);
    clock.advance(50);
    await settle();
    content = 'well';
    pages.changed(() => true);
    await settle();

    expect(parts).toEqual([{ id: '', html: '<p>well</p>', title: '' }]);
    expect(states).toEqual([true, false, true]);
    expect(gone.parts).toEqual([]);
  });

  it('is loaded again by a reader who comes with a page of another kind', async () => {
    const [style, body] = (await seenIn('a')).split('.') as [string, string];
    const other = reader('a', `another.${body}`);
    const same = reader('a', `${style}.older`);
    await settle();
    clock.advance(50);
    await settle();

    expect(other.parts).toEqual([{ id: '', html: '', reload: true }]);
    expect(same.parts).toEqual([{ id: '', html: '<p>one</p>', title: '' }]);
  });

  it('gives the whole page to a reader who comes while it is rendered', async () => {
    const first = reader('a', await seenIn('a'));
    const second = reader('a', 'older');
    await settle();
    const third = reader('a', 'oldest');
    await settle();
    clock.advance(50);
    await settle();
    await settle();

    expect([first.parts, second.parts, third.parts].map(({ length }) => length)).toEqual([0, 1, 1]);
  });

  it('rests longer after a rendering that took long', async () => {
    const slow = new LivePages({
      clock,
      render: async () => {
        renderings += 1;
        await new Promise<void>((done) => void clock.at(clock.nowMs() + 100, done));
        return `<body>${renderings}</body>`;
      },
      failed: () => {},
    });
    slow.subscribe('a', '', { send: () => {}, upToDate: () => {} });
    clock.advance(100);
    await settle();
    await settle();
    slow.changed(() => true);
    clock.advance(1_900);
    await settle();
    expect(renderings).toBe(1);
    clock.advance(200);
    await settle();

    expect(renderings).toBe(2);
  });
});
