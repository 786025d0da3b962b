import { describe, expect, it } from '@jest/globals';
import type { Verdict } from '../../runner/core/base/verdict.ts';
import { NO_PROJECT } from '../../runner/core/model/project.ts';
import type { SiteFile } from '../../runner/site/site-pages.ts';
import { siteUpdater } from '../../runner/site/update-site.ts';
import { resultOf, runIdOf, stepResultOf } from '../support/run/builders.ts';
import { scheduled } from '../support/run/fleet.ts';
import { memoryStore } from '../support/store/memory-store.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 12);
const MINUTE_MS = 60_000;
const FLEET = ['index.html', 'hours.html', 'days.html', 'badge.svg'];

/** A state with two canaries, and a site of it that records the pages that are written. */
class Site {
  nowMs = NOW_MS;
  readonly store = memoryStore({ clock: { nowMs: () => this.nowMs } });
  readonly pages = new Map<string, string>();
  /** Paths of pages that are refused. */
  refused = /^$/;
  /** Pages that it learns to have. */
  learnt: readonly string[] = [];
  /** The pages that were written first. */
  fleet: readonly string[] = [];
  #written: string[] = [];
  #runs = 0;
  readonly #update = siteUpdater(
    {
      runs: this.store.runs,
      alerts: this.store.alerts,
      project: { ...NO_PROJECT, name: 'shop' },
      environment: { name: 'prod' },
      canaries: [scheduled('orders'), scheduled('events')],
    },
    {
      learnRuns: async () => {
        for (const path of this.learnt) this.pages.set(path, '');
      },
      has: (path) => this.pages.has(path),
      write: async ({ path, text }: SiteFile) => {
        if (this.refused.test(path)) throw new Error(`refused ${path}`);
        this.pages.set(path, text);
        this.#written.push(path);
      },
    },
  );

  async ran(canary: string, verdict: Verdict): Promise<string> {
    const slotAtMs = this.nowMs - 10_000;
    this.#runs += 1;
    const runId = runIdOf(this.#runs);
    const steps = [
      stepResultOf({ name: 'It comes', verdict, reason: verdict === 'passed' ? '' : 'nothing came' }),
    ];
    const result = resultOf({ canary, slotAtMs, startedAtMs: slotAtMs, runId, verdict, steps });
    const slot = { canary, slotAtMs, nowMs: slotAtMs, owner: 'me' };
    await this.store.runs.claim({ ...slot, leaseUntilMs: slotAtMs + MINUTE_MS });
    await this.store.runs.commit({ ...slot, fence: 1, result });
    await this.store.runs.advance({ canary, toMs: this.nowMs });
    return `runs/${runId}.html`;
  }

  /** Updates, some minutes later: the pages that are not of the fleet, and the faults. */
  async later(minutes: number, mayGoOn = () => true) {
    this.nowMs += minutes * MINUTE_MS;
    this.#written = [];
    const { faults } = await this.#update({ nowMs: this.nowMs, lastTickMs: this.nowMs, mayGoOn });
    this.fleet = this.#written.slice(0, FLEET.length);
    return { written: this.#written.slice(FLEET.length).toSorted(), faults };
  }
}

describe('an updated site', () => {
  it('begins with every page, and then has the fleet only', async () => {
    const site = new Site();
    const run = await site.ran('orders', 'passed');

    expect(await site.later(0)).toEqual({
      written: ['canaries/events.html', 'canaries/orders.html', run],
      faults: [],
    });
    expect(site.pages.get('index.html')).toContain('Last tick');
    await site.ran('orders', 'passed');
    expect((await site.later(1)).written).toEqual([]);
    expect(site.fleet).toEqual(FLEET);
  });

  it('has each run that did not pass at once, with its canary, and the first pass after it', async () => {
    const site = new Site();
    await site.ran('orders', 'passed');
    await site.later(0);
    site.nowMs += MINUTE_MS;
    const red = await site.ran('orders', 'failed');
    expect((await site.later(0)).written).toEqual(['canaries/orders.html', red]);
    site.nowMs += MINUTE_MS;
    const again = await site.ran('orders', 'failed');
    expect(site.fleet).toEqual(FLEET);
    expect((await site.later(0)).written).toEqual(['canaries/orders.html', again]);
    site.nowMs += MINUTE_MS;
    const pass = await site.ran('orders', 'passed');
    expect((await site.later(0)).written).toEqual(['canaries/orders.html', pass]);
    expect((await site.later(1)).written).toEqual([]);
  });

  it('has all canaries again after an hour', async () => {
    const site = new Site();
    await site.later(0);

    expect((await site.later(59)).written).toEqual([]);
    expect((await site.later(1)).written).toEqual(['canaries/events.html', 'canaries/orders.html']);
  });

  it('makes no page of a run that it has already', async () => {
    const site = new Site();
    const run = await site.ran('orders', 'failed');
    site.learnt = [run];

    expect((await site.later(0)).written).toEqual(['canaries/events.html', 'canaries/orders.html']);
    expect(site.pages.get(run)).toBe('');
  });

  it('begins no canary when there is no time, and has it with the next update, a new failure first', async () => {
    const site = new Site();
    expect((await site.later(0, () => false)).written).toEqual([]);
    expect((await site.later(1)).written).toEqual(['canaries/events.html', 'canaries/orders.html']);
    site.nowMs += 60 * MINUTE_MS;
    const red = await site.ran('orders', 'failed');
    let begun = 0;
    const onlyOne = () => {
      begun += 1;
      return begun === 1;
    };

    expect((await site.later(0, onlyOne)).written).toEqual(['canaries/orders.html', red]);
    expect((await site.later(0)).written).toEqual(['canaries/events.html']);
  });

  it('reports a canary whose pages could not be written, and tries again', async () => {
    const site = new Site();
    site.refused = /orders/;
    const { written, faults } = await site.later(0);
    expect(written).toEqual(['canaries/events.html']);
    expect(faults).toEqual([new Error('refused canaries/orders.html')]);

    site.refused = /^$/;
    expect(await site.later(1)).toEqual({ written: ['canaries/orders.html'], faults: [] });
  });

  it('is not written any further if its fleet cannot be', async () => {
    const site = new Site();
    site.refused = /index/;

    await expect(site.later(0)).rejects.toThrow('refused index.html');
    expect([...site.pages]).toEqual([]);
  });
});
