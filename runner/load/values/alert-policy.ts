import { omitUndefined } from '../../core/base/omit-undefined.ts';
import type { AlertPolicy } from '../../core/model/canary.ts';
import type { Report } from '../yaml/diagnostics.ts';
import {
  duration,
  listOf,
  oneOf,
  readMap,
  refuse,
  type Shape,
  scalarOf,
  shown,
  text,
  whole,
} from '../yaml/reader.ts';
import type { Tree } from '../yaml/tree.ts';

/** Applies to a canary if neither it nor the project has a policy. */
export const DEFAULT_ALERT: AlertPolicy = {
  after: { failures: 2, of: 2 },
  recover: 1,
  remindMs: 3_600_000,
  severity: 'warning',
  to: [],
};

/** A slot is held for both runs and the pause between them, an hour at most. */
export const LONGEST_CONFIRM_MS = 15 * 60_000;

const ALERT = {
  after: { read: readAfter },
  recover: { read: whole(1, 100) },
  confirm: { read: duration(0, LONGEST_CONFIRM_MS) },
  remind: { read: duration() },
  severity: { read: oneOf('critical', 'warning', 'info') },
  to: { read: listOf(text()) },
} satisfies Shape;

/** Reads `alert` of a canary or of the project's defaults; keys that are not given are left out. */
export function readAlert(one: Tree, report: Report): Partial<AlertPolicy> {
  const { after, recover, confirm, remind, severity, to } = readMap(one, ALERT, report, "'alert'") ?? {};
  return {
    ...omitUndefined({ after, recover, confirmMs: confirm, remindMs: remind, severity, to }),
  };
}

function afterHint(value: unknown): string {
  const [, failures, of] = /^(\d+)\s*(?:\/|out of|of|in)\s*(\d+)$/.exec(String(value)) ?? [];
  if (failures === undefined || of === undefined) return 'write 1, 2 (in a row), or "3 of 5"';
  const [least, most] = [Number(failures), Number(of)].toSorted((a, b) => a - b);
  return `write "${least} of ${most}"`;
}

function readAfter(one: Tree, report: Report, key: string): AlertPolicy['after'] | undefined {
  const value = scalarOf(one);
  const [, failures, of] = /^([1-9]\d?) of ([1-9]\d?)$/.exec(String(value)) ?? [];
  if (failures !== undefined && Number(failures) <= Number(of))
    return { failures: Number(failures), of: Number(of) };
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 99)
    return { failures: value, of: value };
  return refuse(one, report, {
    rule: 'alert',
    message: `'${key}' cannot be ${shown(value)}`,
    hint: afterHint(value),
  });
}
