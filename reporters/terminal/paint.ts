import { styleText } from 'node:util';
import type { Verdict } from '../../runner/core/base/verdict.ts';

/** Colours a text by its verdict. */
export type Paint = (mood: Verdict | 'plain', text: string) => string;

const COLOURS = {
  passed: 'green',
  degraded: 'yellow',
  failed: 'red',
  error: 'magenta',
  skipped: 'dim',
} as const;

export function painter(colour: boolean): Paint {
  if (!colour) return (_, text) => text;
  return (mood, text) =>
    mood === 'plain' || text === '' ? text : styleText(COLOURS[mood], text, { validateStream: false });
}

/** Decides on colours: NO_COLOR and FORCE_COLOR first (no-color.org), then whether the stream is a terminal. */
export function wantsColour(
  env: Readonly<Record<string, string | undefined>>,
  interactive: boolean,
): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'] ?? '';
  if (forced !== '') return forced !== '0' && forced !== 'false';
  return interactive && env['TERM'] !== 'dumb';
}
