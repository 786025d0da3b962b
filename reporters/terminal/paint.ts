import { styleText } from 'node:util';
import type { Verdict } from '../../runner/core/base/verdict.ts';

/** Colours a text by what it says. */
export type Paint = (mood: Verdict | 'plain', text: string) => string;

const COLOURS = {
  passed: 'green',
  degraded: 'yellow',
  failed: 'red',
  error: 'magenta',
  skipped: 'dim',
} as const;

/** With colours, or without. */
export function painter(colour: boolean): Paint {
  if (!colour) return (_, text) => text;
  return (mood, text) =>
    mood === 'plain' || text === '' ? text : styleText(COLOURS[mood], text, { validateStream: false });
}

/** Whether to colour: NO_COLOR and FORCE_COLOR decide (no-color.org), then whether a person looks on. */
export function wantsColour(
  env: Readonly<Record<string, string | undefined>>,
  interactive: boolean,
): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '') return env['FORCE_COLOR'] !== '0';
  return interactive && env['TERM'] !== 'dumb';
}
