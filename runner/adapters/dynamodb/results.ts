import { ObserverError } from '../../core/base/errors.ts';
import { resultText } from '../../core/evidence/truncate-result.ts';
import type { RunResult } from '../../core/model/run-result.ts';
import { DamagedRecordError } from '../../core/store/damaged.ts';
import { checksumOf, storedJson } from '../stored-json.ts';
import type { Item } from './client.ts';
import { expiry } from './items.ts';
import type { TableContext } from './slots.ts';

/** Tries to write one pass; far more than there are runs of one canary at a time. */
const MAX_TRIES = 10;

/**
 * Keeps a result: one that passed takes the place of the oldest of the canary's three, any other stays for as long as history does. Nothing
 * is deleted by a call. DynamoDB counts a read of the three places by their whole size, and half as much if it may lag. One that lagged names a
 * turn that is taken: its write is refused, and the next read does not lag.
 */
export async function keepResult(result: RunResult, { table, keys, keptMs }: TableContext): Promise<void> {
  const { runId, canary, startedAtMs, verdict } = result;
  const text = resultText(result);
  const item = {
    runId,
    startedAtMs,
    result: text,
    checksum: checksumOf(text),
    ...expiry(startedAtMs, keptMs),
  };
  if (verdict !== 'passed') {
    await table.put({ ...keys.result(runId), ...item });
    return;
  }
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const kept = await passesOf(canary, { table, keys, consistent: tries > 0 });
    if (kept.some((one) => one['runId'] === runId)) return;
    const turn = Math.max(0, ...kept.map((one) => Number(one['turn']) || 0)) + 1;
    const free = { when: 'attribute_not_exists(#pk) OR NOT attribute_type(#turn, :number) OR #turn < :turn' };
    const values = { turn, number: 'N' };
    if (await table.put({ ...keys.passed(canary, turn), turn, ...item }, { ...free, values })) return;
  }
  throw new ObserverError(`Other processes wrote passes of ${canary} ${MAX_TRIES} times in between.`);
}

/** A result; undefined if it is not kept. The canary, if it is known, spares a search through the passes of all. */
export async function findResult(
  { table, keys, oldestMs }: TableContext,
  runId: string,
  canary: string | undefined,
): Promise<RunResult | undefined> {
  const found = (await table.get(keys.result(runId))) ?? (await findPass(runId, canary, { table, keys }));
  if (found === undefined || !((found['startedAtMs'] as number) > oldestMs())) return undefined;
  const result = resultIn(found);
  if (result === undefined) throw new DamagedRecordError(`the result of run ${runId}`);
  return result;
}

/** The result in an item; undefined if it is damaged. */
function resultIn({ result, checksum }: Item): RunResult | undefined {
  return storedJson(result, checksum) as unknown as RunResult | undefined;
}

interface Passes extends Pick<TableContext, 'table' | 'keys'> {
  /** False if the answer may lag. @default true */
  readonly consistent?: boolean;
}

async function findPass(runId: string, canary: string | undefined, of: Passes): Promise<Item | undefined> {
  const kept = await passesOf(canary, of);
  const place = kept.find((one) => one['runId'] === runId);
  return place && of.table.get({ pk: place['pk'] as string, sk: place['sk'] as string });
}

/** The places of the passes of a canary, or of all. */
async function passesOf(
  canary: string | undefined,
  { table, keys, consistent = true }: Passes,
): Promise<readonly Item[]> {
  const { pk } = keys.passed('', 0);
  const ofOne = { when: '#pk = :pk AND begins_with(#sk, :canary)', values: { pk, canary: `${canary}|` } };
  return table.query({
    ...(canary === undefined ? { when: '#pk = :pk', values: { pk } } : ofOne),
    consistent,
    only: ['pk', 'sk', 'runId', 'turn'],
  });
}
