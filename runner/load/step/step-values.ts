import { didYouMean } from '../../core/base/did-you-mean.ts';
import { isJsonMap, type Json } from '../../core/base/json.ts';
import { NAME } from '../../core/expression/template.ts';
import { partFault } from '../../core/matching/regex.ts';
import type { ActStep, ExpectStep } from '../../core/model/canary.ts';
import { meantBy } from '../words/key-words.ts';
import { inCamelCase } from '../words/spellings.ts';
import type { Report } from '../yaml/diagnostics.ts';
import {
  duration,
  entryOf,
  flag,
  readMap,
  refuse,
  type Shape,
  scalarOf,
  shown,
  template,
  text,
  whole,
} from '../yaml/reader.ts';
import { type Entry, jsonOf, type Tree } from '../yaml/tree.ts';
import { notMap } from '../yaml/type-faults.ts';

/** The values that a step saves: the paths of values by their names, the names of those that are secret, and the patterns of parts. */
export interface Saves {
  readonly save: Readonly<Record<string, string>>;
  readonly secret?: readonly string[];
  readonly match?: Readonly<Record<string, string>>;
}

const SAVE_KEYS = {
  from: { read: text(), required: true },
  match: { read: readPart },
  secret: { read: flag },
} satisfies Shape;

/** The RE2 pattern of a part of a text. */
function readPart(one: Tree, report: Report, key: string): string | undefined {
  const pattern = text()(one, report, key);
  if (pattern === undefined) return undefined;
  const fault = partFault(pattern);
  if (fault === undefined) return pattern;
  return refuse(one, report, {
    rule: 'save',
    message: `'${key}' has a pattern that cannot be used: ${fault}`,
    hint: 'write the part as a group: "/orders/([^/]+)", and further groups as (?:…)',
  });
}

/** Names and the paths of their values: `id: response.body.id`, or a map with `from`, and `secret` or `match`. */
export function readSave(one: Tree, report: Report, key: string): Saves | undefined {
  if (one.sort !== 'map') return refuse(one, report, notMap(`'${key}'`, one, saveHint(key, one)));
  const saves = one.entries.flatMap((entry) => readOneSave(entry, report) ?? []);
  const secret = saves.flatMap((saved) => (saved.secret ? [saved.name] : []));
  const parts = saves.flatMap(({ name, match }) => (match === undefined ? [] : [[name, match] as const]));
  return {
    save: Object.fromEntries(saves.map(({ name, path }) => [name, path])),
    ...(secret.length === 0 ? {} : { secret }),
    ...(parts.length === 0 ? {} : { match: Object.fromEntries(parts) }),
  };
}

function saveHint(key: string, one: Tree): string {
  const path = String(scalarOf(one) ?? 'response.body.id');
  return `write ${key}: { ${/\w+$/.exec(path)?.[0] ?? 'id'}: ${path} }`;
}

function readOneSave({ key, keyAt, value }: Entry, report: Report) {
  if (!NAME.test(key)) {
    report.error(keyAt, {
      rule: 'name',
      message: `'${key}' cannot be a name`,
      hint: `write ${inCamelCase(key) || 'orderId'}: letters, digits and _, a letter first`,
    });
    return undefined;
  }
  const path = scalarOf(value);
  if (typeof path === 'string') return { name: key, path, secret: false, match: undefined };
  if (value.sort === 'map') {
    const { from, secret = false, match } = readMap(value, SAVE_KEYS, report, `'${key}'`) ?? {};
    return from === undefined ? undefined : { name: key, path: from, secret, match };
  }
  report.error(value.at, {
    rule: 'type',
    message: `'${key}' must be a path`,
    hint: 'write one such as response.body.id',
  });
  return undefined;
}

/** Position of the path of a saved value in the file. */
export function pathTreeOf(value: Tree): Tree {
  return value.sort === 'map' ? (entryOf(value, 'from')?.value ?? value) : value;
}

const RETRY_KEYS = {
  times: { read: whole(1, 10), required: true },
  wait: { read: duration(), required: true },
} satisfies Shape;

/** Number of retries, and the pause between them. */
export function readRetry(one: Tree, report: Report, key: string): ActStep['retry'] {
  if (one.sort === 'scalar')
    return refuse(one, report, {
      ...notMap(`'${key}'`, one, ''),
      hint: `write ${key}: { times: ${typeof one.value === 'number' ? one.value : 2}, wait: 1s }`,
    });
  const { times, wait } = readMap(one, RETRY_KEYS, report, `'${key}'`) ?? {};
  return times === undefined || wait === undefined ? undefined : { times, waitMs: wait };
}

/** Our id, everything, or a value of the system's own. */
export function readCorrelate(one: Tree, report: Report, key: string): boolean | string | undefined {
  return typeof scalarOf(one) === 'boolean' ? flag(one, report, key) : template(one, report, key);
}

/** A count: a number, or bounds. */
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
      hint: countHint(key, value),
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

/** The remedy for a count in quotes, or with the sign of another tool. */
function countHint(key: string, value: Json): string {
  const [, sign, number] = /^\s*(>=|<=|)\s*(\d+)\s*$/.exec(String(value)) ?? [];
  if (number === undefined) return `write ${key}: 1, or ${key}: { $atLeast: 1, $atMost: 3 }`;
  if (sign === '') return `write ${key}: ${number}`;
  return `write ${key}: { ${sign === '>=' ? '$atLeast' : '$atMost'}: ${number} }`;
}

const SAVE_PATH = /^[A-Za-z_]\w*(\.[A-Za-z_$@][\w$@:-]*|\[\d+\])*$/;

/** A path of another tool, such as `$.orderId` or `body.orderId`, as one below the root. */
function pathBelow(path: string, root: string, view: Readonly<Record<string, unknown>>): string {
  const parts = path.replace(/^\$\{|\}$/g, '').match(/[A-Za-z_][\w-]*|\[\d+\]/g) ?? [];
  const [first = ''] = parts;
  const own = [root, 'response', 'item', 'event', 'message'].includes(first) ? parts.slice(1) : parts;
  const [field = ''] = own;
  const below = field in view || '*' in view || !('body' in view) ? own : ['body', ...own];
  return [root, ...(below.length === 0 ? ['a', 'b'] : below)].join('.').replaceAll('.[', '[');
}

/** The fault of the path of a saved value; the users' data is below the view's own fields. */
export function savePathFault(path: string, root: string, view: Readonly<Record<string, unknown>>) {
  if (!SAVE_PATH.test(path))
    return { message: `'${path}' is not a path`, hint: `write ${pathBelow(path, root, view)}` };
  const [first = '', field] = path.split(/[.[]/);
  if (first !== root) {
    const hint =
      didYouMean(first, [root]) === undefined
        ? `write ${pathBelow(path, root, view)}`
        : `did you mean '${root}'?`;
    return { message: `'${path}' does not begin with '${root}'`, hint };
  }
  if (field === undefined || Object.hasOwn(view, '*') || Object.hasOwn(view, field)) return undefined;
  const meant = meantBy(field, Object.keys(view));
  const hint =
    meant === undefined ? `it has ${Object.keys(view).join(', ')}` : `did you mean '${root}.${meant}'?`;
  return { message: `'${root}' has nothing called '${field}'`, hint };
}
