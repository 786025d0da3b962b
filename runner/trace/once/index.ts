import { fieldsOf } from '../carriers/records.ts';
import { current, currentWork } from '../ids/context.ts';
import { logWarning } from '../ids/log.ts';
import { hex } from '../ids/w3c.ts';
import { type Claim, Claims, type ClaimsClient } from './claims.ts';
import type { KeyedEffect, TableEffect, UnknownEffect } from './effects.ts';
import { InProgressError, KeyReusedError, NotDoneError, ParkedError } from './errors.ts';

export type { ClaimsClient } from './claims.ts';
export { byKey, type KeyedEffect, put, type TableEffect, type UnknownEffect, writes } from './effects.ts';
export { InProgressError, KeyReusedError, NotDoneError, ParkedError } from './errors.ts';

/** A result of more characters of JSON is not kept: an item has 400 kB. */
const MOST_RESULT = 100_000;

/** The longest that a function runs. */
const LONGEST_MS = 900_000;

export interface OnceSettings {
  /** Table of the claims; its key is `id`, a string. `expiresAt` may be its time to live: claims are kept for 30 days. */
  readonly table: string;
  /** Milliseconds for which an attempt holds its claim. By default the time that is left to the function, or 15 minutes, its longest, if not known. */
  readonly leaseMs?: number;
  /** The time of now in milliseconds since 1970. */
  readonly nowMs?: () => number;
}

export interface OnceOptions {
  /** The record that the effect is about, such as an order's id, if one id covers several records. */
  readonly of?: string;
}

/** Makes an effect happen once for each id and step. Returns its result, or the kept result of the attempt that did it. */
export interface Once {
  (step: string, effect: TableEffect, options?: OnceOptions): Promise<void>;
  <Value>(
    step: string,
    effect: KeyedEffect<Value> | UnknownEffect<Value>,
    options?: OnceOptions,
  ): Promise<Value>;
}

/**
 * Effects that happen once, by claims in a table. The grade follows from the effect:
 *
 * - {@link put} and {@link writes}: claim and effect are one transaction. The effect happens once.
 * - {@link byKey}: the receiver takes an idempotency key. After a crash the effect is sent again with the same key.
 * - a function: if its process dies in between, the claim is parked and reported. The effect is never silently run again.
 *
 * An effect that throws {@link NotDoneError} is tried again with the next delivery. A function that throws anything else is parked.
 *
 * @throws InProgressError if another attempt holds the claim.
 * @throws ParkedError if it is not known if the effect happened.
 * @throws KeyReusedError if the id and the step belong to a record with another payload.
 * @throws Error outside of {@link forEachRecord} or {@link withTrace}: there is no id.
 */
export function onceIn(client: ClaimsClient, { table, leaseMs, nowMs = Date.now }: OnceSettings): Once {
  const claims = new Claims(client, table);
  return (async (
    step: string,
    effect: TableEffect | KeyedEffect<unknown> | UnknownEffect<unknown>,
    options: OnceOptions = {},
  ) => {
    const claim: Claim = {
      key: keyOf(step, options),
      state: 'claimed',
      owner: hex(16),
      payload: options.of === undefined ? await digest(step) : '',
      leaseUntilMs:
        leaseMs === undefined ? (currentWork().endsAtMs ?? nowMs() + LONGEST_MS) : nowMs() + leaseMs,
      result: '',
    };
    if ('writes' in effect) {
      const existing = await claims.claimAndWrite({ ...claim, state: 'done' }, effect.writes);
      if (existing === undefined) return undefined;
      assertSame(existing, claim);
      if (existing.state === 'done') return undefined;
      throw existing.state === 'parked' ? parkedError(claim) : inProgress(claim);
    }
    const existing = await claimed(claims, claim);
    if (existing?.state === 'done') {
      assertSame(existing, claim);
      return resultOf(existing);
    }
    if (existing !== undefined) await takeOver(claims, { existing, claim, effect, nowMs: nowMs() });
    // A process that was frozen since it claimed may have lost its claim to another attempt.
    if (nowMs() >= claim.leaseUntilMs) {
      await release(claims, claim);
      throw new InProgressError(`The claim of ${claim.key} is over.`);
    }
    const value = await attempt(claims, claim, effect);
    await finish(claims, claim, value);
    return value;
  }) as Once;
}

