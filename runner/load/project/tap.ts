import { busNameOf } from '../../core/aws/resources/bus.ts';
import { topicNameOf } from '../../core/aws/resources/topic.ts';
import { didYouMean } from '../../core/base/did-you-mean.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { isTemplate } from '../../core/expression/template.ts';
import type { TapDefinition } from '../../core/model/project.ts';
import type { Report } from '../yaml/diagnostics.ts';
import { scalarsIn } from '../yaml/locations.ts';
import {
  entryOf,
  flag,
  headOf,
  json,
  listOf,
  readMap,
  refuse,
  type Shape,
  scalarOf,
  template,
  text,
} from '../yaml/reader.ts';
import type { MapTree, Tree } from '../yaml/tree.ts';
import { notMap } from '../yaml/type-faults.ts';

const TAP = {
  bus: { read: template },
  topic: { read: template },
  ids: { read: listOf(text()) },
  pattern: { read: json },
  probe: { read: flag },
} satisfies Shape;

/** Reads the source of one tap. */
export function readTap(one: Tree, report: Report): TapDefinition | undefined {
  if (one.sort === 'scalar')
    return refuse(one, report, {
      ...notMap('a tap', one, ''),
      hint: `write - ${String(one.value).startsWith('arn:') ? 'topic' : 'bus'}: ${String(one.value)}`,
    });
  const read = readMap(one, TAP, report, 'a tap');
  if (read === undefined || one.sort !== 'map') return undefined;
  const { bus, topic, ids = [], pattern, probe = false } = read;
  if ((bus === undefined) === (topic === undefined)) {
    const named = one.entries.some(({ key }) => !Object.hasOwn(TAP, key)); // reported at its place
    const both = bus !== undefined;
    if (both || !named)
      report.error(headOf(one), {
        rule: 'tap',
        message: "a tap listens to one thing: 'bus' or 'topic'",
        hint: 'write - bus: name, or - topic: arn',
      });
    return undefined;
  }
  checkIds(one, bus === undefined ? ['body', 'attributes'] : ['detail'], report);
  checkPattern(one, report);
  const probed = entryOf(one, 'probe');
  if (probed !== undefined && bus !== undefined)
    report.error(probed.keyAt, {
      rule: 'tap',
      message: "'probe' is for a topic: a bus is probed in any case",
      hint: 'leave probe out',
    });
  const on = bus === undefined ? { topic: topic as string } : { bus };
  return { on, ids, probe, ...omitUndefined({ pattern }) };
}

/** Two taps on one thing would be made under one name. */
export function checkTwins(taps: Tree | undefined, report: Report): void {
  const given = new Set<string>();
  for (const one of taps?.sort === 'list' ? taps.elements : []) {
    for (const [key, nameOf] of [
      ['bus', busNameOf],
      ['topic', topicNameOf],
    ] as const) {
      const entry = entryOf(one, key);
      const address = entry === undefined ? undefined : scalarOf(entry.value);
      if (entry === undefined || typeof address !== 'string') continue;
      const name = `${key} '${nameOf(address)}'`;
      const message = `there is a tap on the ${name} already`;
      if (given.has(name)) report.error(entry.value.at, { rule: 'tap', message, hint: 'make them one' });
      given.add(name);
    }
  }
}

function checkIds(one: MapTree, roots: readonly string[], report: Report): void {
  const list = entryOf(one, 'ids')?.value;
  for (const element of list?.sort === 'list' ? list.elements : []) {
    const path = scalarOf(element);
    if (typeof path !== 'string' || isTemplate(path)) continue; // reported when it was read
    const [root = ''] = path.split('.');
    if (/^\w+(\.[\w$@:-]+|\[\d+\])+$/.test(path) && roots.includes(root)) continue;
    const meant = didYouMean(root, roots);
    const hint =
      meant === undefined || meant === root
        ? `write one such as ${roots[0]}.orderId`
        : `did you mean '${path.replace(root, meant)}'?`;
    report.error(element.at, { rule: 'tap', message: `'${path}' is not where a value stands`, hint });
  }
}

/** EventBridge takes a pattern whose leaves are not lists for an error, but only when the tap is made. */
function checkPattern(one: MapTree, report: Report): void {
  const pattern = entryOf(one, 'pattern')?.value;
  if (pattern === undefined) return;
  if (pattern.sort !== 'map') {
    report.error(pattern.at, {
      rule: 'tap',
      message: "'pattern' must be a map",
      hint: "write EventBridge's own pattern: { source: [shop.orders] }",
    });
    return;
  }
  for (const { value, at } of scalarsIn(pattern)) {
    if (typeof value === 'string' && isTemplate(value))
      report.error(at, {
        rule: 'template',
        message: "'pattern' takes no ${…}: EventBridge compares with it as it stands",
        hint: 'write the value itself',
      });
  }
  checkLeaves(pattern, report);
}

function checkLeaves({ entries }: MapTree, report: Report): void {
  for (const { key, value } of entries) {
    if (value.sort === 'map') checkLeaves(value, report);
    if (value.sort !== 'scalar') continue;
    const message = `'${key}' must be a list of what it may be`;
    report.error(value.at, { rule: 'tap', message, hint: `write ${key}: [${String(value.value)}]` });
  }
}
