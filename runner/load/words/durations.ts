import { parseDuration, writeDuration } from '../../core/base/duration.ts';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  milliseconds: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
};

const WORDS: Readonly<Record<string, string>> = {
  minutely: '1m',
  hourly: '1h',
  daily: '24h',
  nightly: '24h',
  weekly: '168h',
};

/** A duration in the notation of another tool, in the notation here: `1m30s`, `PT90S`, `00:01:30`, `5 minutes`, `rate(5 minutes)`, `hourly`. */
export function durationIn(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/[,;.]$/, '')
    .toLowerCase()
    .replace(/^(rate\(|every\s|@every\s|@)\s*/, '')
    .replace(/\)$/, '');
  if (Object.hasOwn(WORDS, bare)) return WORDS[bare];
  const ms =
    clockMs(bare) ?? partsMs(bare.replace(/^p(?:(\d+)d)?t?/, (_, days?: string) => (days ? `${days}d` : '')));
  return ms === undefined || ms <= 0 || parseDuration(writeDuration(ms)) === undefined
    ? undefined
    : writeDuration(ms);
}

/** `00:01:30` or `01:30` in milliseconds. */
function clockMs(text: string): number | undefined {
  if (!/^\d+(:\d\d){1,2}$/.test(text)) return undefined;
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1_000;
}

/** `1m30s` or `5 minutes` in milliseconds. */
function partsMs(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return undefined;
  const sizes = parts.map(
    ([, amount, unit = '']) => Number(amount) * (UNITS[unit] ?? UNITS[unit.replace(/s$/, '')] ?? Number.NaN),
  );
  const sum = sizes.reduce((all, one) => all + one, 0);
  return Number.isNaN(sum) ? undefined : sum;
}
