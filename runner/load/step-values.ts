import type { ActStep, ExpectStep } from '../core/canary.ts';
import { isJsonMap, type Json } from '../core/json.ts';
import { NAME } from '../core/template.ts';
import { didYouMean } from '../core/words.ts';
import type { Report } from './diagnostics.ts';
import { duration, flag, readMap, refuse, type Shape, scalarOf, shown, template, whole } from './reader.ts';
import { jsonOf, type Tree } from './yaml-tree.ts';

/** Names and the paths of their values. */
export function readSave(
  one: Tree,
  report: Report,
  key: string,
): Readonly<Record<string, string>> | undefined {
  if (one.sort !== 'map')
    return refuse(one, report, { rule: 'type', message: `'${key}' must be a map`, hint: 'write name: path' });
  const saves = one.entries.flatMap((entry) => {
    if (!NAME.test(entry.key)) {
      report.error(entry.keyAt, {
        rule: 'name',
        message: `'${entry.key}' cannot be a name`,
        hint: 'use letters, digits and _, a letter first',
      });
      return [];
    }
    const path = scalarOf(entry.value);
    if (typeof path === 'string') return [[entry.key, path] as const];
    report.error(entry.value.at, {
      rule: 'type',
      message: `'${entry.key}' must be a path`,
      hint: 'write one such as response.body.id',
    });
    return [];
  });
  return Object.fromEntries(saves);
}

const RETRY_KEYS = {
  times: { read: whole(1, 10), required: true },
  wait: { read: duration(), required: true },
} satisfies Shape;

/** How often, and how long in between. */
export function readRetry(one: Tree, report: Report, key: string): ActStep['retry'] {
  const { times, wait } = readMap(one, RETRY_KEYS, report, `'${key}'`) ?? {};
  return times === undefined || wait === undefined ? undefined : { times, waitMs: wait };
}

/** Our id, everything, or a value of the system's own. */
export function readCorrelate(one: Tree, report: Report, key: string): boolean | string | undefined {
  return typeof scalarOf(one) === 'boolean' ? flag(one, report, key) : template(one, report, key);
}

/** How many: a number, or bounds. */
export function readCount(one: Tree, report: Report, key: string): ExpectStep['count'] {
  const value: Json = jsonOf(one);
  if (value === 0)
    return refuse(one, report, {
      rule: 'count',
      message: "'count: 0' expects nothing",
      hint: "use 'never' with 'for'",
    });
  if (typeof value === 'number' && Number.isInteger(value) && value > 0)
    return { atLeast: value, atMost: value };
  if (!isJsonMap(value)) {
    return refuse(one, report, {
      rule: 'count',
      message: `'${key}' cannot be ${shown(scalarOf(one))}`,
      hint: 'write 1, or {$atLeast: 1, $atMost: 3}',
    });
  }
  const bounds = readMap(
    one,
    { $atLeast: { read: whole(1) }, $atMost: { read: whole(1) } },
    report,
    `'${key}'`,
  );
  if (bounds === undefined) return undefined;
  if (bounds.$atLeast === undefined && bounds.$atMost === undefined) {
    return one.sort === 'map' && one.entries.length > 0
      ? undefined
      : refuse(one, report, { rule: 'count', message: 'no bounds are given', hint: 'write {$atLeast: 1}' });
  }
  const { $atLeast: atLeast = 1, $atMost: atMost } = bounds;
  if (atMost !== undefined && atMost < atLeast) {
    return refuse(one, report, {
      rule: 'count',
      message: `no number is at least ${atLeast} and at most ${atMost}`,
      hint: 'swap them',
    });
  }
  return atMost === undefined ? { atLeast } : { atLeast, atMost };
}

const SAVE_PATH = /^[A-Za-z_]\w*(\.[A-Za-z_$@][\w$@:-]*|\[\d+\])*$/;

/** What is wrong with the path of a saved value; below the view's own fields stands the users' data. */
export function savePathFault(path: string, root: string, view: Readonly<Record<string, unknown>>) {
  if (!SAVE_PATH.test(path))
    return { message: `'${path}' is not a path`, hint: `write one such as ${root}.a.b[0]` };
  const [first = '', field] = path.split(/[.[]/);
  if (first !== root) {
    const hint = didYouMean(first, [root]) === undefined ? `write ${root}.…` : `did you mean '${root}'?`;
    return { message: `'${path}' does not begin with '${root}'`, hint };
  }
  if (field === undefined || Object.hasOwn(view, '*') || Object.hasOwn(view, field)) return undefined;
  const meant = didYouMean(field, Object.keys(view));
  const hint =
    meant === undefined ? `it has ${Object.keys(view).join(', ')}` : `did you mean '${root}.${meant}'?`;
  return { message: `'${root}' has nothing called '${field}'`, hint };
}
