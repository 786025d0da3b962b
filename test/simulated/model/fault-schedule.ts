import type { Canary } from '../../../runner/core/model/canary.ts';
import { shortestGapMs } from '../../../runner/core/schedule/schedule.ts';
import type { ScheduledCanary } from '../../../runner/engine/fleet-context.ts';
import type { Prng } from './prng.ts';

/** State of a channel at a moment. */
export type ChannelWeather = 'fine' | 'refusing' | 'gone' | 'slow' | 'answers lost';

interface Spell<Kind> {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: Kind;
}

/** Length of the fault phase; after that everything is fine. */
interface Season {
  readonly fromMs: number;
  readonly toMs: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Ground truth of a world: the times in which services are down, channels unavailable, the store unavailable. */
export class Weather {
  readonly #services = new Map<string, readonly Spell<'down'>[]>();
  readonly #channels = new Map<string, readonly Spell<ChannelWeather>[]>();
  readonly #store: readonly Spell<'away'>[];
  readonly season: Season;

  constructor(
    dice: Prng,
    season: Season,
    of: {
      readonly canaries: readonly ScheduledCanary[];
      readonly channels: readonly string[];
      /** One outage, and nothing else. */
      readonly isQuiet: boolean;
    },
  ) {
    this.season = season;
    this.#store = [];
    if (of.isQuiet) {
      const outage = { fromMs: season.fromMs + 3 * MINUTE_MS, toMs: season.fromMs + 7 * MINUTE_MS };
      for (const { name } of of.canaries) this.#services.set(name, [{ ...outage, kind: 'down' }]);
      return;
    }
    for (const canary of of.canaries) this.#services.set(canary.name, outages(dice, season, canary));
    for (const channel of of.channels) this.#channels.set(channel, channelSpells(dice, season));
    const isStormy = dice.isLucky(0.5);
    this.#store = !isStormy
      ? []
      : spellsOf(season, () => ({
          calmMs: dice.between(40 * MINUTE_MS, 4 * HOUR_MS),
          lastsMs: dice.between(5 * SECOND_MS, dice.isLucky(0.2) ? 30 * MINUTE_MS : 2 * MINUTE_MS),
          kind: 'away',
        }));
  }

  isDown(canary: Pick<Canary, 'name'>, atMs: number): boolean {
    return spellAt(this.#services.get(canary.name) ?? [], atMs) !== undefined;
  }

  channelAt(channel: string, atMs: number): ChannelWeather {
    return spellAt(this.#channels.get(channel) ?? [], atMs) ?? 'fine';
  }

  isStoreAway(atMs: number): boolean {
    return spellAt(this.#store, atMs) !== undefined;
  }

  /** Number of outages of a watched service. */
  get outages(): number {
    return [...this.#services.values()].reduce((sum, one) => sum + one.length, 0);
  }
}

/** Long outages and short ones; some services come and go. */
function outages(dice: Prng, season: Season, { schedule }: ScheduledCanary): readonly Spell<'down'>[] {
  const gapMs = shortestGapMs(schedule);
  const isFlapping = dice.isLucky(0.2);
  return spellsOf(season, () => ({
    calmMs: gapMs * dice.between(1, isFlapping ? 6 : 80),
    lastsMs: Math.floor(gapMs * dice.between(1, isFlapping ? 3 : 12) * (0.3 + dice.next())),
    kind: 'down',
  }));
}

function channelSpells(dice: Prng, season: Season): readonly Spell<ChannelWeather>[] {
  const length = season.toMs - season.fromMs;
  // Now and then a channel is unavailable for nearly all the time, so that its notices are given up.
  if (dice.isLucky(0.1))
    return [{ fromMs: season.fromMs, toMs: season.fromMs + length * 0.9, kind: 'refusing' }];
  return spellsOf(season, () => ({
    calmMs: dice.between(10 * MINUTE_MS, 5 * HOUR_MS),
    lastsMs: dice.between(MINUTE_MS, 90 * MINUTE_MS),
    kind: dice.pick(['refusing', 'refusing', 'gone', 'slow', 'answers lost'] as const),
  }));
}

function spellsOf<Kind>(
  { fromMs, toMs }: Season,
  draw: () => { readonly calmMs: number; readonly lastsMs: number; readonly kind: Kind },
): readonly Spell<Kind>[] {
  const found: Spell<Kind>[] = [];
  let atMs = fromMs;
  for (;;) {
    const { calmMs, lastsMs, kind } = draw();
    const spell = { fromMs: atMs + calmMs, toMs: Math.min(toMs, atMs + calmMs + lastsMs), kind };
    if (spell.fromMs >= toMs) return found;
    found.push(spell);
    atMs = spell.toMs;
  }
}

function spellAt<Kind>(spells: readonly Spell<Kind>[], atMs: number): Kind | undefined {
  return spells.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.kind;
}
