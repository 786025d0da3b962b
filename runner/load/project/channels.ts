import { didYouMean } from '../../core/base/did-you-mean.ts';
import { omitUndefined } from '../../core/base/omit-undefined.ts';
import { isTemplate } from '../../core/expression/template.ts';
import {
  type Channel,
  type ChannelOption,
  type ChannelSchema,
  MAX_DELIVERY_TIMEOUT_MS,
} from '../../core/model/channel.ts';
import type { Kinds } from '../../kinds/kind.ts';
import type { Issue, Report } from '../yaml/diagnostics.ts';
import {
  duration,
  entryOf,
  oneOf,
  type Reader,
  readMap,
  refuse,
  scalarOf,
  template,
  text,
} from '../yaml/reader.ts';
import type { Entry, MapTree, Tree } from '../yaml/tree.ts';
import { notMap } from '../yaml/type-faults.ts';

/** A shorter one would give up receivers that are only a little slow. */
export const SHORTEST_TIMEOUT_MS = 1_000;

/** Reads the channels of a project. A faulty one keeps its name, so that its users are not reported too. */
export function readChannels(
  one: Tree | undefined,
  schemas: Kinds['channels'],
  report: Report,
): readonly Channel[] {
  if (one === undefined) return [];
  if (one.sort === 'map') return one.entries.map((entry) => readChannel(entry, one, { schemas, report }));
  refuse(one, report, {
    ...notMap("'channels'", one, ''),
    hint: 'name each: team: { slack: ${secret:…} }',
  });
  return [];
}

interface ReadContext {
  readonly schemas: Kinds['channels'];
  readonly report: Report;
}

function readChannel(entry: Entry, { entries }: MapTree, context: ReadContext): Channel {
  const { schemas, report } = context;
  const options = new Map(Object.values(schemas).flatMap((schema) => Object.entries(schema.options)));
  const shape: Readonly<Record<string, { readonly read: Reader<string | number> }>> = {
    ...Object.fromEntries(Object.keys(schemas).map((kind) => [kind, { read: template }])),
    ...Object.fromEntries([...options].map(([key, option]) => [key, { read: readerOf(option) }])),
    fallback: { read: text() },
    timeout: { read: duration(SHORTEST_TIMEOUT_MS, MAX_DELIVERY_TIMEOUT_MS) },
  };
  const read = readMap(entry.value, shape, report, `channel '${entry.key}'`);
  const faulty: Channel = { name: entry.key, kind: '', address: '', options: {} };
  if (read === undefined || entry.value.sort !== 'map') return faulty;
  const { timeout, ...texts } = read as { readonly timeout?: number } & Record<string, string>;
  const { fallback } = texts;
  const schema = schemaOf(entry, entry.value, { known: Object.keys(shape), context });
  checkFallback(
    entry,
    fallback,
    entries.map(({ key }) => key),
    report,
  );
  if (schema === undefined) return faulty;
  checkUrl(entry, schema, report);
  checkOptions(entry, schema, context);
  return {
    name: entry.key,
    kind: schema.name,
    address: texts[schema.name] ?? '',
    options: Object.fromEntries(Object.entries(texts).filter(([key]) => Object.hasOwn(schema.options, key))),
    ...omitUndefined({ fallback, timeoutMs: timeout, pages: schema.pages }),
  };
}

function readerOf({ words }: ChannelOption): Reader<string> {
  return words === undefined ? template : oneOf(...words);
}

/** The kind that a channel names; undefined, and reported, unless it names exactly one. */
function schemaOf(
  { key, keyAt }: Entry,
  { entries }: MapTree,
  of: { readonly known: readonly string[]; readonly context: ReadContext },
): ChannelSchema | undefined {
  const { schemas, report } = of.context;
  const [schema, ...more] = Object.values(schemas).filter(({ name }) =>
    entries.some((inner) => inner.key === name),
  );
  if (schema !== undefined && more.length === 0) return schema;
  const second = entries.filter((inner) => Object.hasOwn(schemas, inner.key))[1];
  if (second !== undefined)
    report.error(second.keyAt, {
      rule: 'channel',
      message: `channel '${key}' goes to two places, ${schema?.name} and ${second.key}`,
      hint: `give ${second.key}: a channel of its own, and list both where they are used`,
    });
  else if (entries.every((inner) => of.known.includes(inner.key)))
    report.error(keyAt, {
      rule: 'channel',
      message: `channel '${key}' goes nowhere`,
      hint: `give it one of ${Object.keys(schemas).join(', ')}`,
    });
  return undefined;
}

/** Reports an address by HTTP that is no URL; one by reference is known in a run. */
function checkUrl({ value }: Entry, { name, address, reach }: ChannelSchema, report: Report): void {
  const own = entryOf(value, name)?.value;
  const written = own === undefined ? undefined : scalarOf(own);
  if (own === undefined || typeof written !== 'string' || reach.by !== 'http' || isTemplate(written)) return;
  const isUrl = /^https?:\/\/[^/\s]/.test(written);
  if (address.includes('URL') === isUrl) return;
  if (isUrl) {
    report.settle(own.at, {
      rule: 'channel',
      message: `'${written}' is not the ${address}`,
      hint: `write it by reference, such as ${name}: \${secret:name}; webhook: takes a URL`,
    });
    return;
  }
  const isHost = /^[\w-]+(\.[\w-]+)+/.test(written);
  report.settle(own.at, {
    rule: 'channel',
    message: `'${written}' is not the ${address}`,
    hint: isHost
      ? `write https://${written}`
      : `write its URL by reference: ${name}: \${secret:name}, for a webhook`,
  });
}

function checkFallback(
  { key, keyAt, value }: Entry,
  fallback: string | undefined,
  names: readonly string[],
  report: Report,
): void {
  if (fallback === undefined || (names.includes(fallback) && fallback !== key)) return;
  const others = names.filter((name) => name !== key);
  const fault: Issue = {
    rule: 'channel',
    message: fallback === key ? `'${key}' cannot be its own fallback` : `there is no channel '${fallback}'`,
    hint:
      didYouMean(fallback, others) === undefined
        ? `name another channel of this file: ${others.join(', ') || 'there is none'}`
        : `did you mean '${didYouMean(fallback, others)}'?`,
  };
  report.error(entryOf(value, 'fallback')?.value.at ?? keyAt, fault);
}

/** Refuses the options of other kinds. */
function checkOptions({ key, value }: Entry, schema: ChannelSchema, { schemas, report }: ReadContext): void {
  for (const [option, { purpose }] of Object.values(schemas).flatMap((one) => Object.entries(one.options))) {
    const entry = entryOf(value, option);
    if (entry === undefined || Object.hasOwn(schema.options, option)) continue;
    const message = `'${option}' ${purpose}, and '${key}' is ${schema.name}`;
    report.error(entry.keyAt, { rule: 'channel', message, hint: `leave ${option} out` });
  }
}
