import type { Attention } from '../../core/fleet/attention.ts';
import type { SlotOutcome } from '../../core/store/canary-status.ts';
import { type Html } from '../base/html.ts';
import { type Mark, markText } from '../base/verdict.ts';

/** The mark of each need for attention, and its word. */
export const STATES: Readonly<Record<Attention, { readonly mark: Mark; readonly word: string }>> = {
  failing: { mark: 'failed', word: 'Failing' },
  noData: { mark: 'error', word: 'No data' },
  degraded: { mark: 'degraded', word: 'Degraded' },
  paused: { mark: 'paused', word: 'Paused' },
  muted: { mark: 'skipped', word: 'Muted' },
  passed: { mark: 'passed', word: 'Passing' },
  unknown: { mark: 'unknown', word: 'No run yet' },
};

export function stateText(attention: Attention): Html {
  const { mark, word } = STATES[attention];
  return markText(mark, word);
}

/** The mark of the outcome of a slot: one that was lost or missed gave no data, as an error. */
export function outcomeMark(outcome: SlotOutcome): Mark {
  return outcome === 'lost' || outcome === 'missed' ? 'error' : outcome;
}
