import { CanaryError, DefinitionError, StandstillError } from '../base/errors.ts';
import { isJsonList, isJsonMap, type Json, type JsonMap, parseJson } from '../base/json.ts';
import { scalarText } from '../base/numbers.ts';
import { omitUndefined } from '../base/omit-undefined.ts';
import { faultBlaming } from '../blame/faults.ts';
import type { Environment } from '../model/project.ts';
import { isShort, SHORTEST_SECRET } from '../redaction/encodings.ts';
import type { Secrets } from '../redaction/redact.ts';
import type { ExternalName, References } from './reference.ts';
import { stackValueOf } from './stack-value.ts';
import { fill, type Reference, valueAt } from './template.ts';
import { transitiveReferencesOf } from './values.ts';

/** The key of a reference: `env:NAME`, without the `${}`. */
export function keyOf({ scheme, name }: ExternalName): string {
  return `${scheme}:${name}`;
}

type How = Parameters<References['read']>[1];

/**
 * Values from outside, read concurrently, by their keys.
 * @throws the fault of the first unreadable reference; it names the other ones.
 */
export async function readExternals(
  names: readonly ExternalName[],
  references: References,
  how?: How,
): Promise<ReadonlyMap<string, string>> {
  const read = async (name: ExternalName): Promise<[string, string]> => [
    keyOf(name),
    (await references.read(name, how)).value,
  ];
  const reads = names.map(read);
  const outcomes = await Promise.allSettled(reads);
  const unread = outcomes.flatMap((one, index) =>
    one.status === 'fulfilled'
      ? []
      : [{ key: keyOf(names[index] as ExternalName), fault: one.reason as unknown }],
  );
  if (unread.length > 0) throw faultOfAll(causesAmong(unread));
  return new Map(await Promise.all(reads));
}

interface Unread {
  readonly key: string;
  readonly fault: unknown;
}

/** Without the references whose name holds another one that could not be read: its fault is theirs. */
function causesAmong(unread: readonly Unread[]): readonly Unread[] {
  const isInside = (one: Unread, other: Unread) => other.key.includes(`\${${one.key}}`);
  return unread.filter((other) => !unread.some((one) => isInside(one, other)));
}

/** Only faults of a known sort can be combined; a standstill is not about the names. */
function faultOfAll(unread: readonly Unread[]): unknown {
  const [first, ...others] = [...new Map(unread.map((one) => [one.key, one])).values()] as [
    Unread,
    ...Unread[],
  ];
  const { fault } = unread.find((one) => !isPlain(one.fault)) ?? first;
  if (!isPlain(fault) || others.length === 0) return fault;
  const { blame, message, permanent, retryable } = fault;
  const rest = others.map(({ key }) => `\${${key}}`).join(', ');
  const words = `${message} These could not be read either: ${rest}.`;
  return faultBlaming(blame, words, { cause: fault, permanent, retryable });
}

function isPlain(fault: unknown): fault is CanaryError {
  return fault instanceof CanaryError && !(fault instanceof StandstillError);
}

/**
 * A value of the project file (a tap's address, a channel) with its references and the names of the environment filled in, before any run.
 * If its target refused the value, `fresh` reads it again.
 * @throws DefinitionError for a name that the environment does not define, and the errors of the references.
 */
export async function fillSettled(
  value: Json,
  environment: Environment,
  references: References,
  how?: How,
): Promise<Json> {
  const { name, region, vars } = environment;
  const named: JsonMap = { ...vars, env: { name, ...omitUndefined({ region }) } };
  const names = transitiveReferencesOf(value, named).flatMap(({ external }) => external ?? []);
  const externals = await readExternals(names, references, how);
  const valueOf = (mention: Reference, within: ReadonlySet<string>): Json => {
    if (mention.external !== undefined) return externals.get(keyOf(mention.external)) as string;
    const template = within.has(mention.name) ? undefined : named[mention.name];
    const inside = new Set([...within, mention.name]);
    const whole = template === undefined ? undefined : fill(template, (one) => valueOf(one, inside));
    const found = whole === undefined ? undefined : valueAt(whole, mention.path);
    if (found === undefined) throw notSettled(mention, environment);
    return found;
  };
  return fill(value, (mention) => valueOf(mention, new Set()));
}

/** The same references, with the names of stacks filled in by the environment. */
export function inEnvironment(environment: Environment, references: References): References {
  return {
    read: async (written, how) => {
      const { scheme } = written;
      const name = String(await fillSettled(written.name, environment, references, how));
      refuseOtherShape(written, { scheme, name });
      return references.read({ scheme, name }, how);
    },
  };
}

/** A value fills in a part of the name of a stack, and nothing else of the reference. */
function refuseOtherShape(written: ExternalName, filled: ExternalName): void {
  if (shapeOf(written) === shapeOf(filled)) return;
  throw new DefinitionError(
    `\${${keyOf(written)}} becomes \${${keyOf(filled)}}, and no stack has such a name. Correct the values in it.`,
  );
}

function shapeOf({ name }: ExternalName): string {
  const { path, output } = stackValueOf(name) ?? {};
  return JSON.stringify({ path, output });
}

function notSettled({ text }: Reference, { name }: Environment): Error {
  return new DefinitionError(
    `${text} has no value before a run, in the environment '${name}'. Define it there under vars.`,
  );
}

/** The same references, with each secret registered for redaction; a secret too short to be masked is refused. */
export function keepingSecrets(references: References, secrets: Secrets): References {
  return {
    read: async (reference, how) => {
      const found = await references.read(reference, how);
      if (!found.secret) return found;
      if (isShort(found.value)) throw tooShort(reference);
      secrets.learn(found.value);
      learnMembers(membersOf(found.value), '', secrets);
      return found;
    },
  };
}

function tooShort(reference: ExternalName): Error {
  return new DefinitionError(
    `The secret in \${${keyOf(reference)}} is shorter than ${SHORTEST_SECRET} characters, too short to be masked. Use a longer one.`,
  );
}

/** If a secret is JSON, its receiver may print its members one by one. */
function membersOf(text: string): Json {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return parseJson(text);
  } catch {
    return null; // it only began like JSON
  }
}

/** Learns each scalar of a secret: a long one by itself, a short one next to the key that it stands under. */
function learnMembers(value: Json, key: string, secrets: Secrets): void {
  if (isJsonList(value)) for (const element of value) learnMembers(element, key, secrets);
  else if (isJsonMap(value))
    for (const [name, member] of Object.entries(value)) learnMembers(member, name, secrets);
  else {
    const text = scalarText(value) ?? '';
    secrets.learn(text);
    if (text.length < SHORTEST_SECRET) secrets.learnMember(key, text);
  }
}

/** Every scalar in a value, as text. */
export function textsIn(value: Json): readonly string[] {
  if (isJsonList(value)) return value.flatMap(textsIn);
  return isJsonMap(value) ? Object.values(value).flatMap(textsIn) : [scalarText(value) ?? []].flat();
}