/** A claim that failed may be there all the same: only its answer was lost. */
async function claimed(claims: Claims, claim: Claim): Promise<Claim | undefined> {
  try {
    return await claims.claim(claim);
  } catch (thrown) {
    await release(claims, claim);
    throw thrown;
  }
}

/** Gives the claim of an effect free that surely did nothing. If that fails, the claim stays, and is parked or taken over in the end. */
async function release(claims: Claims, claim: Claim): Promise<void> {
  try {
    await claims.release(claim);
  } catch (thrown) {
    logWarning(`the claim of ${claim.key} could not be released: ${String(thrown)}`);
  }
}

interface TakeOver {
  readonly existing: Claim;
  readonly claim: Claim;
  readonly effect: KeyedEffect<unknown> | UnknownEffect<unknown>;
  readonly nowMs: number;
}

/** Takes over the claim of an attempt whose lease is over, if the effect is one by key; any other is parked. */
async function takeOver(claims: Claims, { existing, claim, effect, nowMs }: TakeOver): Promise<void> {
  assertSame(existing, claim);
  if (existing.state === 'parked') throw parkedError(claim);
  if (nowMs < existing.leaseUntilMs) throw inProgress(claim);
  if (!('runByKey' in effect)) await park(claims, existing);
  if (!(await claims.replace(existing, claim))) throw inProgress(claim);
}

async function attempt(
  claims: Claims,
  claim: Claim,
  effect: KeyedEffect<unknown> | UnknownEffect<unknown>,
): Promise<unknown> {
  try {
    return 'runByKey' in effect ? await effect.runByKey(claim.key) : await effect();
  } catch (thrown) {
    if (!('runByKey' in effect || thrown instanceof NotDoneError)) await park(claims, claim, thrown);
    await release(claims, claim);
    throw thrown;
  }
}

/** Keeps the result. The claim of an owner that took too long may be parked by now: its effect is known to have happened. */
async function finish(claims: Claims, claim: Claim, value: unknown): Promise<void> {
  const done = { state: 'done', result: kept(claim, value) } as const;
  if (await claims.replace(claim, done)) return;
  await claims.replace({ ...claim, state: 'parked' }, done);
}

/** The result as JSON. One that is no JSON, or that is too large for an item, is not kept: its effect has happened all the same. */
function kept({ key }: Claim, value: unknown): string {
  try {
    const json = JSON.stringify(value) ?? '';
    if (json.length <= MOST_RESULT) return json;
    logWarning(`the result of ${key} is too large to be kept`);
  } catch {
    logWarning(`the result of ${key} is no JSON, and is not kept`);
  }
  return '';
}

function parkedError({ key }: Claim, cause?: unknown): ParkedError {
  return new ParkedError(`${key} is parked: it is not known if it happened.`, { cause });
}

function inProgress({ key }: Claim): InProgressError {
  return new InProgressError(`Another attempt is at ${key}.`);
}

async function park(claims: Claims, claim: Claim, cause?: unknown): Promise<never> {
  if (await claims.replace(claim, { state: 'parked' }))
    logWarning(`${claim.key} is parked: it is not known if it happened`, { parked: claim.key });
  throw parkedError(claim, cause);
}

function keyOf(step: string, { of }: OnceOptions): string {
  const context = current();
  if (context === undefined)
    throw new Error(`once('${step}') needs an id: call it within forEachRecord or withTrace.`);
  return [context.id, step, ...(of === undefined ? [] : [of])].join('#');
}

function assertSame(existing: Claim, { key, payload }: Claim): void {
  if (existing.payload !== payload)
    throw new KeyReusedError(
      `${key} belongs to another record. Name the record: once(step, effect, { of: … }).`,
    );
}

function resultOf({ result }: Claim): unknown {
  return result === '' ? undefined : (JSON.parse(result) as unknown);
}

/** Digest of the record, without the ids that the last hop made anew. Without a single record the effect has to name one. */
async function digest(step: string): Promise<string> {
  const { payload } = currentWork();
  if (payload === undefined)
    throw new Error(
      `once('${step}') needs to know the record: use forEachRecord, or once(step, effect, { of: … }).`,
    );
  const { metadata: _, ...own } = fieldsOf(payload);
  // Not loaded at the start, where it takes five times as long as the rest. Nor is `crypto.subtle` used: each digest is a task of another thread.
  const { hash } = await import('node:crypto');
  return hash('sha256', JSON.stringify(typeof payload === 'object' ? own : payload), 'base64url');
}
